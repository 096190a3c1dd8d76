/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show running-config: two configurations as golden texts (GOLDEN_WRITE=1 in the environment
 * writes them anew), every key of the tables by a sample of its own, and where values come from
 * that are not the file's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/conf_key.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vty/exec.h"
#include "conf_text.h"
#include <cmocka.h>
#include <json-c/json.h>
#include <limits.h>
#include <unistd.h>

#define FOLDER "conf/running"

static char *file_text(const char *name)
{
	char path[PATH_MAX], piece[4096];
	struct buf b = {0};
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/" FOLDER "/%s", getenv("TEST_DATA"), name);
	f = fopen(path, "r");
	buf_str(&b, "");
	while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(&b, piece, n);
	if (f)
		fclose(f);
	return b.p;
}

static struct conf *conf_of(const char *text)
{
	struct conf_errors errors = {0};
	struct conf *c = conf_parse(text, strlen(text), "/etc/grevy/grevyd.yaml", &errors);

	if (!c)
		fail_msg("%s: %s", text, errors.lines.v[0]);
	return c;
}

static char *ask(const struct vty_context *ctx, const char *line)
{
	struct vty_session session = {.enabled = true};
	const struct vty_now now = {0};
	struct buf b = {0};

	buf_str(&b, "");
	assert_int_equal(vty_execute(ctx, &session, line, &now, &b), VTY_OK);
	return b.p;
}

static char *shown(const struct conf *c, const char *line)
{
	struct vty_context ctx = {.version = "0.0.1", .conf = c};

	return ask(&ctx, line);
}

static void assert_shows(const struct conf *c, const char *line, const char *text, bool wanted)
{
	char *got = shown(c, line);

	if (!strstr(got, text) == wanted)
		fail_msg("%s: %s%s:\n%s", line, wanted ? "no " : "", text, got);
	free(got);
}

/* ---- golden texts ---- */

static void compare(const char *name, const char *got)
{
	char path[PATH_MAX], *want;
	FILE *f;

	if (getenv("GOLDEN_WRITE")) {
		snprintf(path, sizeof(path), "%s/" FOLDER "/%s", getenv("TEST_DATA"), name);
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	want = file_text(name);
	assert_string_equal(got, want);
	free(want);
}

static void check_golden(const char *name)
{
	static const char *const lines[] = {"show running-config | exclude hostname",
	    "show running-config all | exclude hostname",
	    "show running-config json | exclude hostname"};
	struct buf all = {0};
	char file[64], *text;
	struct conf *c;

	snprintf(file, sizeof(file), "%s.yaml", name);
	text = file_text(file);
	c = conf_of(text);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		char *got = shown(c, lines[i]);

		buf_fmt(&all, "> %s\n%s", lines[i], got);
		free(got);
	}
	assert_null(strstr(all.p, "secret-"));
	assert_non_null(strstr(all.p, "<hidden>"));
	snprintf(file, sizeof(file), "%s.out", name);
	compare(file, all.p);
	conf_free(c);
	free(all.p);
	free(text);
}

static void router(void **state)
{
	(void)state;
	check_golden("router");
}

static void node(void **state)
{
	(void)state;
	check_golden("node");
}

static void assert_same(const struct conf *a, const struct conf *b)
{
	char *x = conf_text(a), *y = conf_text(b);

	assert_string_equal(x, y);
	free(x);
	free(y);
}

/* As YAML from -T, so also as data: the configuration is the same one. */
static void json_is_the_configuration(void **state)
{
	char *text = file_text("router.yaml"), *got;
	struct conf *c = conf_of(text), *again;
	struct json_object *o, *values = NULL;

	(void)state;
	got = shown(c, "show running-config json");
	o = json_tokener_parse(got);
	assert_true(json_object_object_get_ex(o, "configuration", &values));
	again = conf_of(json_object_to_json_string(values));
	/* Nothing differs but the passwords. */
	for (size_t i = 0; i < c->bgp.n_neighbors; i++)
		if (c->bgp.neighbors[i].password) {
			free(c->bgp.neighbors[i].password);
			c->bgp.neighbors[i].password = xstrdup("<hidden>");
		}
	free(c->peers[0].password);
	c->peers[0].password = xstrdup("<hidden>");
	assert_same(c, again);
	json_object_put(o);
	conf_free(again);
	conf_free(c);
	free(got);
	free(text);
}

/* ---- every key ---- */

struct sample {
	char *path, *yaml, *line;
};

