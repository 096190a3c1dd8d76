/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text: the configuration's reader refuses it with a reason, or what it prints of it reads
 * back as the same configuration, and show running-config shows it, as data, too.
 */
#include "announcer/conf.h"
#include "announcer/util.h"
#include "announcer/vty/exec.h"
#include <json-c/json.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char *print_text(const struct conf *c, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		abort();
	conf_print(c, f);
	if (fclose(f) != 0)
		abort();
	return text;
}

static char *answer(const struct conf *c, const char *line)
{
	struct vty_context ctx = {.version = "0", .conf = c};
	struct vty_session session = {0};
	struct vty_now now = {0};
	struct buf b = {0};

	if (vty_execute(&ctx, &session, line, &now, &b) != VTY_OK || !b.p)
		abort();
	return b.p;
}

static void show(const struct conf *c)
{
	char *text = answer(c, "show running-config all");
	char *data = answer(c, "show running-config json");
	struct json_object *o = json_tokener_parse(data);

	if (!strstr(text, "\nend\n") || !o)
		abort();
	json_object_put(o);
	free(text);
	free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct conf_errors errors = {0};
	struct conf *c = conf_parse((const char *)data, len, "fuzz", &errors), *again;
	size_t n = 0, m = 0;
	char *first, *second;

	if (!c) {
		if (!errors.lines.n)
			abort();
		conf_errors_fini(&errors);
		return 0;
	}
	show(c);
	first = print_text(c, &n);
	again = conf_parse(first, n, "again", &errors);
	if (!again)
		abort();
	second = print_text(again, &m);
	if (n != m || memcmp(first, second, n) != 0)
		abort();
	if (conf_reload_diff(c, again))
		abort();
	free(first);
	free(second);
	conf_free(c);
	conf_free(again);
	return 0;
}
