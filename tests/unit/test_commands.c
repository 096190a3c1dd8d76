/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_commands.c - the table of grevyd as a whole: what is offered can be typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "announcer/vty/exec.h"
#include "announcer/vty/filter.h"
#include "announcer/vty/items.h"
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 20 /* words of the longest line */

/* What one would type for a variable. */
static const char *sample(const char *kind)
{
	static const struct {
		const char *kind, *word;
	} samples[] = {
	    {"ADDRESS",   "192.0.2.1"   },
	    {"AREA",      "zserv"       },
	    {"ASN",       "64512"       },
	    {"COMMUNITY", "64512:1"     },
	    {"LARGE",     "64512:1:2"   },
	    {"LINE",      "some text"   },
	    {"LIST",      "some-list"   },
	    {"NAME",      "node1"       },
	    {"NEIGHBOR",  "192.0.2.1"   },
	    {"NS/NAME",   "default/web" },
	    {"NUMBER",    "7"           },
	    {"POOL",      "default"     },
	    {"PREFIX",    "192.0.2.0/24"},
	    {"REGEX",     "^64512"      },
	    {"TARGET",    "192.0.2.1"   },
	    {"VRF",       "default"     },
	};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		if (strcmp(samples[i].kind, kind) == 0)
			return samples[i].word;
	fail_msg("a sample of %s is missing here", kind);
	return NULL;
}

static enum vty_rc parse(const char *line, struct buf *error)
{
	struct vty_parsed p;
	enum vty_rc rc;

	buf_clear(error);
	rc = tree_parse(&vty_commands, line, true, &p, error);
	tree_parsed_fini(&p);
	return rc;
}

/* The line is whole, though help does not say so. */
static bool is_hidden(const char *line)
{
	struct buf error = {0};
	struct vty_parsed p;
	bool is = tree_parse(&vty_commands, line, true, &p, &error) == VTY_OK && p.cmd &&
	          p.cmd->flags & VTY_HIDDEN;

	tree_parsed_fini(&p);
	free(error.p);
	return is;
}

struct walk {
	size_t lines, whole;
	struct buf error;
	struct vty_items seen; /* what help said, of each place of the table once */
};

/* The words of a text of help; `cr`: the line may end there. */
static struct vty_items offered(const char *help, bool *cr)
{
	struct vty_items items = {0};

	*cr = false;
	for (const char *p = help; *p; p += strcspn(p, "\n") + 1) {
		size_t len = strcspn(p + 2, " \n");

		assert_memory_equal(p, "  ", 2);
		if (len == 4 && memcmp(p + 2, "<cr>", 4) == 0)
			*cr = true;
		else
			items_add(&items, p + 2, len, NULL);
	}
	return items;
}

/* What help says is a place of the table: where it says the same the same may follow. */
static bool is_new(struct walk *w, const char *help)
{
	for (size_t i = 0; i < w->seen.n; i++)
		if (strcmp(w->seen.v[i].word, help) == 0)
			return false;
	items_add(&w->seen, help, strlen(help), NULL);
	return true;
}

static void follow(struct walk *w, const char *line, unsigned depth);

/* line, and the word behind it: typed whole, and shortened to a letter, and by one. */
static void follow_word(struct walk *w, const char *line, const char *word, unsigned depth)
{
	bool variable = isupper((unsigned char)*word);
	size_t len = strlen(word);
	struct buf next = {0};
	enum vty_rc rc;

	for (size_t n = variable ? len : 1; n < len; n = n < len - 1 ? len - 1 : len) {
		buf_clear(&next);
		buf_fmt(&next, "%s%.*s", line, (int)n, word);
		rc = parse(next.p, &w->error);
		if (rc == VTY_NO_MATCH)
			fail_msg("'%s': %s", next.p, w->error.p);
	}
	buf_clear(&next);
	buf_fmt(&next, "%s%s", line, variable ? sample(word) : word);
	rc = parse(next.p, &w->error);
	if (rc != VTY_OK && rc != VTY_INCOMPLETE)
		fail_msg("'%s': %s", next.p, w->error.p);
	buf_str(&next, " ");
	if (strcmp(word, "LINE") != 0)
		follow(w, next.p, depth + 1);
	free(next.p);
}

