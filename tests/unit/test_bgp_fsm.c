/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole state machine against tests/data/fsm/bgp.txt (GOLDEN_WRITE=1 writes it). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/bgp/fsm.h"
#include "announcer/bgp/msg.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>

static const char *const actions[] = {"send-open", "send-keepalive", "notify", "close", "dial",
    "retry", "hold-long", "hold", "alive", "up", "down"};

static void line(FILE *to, enum bgp_state s, enum bgp_event e)
{
	struct bgp_step step = bgp_fsm_step(s, e);

	fprintf(to, "%-11s %-15s -> %s", bgp_state_name(s), bgp_event_name(e),
	    bgp_state_name(step.next));
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (step.actions & 1U << i)
			fprintf(to, " %s", actions[i]);
	if (step.code)
		fprintf(to, " (%s)", bgp_code_text(step.code));
	fputc('\n', to);
}

static char *table(void)
{
	size_t len;
	char *text;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	for (int s = 0; s < BGP_STATES; s++)
		for (int e = 0; e < BGP_EVENTS; e++)
			line(to, (enum bgp_state)s, (enum bgp_event)e);
	fclose(to);
	return text;
}

static void golden_path(char *path, size_t size)
{
	const char *dir = getenv("TEST_DATA");

	snprintf(path, size, "%s/fsm/bgp.txt", dir ? dir : "tests/data");
}

static void test_table(void **state)
{
	static char want[32768];
	char path[512], *text = table();
	FILE *f;
	size_t n;

	(void)state;
	golden_path(path, sizeof(path));
	if (getenv("GOLDEN_WRITE")) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(text, f);
		fclose(f);
	}
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(want, 1, sizeof(want) - 1, f);
	want[n] = '\0';
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

/* What must hold whatever the rows say. */
static void test_invariants(void **state)
{
	(void)state;
	for (int s = 0; s < BGP_STATES; s++) {
		for (int e = 0; e < BGP_EVENTS; e++) {
			struct bgp_step step =
			    bgp_fsm_step((enum bgp_state)s, (enum bgp_event)e);
			bool was = s == BGP_ESTABLISHED, is = step.next == BGP_ESTABLISHED;

			assert_int_equal(was && !is, (step.actions & ACT_DOWN) != 0);
			assert_int_equal(!was && is, (step.actions & ACT_UP) != 0);
			/* A connection never outlives its state. */
			if (s >= BGP_OPENSENT && step.next < BGP_OPENSENT)
				assert_true(step.actions & ACT_CLOSE);
			if (step.actions & ACT_NOTIFY)
				assert_true(s >= BGP_OPENSENT && (step.actions & ACT_CLOSE));
			if (step.code)
				assert_true(step.actions & ACT_NOTIFY);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_invariants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
