/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ConfigMap of MetalLB up to 0.12: a row for each key, default and validation of
 * metallb-compat.md section 2, named after it.
 */
#include "announcer/util.h"
#include "part_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct part *read_config(const char *text, struct conf_errors *errors)
{
	struct k8s_object *o = configmap_object(text);
	struct part *p = part_of_configmap(o, errors);

	k8s_object_free(o);
	return p;
}

#define PREFIX "ConfigMap metallb-system/config: config"

static const struct part_row rows[] = {
    {"2: no key config", NULL,								NULL,                         ": missing"               },
    {"2: unknown key",   "pools: []",							 NULL,                         ":1:8: pools: unknown key"},
    {"2.4: pool layer2",
     "address-pools:\n- {name: My_Pool, protocol: layer2, addresses: [192.0.2.1-192.0.2.9]}", "pool my-pool\n protocols 2", NULL                      },
    {"2.4: layer2 pool",
     "address-pools:\n- {name: a1, protocol: layer2, addresses: [192.0.2.1-192.0.2.9]}",      "layer2 l2advertisement1",    NULL                      },
};

static void test_config(void **state)
{
	(void)state;
	check_rows(rows, ARRAY_LEN(rows), read_config, PREFIX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