static void follow(struct walk *w, const char *line, unsigned depth)
{
	struct vty_items items;
	struct buf help = {0};
	bool cr;

	assert_true(depth < DEPTH_MAX);
	tree_help(&vty_commands, line, true, &help);
	assert_int_not_equal(help.p[0], '%');
	items = offered(help.p, &cr);
	w->lines++;
	w->whole += cr;
	if (depth && !is_hidden(line))
		assert_int_equal(parse(line, &w->error), cr ? VTY_OK : VTY_INCOMPLETE);
	if (is_new(w, help.p))
		for (size_t i = 0; i < items.n; i++)
			follow_word(w, line, items.v[i].word, depth);
	items_fini(&items);
	free(help.p);
}

/* Whatever `?` offers can be typed, until <cr> is offered, and then it is a command. */
static void what_is_offered_can_be_typed(void **state)
{
	struct walk w = {0};

	(void)state;
	follow(&w, "", 0);
	items_fini(&w.seen);
	free(w.error.p);
	print_message("%zu lines, %zu of them commands\n", w.lines, w.whole);
	assert_true(w.whole >= 20);
	assert_true(w.lines > w.whole);
}

/* All of it at once. */
static void complete(const struct vty_tree *t, const struct vty_context *with, const char *line,
    bool enabled, struct buf *b)
{
	struct tree_completion *c = tree_complete_begin(t, line, enabled, b);

	while (tree_complete_more(c, with, b))
		;
	tree_complete_end(c);
}

/* What completion gives, put behind the line, is no unknown or ambiguous word. */
static void completions_parse_on(void **state)
{
	static const char *const lines[] = {"", "s", "sh", "show ", "show s", "sh ip ",
	    "sh bgp ", "clear ", "cl b ", "no ", "te", "debug ", "debug z", "why ", "e", "d",
	    "show log "};
	struct vty_context ctx = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		const char *last = strrchr(lines[i], ' ');
		size_t head = last ? (size_t)(last + 1 - lines[i]) : 0;
		struct buf b = {0}, error = {0};

		complete(&vty_commands, &ctx, lines[i], true, &b);
		assert_true(b.len || strcmp(lines[i], "why ") == 0);
		for (const char *p = b.p; p && *p; p += strcspn(p, "\n") + 1) {
			struct buf line = {0};
			enum vty_rc rc;

			buf_fmt(
			    &line, "%.*s%.*s", (int)head, lines[i], (int)strcspn(p, "\n"), p);
			rc = parse(line.p, &error);
			if (rc != VTY_OK && rc != VTY_INCOMPLETE)
				fail_msg("'%s': %s", line.p, error.p);
			free(line.p);
		}
		free(b.p);
		free(error.p);
	}
}

/* A word behind a | is one of filter_words, by a letter of it. */
static void filters_are_offered_behind_whole_commands(void **state)
{
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < FILTER_WORDS; i++) {
		struct buf line = {0};

		buf_clear(&b);
		buf_fmt(&line, "sh ver | %.1s", filter_words[i].word);
		complete(&vty_commands, NULL, line.p, true, &b);
		assert_memory_equal(b.p, filter_words[i].word, strlen(filter_words[i].word));
		assert_int_equal(b.len, strlen(filter_words[i].word) + 1);
		free(line.p);
	}
	buf_clear(&b);
	tree_help(&vty_commands, "show ver | inc ", true, &b);
	assert_string_equal(b.p, "  REGEX  An extended regular expression\n");
	buf_clear(&b);
	complete(&vty_commands, NULL, "show | ", true, &b);
	assert_int_equal(b.len, 0);
	free(b.p);
}

/* Without `enable`, what changes something is not there. */
static void verbs_are_not_offered_to_who_only_looks(void **state)
{
	struct buf b = {0};

	(void)state;
	complete(&vty_commands, NULL, "cl", false, &b);
	assert_int_equal(b.len, 0);
	tree_help(&vty_commands, "clear bgp ", false, &b);
	assert_string_equal(b.p, "% There is no matched command.\n");
	free(b.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_offered_can_be_typed),
	    cmocka_unit_test(completions_parse_on),
	    cmocka_unit_test(filters_are_offered_behind_whole_commands),
	    cmocka_unit_test(verbs_are_not_offered_to_who_only_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