struct samples {
	char *text;
	struct sample v[256];
	size_t n, used;
};

/* Lines of three fields with a bar between them. */
static void samples_read(struct samples *s)
{
	char *line, *rest = NULL;

	s->text = file_text("keys");
	for (line = strtok_r(s->text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct sample *to = &s->v[s->n];

		if (*line == '#')
			continue;
		assert_true(s->n < ARRAY_LEN(s->v));
		to->path = line;
		to->yaml = strstr(line, " | ");
		assert_non_null(to->yaml);
		*to->yaml = '\0';
		to->yaml += 3;
		to->line = strstr(to->yaml, " | ");
		assert_non_null(to->line);
		*to->line = '\0';
		to->line += 3;
		s->n++;
	}
}

static void check_sample(const struct sample *s)
{
	struct conf *c = conf_of(s->yaml), *empty = conf_of("");
	struct buf line = {0};

	for (const char *p = s->line; *p; p++)
		if (p[0] == '\\' && p[1] == 'n')
			buf_str(&line, *p++ ? "\n" : "");
		else
			buf_add(&line, p, 1);
	buf_str(&line, "\n");
	assert_shows(c, "show running-config", line.p, true);
	assert_shows(empty, "show running-config", line.p, false);
	conf_free(empty);
	conf_free(c);
	free(line.p);
}

static void check_key(struct samples *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].path, path) == 0) {
			if (*s->v[i].line)
				check_sample(&s->v[i]);
			s->used++;
			return;
		}
	fail_msg("%s: no sample of this key in " FOLDER "/keys", path);
}

/* What is not built yet cannot be set. */
static void check_keys(struct samples *s, const char *path, const struct conf_key *keys)
{
	for (; keys->name; keys++) {
		struct buf b = {0};

		buf_fmt(&b, "%s%s%s", path, *path ? "." : "", keys->name);
		if (keys->type->kind == CONF_SECTION)
			check_keys(s, b.p, ((const struct conf_section *)keys->arg)->keys);
		else if (keys->type->kind == CONF_LIST)
			check_keys(s, b.p, ((const struct conf_list *)keys->arg)->keys);
		else if (keys->type != &conf_off_type)
			check_key(s, b.p);
		free(b.p);
	}
}

static void every_key_is_shown(void **state)
{
	struct samples *s = xcalloc(1, sizeof(*s));

	(void)state;
	samples_read(s);
	check_keys(s, "", conf_root.keys);
	assert_int_equal(s->used, s->n);
	assert_true(s->n > 80);
	free(s->text);
	free(s);
}

/* ---- where it comes from ---- */

static void lines_are_of_the_key(void **state)
{
	static const struct {
		const char *text, *from;
	} rows[] = {
	    {"\n\nrole: node\n",						  "grevyd.yaml:3\nrole node\n"},
	    {"# zebra:\nzebra:\n\n # x\n  distance: 9\n",                         "grevyd.yaml:2\nzebra\n"    },
	    {"zebra: # is:\n  # here\n  {distance: 9}\n",                         "grevyd.yaml:1\nzebra\n"    },
	    {"\"zebra\":\r\n  distance: 9\r\n",                                   "grevyd.yaml:1\nzebra\n"    },
	    {"{\"log\": {\"level\": \"err\"},\n \"zebra\":\n {\"distance\": 9}}",
             "grevyd.yaml:2\nzebra\n"									 },
	    {"a: &a\n",							   NULL                        },
	};

	(void)state;
	for (size_t i = 0; rows[i].from; i++) {
		struct conf *c = conf_of(rows[i].text);

		assert_shows(c, "show running-config", rows[i].from, true);
		conf_free(c);
	}
}

static void options_and_reloads_say_so(void **state)
{
	struct conf *old = conf_of("zebra: {route-type: babel}");
	struct conf *next = conf_of("role: node\nzebra: {route-type: sharp, distance: 20}\n");

	(void)state;
	free(old->zebra.socket);
	old->zebra.socket = xstrdup("/tmp/z");
	conf_set_origin(old, "zebra.socket", "option %s", "-z");
	assert_shows(old, "show running-config",
	    " ! socket: option -z\n socket /tmp/z\n route-type babel\n", true);
	assert_shows(old, "show running-config json", "\"zebra.socket\":\"option -z\"", true);
	conf_reload_diff(old, next);
	assert_shows(next, "show running-config",
	    "! role: kept until a restart, which makes it node\nrole router\n", true);
	assert_shows(next, "show running-config",
	    " ! route-type: kept until a restart, which makes it sharp\n route-type babel\n",
	    true);
	assert_shows(next, "show running-config", "distance", false); /* as without */
	conf_free(old);
	conf_free(next);
}

static void a_file_that_differs_is_told(void **state)
{
	const struct vty_problem refused = {.link = "configuration", .what = "x.yaml:1:2: no"};
	char path[] = "/tmp/grevy-test-XXXXXX";
	struct conf_errors errors = {0};
	struct vty_context ctx = {.version = "0.0.1"};
	struct conf *c;
	int fd = mkstemp(path);
	char *got;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "role: node\n", 11), 11);
	ctx.conf = c = conf_load(path, &errors);
	assert_non_null(c);
	got = ask(&ctx, "show running-config");
	assert_null(strstr(got, "changed"));
	free(got);
	unlink(path);
	got = ask(&ctx, "show running-config");
	assert_non_null(strstr(got, " was changed after it was read: reload to take it\n"));
	free(got);
	ctx.problems = &refused;
	ctx.n_problems = 1;
	ctx.held = true;
	got = ask(&ctx, "show running-config json");
	assert_null(strstr(got, "changed"));
	assert_non_null(strstr(got, "this is in force since before it: x.yaml:1:2: no\",\n"));
	assert_non_null(strstr(got, "\"address-pools: those before the last reload"));
	free(got);
	close(fd);
	conf_free(c);
}

static void debugged_areas_are_shown(void **state)
{
	struct conf *c = conf_of("");

	(void)state;
	assert_shows(c, "show running-config", "debug zserv\n", false);
	log_set_debug("zserv", true);
	assert_shows(c, "show running-config", "!\ndebug zserv\n!\nend\n", true);
	log_set_debug("zserv", false);
	conf_free(c);
}

/* A long one is made in pieces; a reload between two of them ends it. */
static void a_reload_ends_the_answer(void **state)
{
	struct vty_session session = {0};
	const struct vty_now now = {0};
	struct vty_context ctx = {.version = "0.0.1"};
	struct conf *c, *next = conf_of("");
	struct buf text = {0}, got = {0};
	struct vty_job *job;
	unsigned pieces = 0;

	(void)state;
	buf_str(&text, "address-pools:\n");
	for (unsigned i = 0; i < 1000; i++)
		buf_fmt(&text, "- {name: p%u, protocol: bgp, addresses: [10.%u.%u.0/24]}\n", i,
		    i / 250, i % 250);
	ctx.conf = c = conf_of(text.p);
	job = vty_begin(&ctx, &session, "show running-config", &now);
	while (vty_more(job, &got))
		pieces++;
	assert_int_equal(vty_end(job), VTY_OK);
	assert_true(pieces > 5);
	assert_non_null(strstr(got.p, ":1001\naddress-pool p999\n protocol bgp\n"));
	job = vty_begin(&ctx, &session, "show running-config json", &now);
	buf_clear(&got);
	assert_true(vty_more(job, &got));
	ctx.conf = next;
	conf_free(c);
	while (vty_more(job, &got))
		;
	assert_int_equal(vty_end(job), VTY_WARNING);
	assert_non_null(strstr(got.p, "\"error\":\"Another configuration came into force"));
	conf_free(next);
	free(text.p);
	free(got.p);
}

/* FRR's `write memory` would put it into frr.conf. */
static void frr_is_told_nothing(void **state)
{
	struct conf *c = conf_of("role: node");
	struct vty_context ctx = {.version = "0.0.1", .conf = c};
	struct vty_session session = {.dialect = VTY_FRR};
	const struct vty_now now = {0};
	struct buf b = {0};

	(void)state;
	buf_str(&b, "");
	assert_int_equal(vty_execute(&ctx, &session, "show running-config", &now, &b), VTY_OK);
	assert_string_equal(b.p, "");
	free(b.p);
	conf_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(router),
	    cmocka_unit_test(node),
	    cmocka_unit_test(json_is_the_configuration),
	    cmocka_unit_test(every_key_is_shown),
	    cmocka_unit_test(lines_are_of_the_key),
	    cmocka_unit_test(options_and_reloads_say_so),
	    cmocka_unit_test(a_file_that_differs_is_told),
	    cmocka_unit_test(debugged_areas_are_shown),
	    cmocka_unit_test(a_reload_ends_the_answer),
	    cmocka_unit_test(frr_is_told_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
