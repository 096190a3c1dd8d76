/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "announcer/vty/filter.h"
#include "announcer/vty/names_walk.h"
#include "zclient/prefix.h"
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static bool is_name(const char *word)
{
	return strchr(word, '/') != NULL;
}

static bool is_digits(const char *word)
{
	return word[strspn(word, "0123456789")] == '\0';
}

/* In two pieces. */
static bool names(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg)
{
	(void)ctx;
	w->begun = !w->begun;
	if (w->begun) {
		fn("default/web", arg);
		return true;
	}
	fn("default/dns", arg);
	fn("bad name", arg);
	return false;
}

static const struct vty_command commands[] = {
    {"clear all",				   "Clear everything",  NULL, VTY_VERB  },
    {"echo LINE",				   "Print",             NULL, VTY_VIEW  },
    {"secret",				      "Not shown",         NULL, VTY_HIDDEN},
    {"show nodes",				  "Nodes",             NULL, VTY_VIEW  },
    {"show queue",				  "Queue",             NULL, VTY_JSON  },
    {"show running-config",                         "Configuration",     NULL, VTY_JSON  },
    {"show rib [NUMBER]",			   "Routes",            NULL, VTY_JSON  },
    {"show services [NS/NAME]",                     "Services",          NULL, VTY_JSON  },
    {"show [ip] bgp [ipv4|ipv6] [unicast] summary", "Neighbours",        NULL, VTY_JSON  },
    {"show [ip] bgp neighbors [NS/NAME] routes",    "Routes of one",     NULL, VTY_JSON  },
    {"why NS/NAME",				 "Explain a Service", NULL, VTY_JSON  },
    {"why node NUMBER",			     "Explain a node",    NULL, VTY_JSON  },
};
static const struct vty_kind kinds[] = {
    {"NS/NAME", "A Service", is_name,   names},
    {"NUMBER",  "A number",  is_digits, NULL },
};
static const struct vty_group groups[] = {
    {"show", "Look"   },
    {"why",  "Explain"},
    {"ip",   "As FRR" }
};
static const struct vty_tree tree = {
    commands, kinds, groups, ARRAY_LEN(commands), ARRAY_LEN(kinds), ARRAY_LEN(groups)};

struct row {
	const char *line;
	enum vty_rc rc;
	const char *what; /* help of the command found, or the error */
	const char *arg;  /* first variable, or LINE */
	bool json;
};

static const struct row rows[] = {
    {"show services",               VTY_OK,         "Services",						    NULL,          false},
    {"  sh ser  ",                  VTY_OK,         "Services",						    NULL,          false},
    {"do show services\n",          VTY_OK,         "Services",						    NULL,          false},
    {"do do show services json \t", VTY_OK,         "Services",                                                    NULL,          true },
    {"sh ser default/web",          VTY_OK,         "Services",						    "default/web", false},
    {"sh ser default/web js",       VTY_OK,         "Services",						    "default/web", true },
    {"show services json",          VTY_OK,         "Services",						    NULL,          true },
    {"show ru",		     VTY_OK,         "Configuration",					       NULL,          false},
    {"show rib 17 json",            VTY_OK,         "Routes",						      "17",          true },
    {"show ip bgp summary",         VTY_OK,         "Neighbours",						  NULL,          false},
    {"sh bgp sum",                  VTY_OK,         "Neighbours",						  NULL,          false},
    {"sh bgp ipv6 uni sum",         VTY_OK,         "Neighbours",						  NULL,          false},
    {"sh bgp uni sum json",         VTY_OK,         "Neighbours",						  NULL,          true },
    {"sh bgp nei a/b routes",       VTY_OK,         "Routes of one",                                               "a/b",         false},
    {"sh bgp nei routes",           VTY_OK,         "Routes of one",                                               NULL,          false},
    {"why a/b",		     VTY_OK,         "Explain a Service",                                           "a/b",         false},
    {"why n 3",		     VTY_OK,         "Explain a node",					      "3",           false},
    {"echo a  b | c ",              VTY_OK,         "Print",						       "a  b | c ",   false},
    {"secret",		      VTY_OK,         "Not shown",						   NULL,          false},
    {"clear all",		   VTY_OK,         "Clear everything",                                            NULL,          false},
    {"",			    VTY_OK,         NULL,							  NULL,          false},
    {" \t\r\n",		     VTY_OK,         NULL,							  NULL,          false},
    {"! comment",		   VTY_OK,         NULL,							  NULL,          false},
    {"# comment",		   VTY_OK,         NULL,							  NULL,          false},
    {"show r",		      VTY_AMBIGUOUS,
     "% Ambiguous command: show r\n"
	"                          ^\n"
	"  rib             Routes\n"
	"  running-config  Configuration\n",								       NULL,          false},
    {" do  show  r ",               VTY_AMBIGUOUS,
     "% Ambiguous command: show  r\n"
	"                           ^\n",									  NULL,          false},
    {"s r | include x",             VTY_AMBIGUOUS,
     "% Ambiguous command: s r | include x\n"
	"                       ^\n",									      NULL,          false},
    {"show \xc3\xa9 r",             VTY_NO_MATCH,
     "% Unknown command: show \xc3\xa9 r\n"
	"                        ^\n",									     NULL,          false},
    {"show bgp ip summary",         VTY_AMBIGUOUS,
     "% Ambiguous command: show bgp ip summary\n"
	"                              ^\n"
	"  ipv4  Neighbours\n"
	"  ipv6  Neighbours\n",										    NULL,          false},
    {"show",			VTY_INCOMPLETE, "% Command incomplete: show\n",                                NULL,          false},
    {"show bgp ",		   VTY_INCOMPLETE, "% Command incomplete: show bgp\n",                            NULL,          false},
    {"echo",			VTY_INCOMPLETE, "% Command incomplete: echo\n",                                NULL,          false},
    {"why node",		    VTY_INCOMPLETE, "% Command incomplete: why node\n",                            NULL,          false},
    {"show frob",		   VTY_NO_MATCH,   "% Unknown command: show frob\n                        ^\n",
     NULL,															false},
    {" do show  frob x",            VTY_NO_MATCH,
     "% Unknown command: show  frob x\n                         ^\n",                                              NULL,          false},
    {"show services x",             VTY_NO_MATCH,
     "% Unknown command: show services x\n                                 ^\n",                                   NULL,
     false															     },
    {"show nodes json",             VTY_NO_MATCH,
     "% Unknown command: show nodes json\n                              ^\n",                                      NULL,          false},
    {"show nodesx",                 VTY_NO_MATCH,   "% Unknown command: show nodesx\n                        ^\n",
     NULL,															false},
    {"\x01\x1b[2J",                 VTY_NO_MATCH,
     "% Unknown command: \\u0001\\u001b[2J\n                   ^\n",                                               NULL,          false},
    {"| include x",                 VTY_NO_MATCH,   "% Unknown command: | include x\n",                            NULL,          false},
};

static void lines_find_their_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct vty_parsed p;
		struct buf error = {0};

		assert_int_equal(tree_parse(&tree, r->line, true, &p, &error), r->rc);
		if (r->rc != VTY_OK) {
			assert_null(p.cmd);
			assert_memory_equal(error.p, r->what, strlen(r->what));
		} else if (!r->what) {
			assert_null(p.cmd);
		} else {
			assert_string_equal(p.cmd->help, r->what);
			assert_int_equal(p.json, r->json);
			if (strncmp(r->line, "echo", 4) == 0)
				assert_string_equal(p.rest, r->arg);
			else if (r->arg)
				assert_string_equal(p.args[0], r->arg);
			else
				assert_int_equal(p.n_args, 0);
		}
		tree_parsed_fini(&p);
		free(error.p);
	}
}

static void verbs_want_enable(void **state)
{
	struct vty_parsed p;
	struct buf error = {0};

	(void)state;
	assert_int_equal(tree_parse(&tree, "clear all", false, &p, &error), VTY_NO_MATCH);
	assert_int_equal(tree_parse(&tree, "show nodes", false, &p, &error), VTY_OK);
	tree_parsed_fini(&p);
	free(error.p);
}

static void too_many_words_are_refused(void **state)
{
	struct vty_parsed p;
	struct buf line = {0}, error = {0};

	(void)state;
	buf_str(&line, "show services");
	for (int i = 0; i < 1000; i++)
		buf_str(&line, " x");
	assert_int_equal(tree_parse(&tree, line.p, true, &p, &error), VTY_NO_MATCH);
	free(line.p);
	free(error.p);
}

static void help_lists_what_may_follow(void **state)
{
	static const struct {
		const char *line, *help;
	} cases[] = {
	    {"",
             "  clear  Clear everything\n  echo   Print\n  show   Look\n  why    Explain\n"                    },
	    {"s",		     "  show  Look\n"							 },
	    {"show s",                "  services  Services\n"						 },
	    {"show ",                 "  bgp             Neighbours\n  ip              As FRR\n"
		      "  nodes           Nodes\n  queue           Queue\n"
		      "  rib             Routes\n  running-config  Configuration\n"
		      "  services        Services\n"                                      },
	    {"show services ",
             "  <cr>\n  NS/NAME  A Service\n  json     JavaScript Object Notation\n"                           },
	    {"why ",                  "  NS/NAME  A Service\n  node     Explain a node\n"                      },
	    {"show queue | ",         "  begin    From the first line that matches\n"
			      "  count    Count the lines that match\n"
			      "  exclude  Lines that do not match\n"
			      "  include  Lines that match a regular expression\n"},
	    {"show nodes",            "  nodes  Nodes\n"						       },
	    {"show nodes ",           "  <cr>\n"							       },
	    {"show nodes | include ", "  REGEX  An extended regular expression\n"                              },
	    {"show | ",               "% There is no matched command.\n"                                       },
	    {"frob ",                 "% There is no matched command.\n"                                       },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = {0};

		tree_help(&tree, cases[i].line, true, &b);
		assert_string_equal(b.p, cases[i].help);
		free(b.p);
	}
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

static void completion_knows_live_names(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
	    {"sh",		     "show\n"                          },
	    {"show r",                 "rib\nrunning-config\n"           },
	    {"sh ser ",                "json\ndefault/web\ndefault/dns\n"},
	    {"sh ser default/w",       "default/web\n"                   },
	    {"sh ser j",               "json\n"                          },
	    {"show queue | i",         "include\n"                       },
	    {"show | i",               ""				},
	    {"show queue | include x", ""                                },
	    {"sec",		    ""				},
	    {"frob x",                 ""				},
	    {"bad",		    ""				},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = {0};

		buf_str(&b, "");
		complete(&tree, NULL, cases[i].line, true, &b);
		assert_string_equal(b.p, cases[i].words);
		free(b.p);
	}
}

/* The text in pieces of `size`: a line may come in several. */
static enum vty_rc filtered(const char *filter, size_t size, struct buf *out)
{
	static const char text[] = "ab\nbc\n\nac\nd";
	struct filter *f = filter_new(filter, out);

	if (!f)
		return VTY_NO_MATCH;
	for (size_t at = 0, left; (left = strlen(text) - at);)
		at += filter_feed(f, text + at, left < size ? left : size, out);
	filter_end(f, out);
	filter_free(f);
	return VTY_OK;
}

static void pipes_filter_lines(void **state)
{
	static const struct {
		const char *filter;
		enum vty_rc rc;
		const char *out;
	} cases[] = {
	    {" include ^a",               VTY_OK,       "ab\nac\n"     },
	    {"inc b|c",                   VTY_OK,       "ab\nbc\nac\n" },
	    {"  exclude a  ",             VTY_OK,       "bc\n\nd\n"    },
	    {"begin bc",                  VTY_OK,       "bc\n\nac\nd\n"},
	    {"count .",                   VTY_OK,       "4\n"          },
	    {"include zzz",               VTY_OK,       ""             },
	    {"include",                   VTY_NO_MATCH, NULL           },
	    {"",			  VTY_NO_MATCH, NULL           },
	    {"frob a",                    VTY_NO_MATCH, NULL           },
	    {"include (",                 VTY_NO_MATCH, NULL           },
	    {"include ((a{99}){99}){99}", VTY_NO_MATCH, NULL           },
	    {"include (a)\\1",            VTY_NO_MATCH, NULL           },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = {0};

		buf_str(&b, "");
		assert_int_equal(filtered(cases[i].filter, 1 + i % 4, &b), cases[i].rc);
		if (cases[i].out)
			assert_string_equal(b.p, cases[i].out);
		else
			assert_true(b.p[0] == '%' && b.p[b.len - 1] == '\n');
		free(b.p);
	}
}

static void a_parsed_line_keeps_its_filter(void **state)
{
	struct vty_parsed p;
	struct buf error = {0};

	(void)state;
	assert_int_equal(tree_parse(&tree, "sh que|inc x|y", true, &p, &error), VTY_OK);
	assert_string_equal(p.filter, "inc x|y");
	tree_parsed_fini(&p);
	assert_int_equal(tree_parse(&tree, "echo a|b", true, &p, &error), VTY_OK);
	assert_null(p.filter);
	assert_string_equal(p.rest, "a|b");
	tree_parsed_fini(&p);
	free(error.p);
}

static bool is_any(const char *word)
{
	(void)word;
	return true;
}

static const struct vty_command grouped[] = {
    {"clear <*|NUMBER|peer NAME> [soft [in|out]|in]",                                  "Clear", NULL, VTY_VIEW},
    {"show [<view|vrf> NAME] [<ipv4|ipv6> [unicast|~vpn]] [all] [json [detail]|wide]", "Table",
     NULL,											    VTY_VIEW},
    {"show [vrf NAME] peers [NAME] [<up|down> [NUMBER]]",                              "Peers", NULL, VTY_JSON},
};
static const struct vty_kind grouped_kinds[] = {
    {"NAME",   "A name",   is_any,    NULL},
    {"NUMBER", "A number", is_digits, NULL},
};
static const struct vty_tree grouped_tree = {
    grouped, grouped_kinds, NULL, ARRAY_LEN(grouped), ARRAY_LEN(grouped_kinds), 0};

/* Groups in groups: what matches, what was said, and what the variables are. */
static void groups_hold_groups(void **state)
{
	static const struct {
		const char *line;
		enum vty_rc rc;
		const char *said; /* and the variables, by kind */
	} lines[] = {
	    {"clear *",                      VTY_OK,         "*"                                 },
	    {"clear 7 soft",                 VTY_OK,         "soft NUMBER=7"                     },
	    {"clear peer a soft out",        VTY_OK,         "peer soft out NAME=a"              },
	    {"clear peer a in",              VTY_OK,         "peer in NAME=a"                    },
	    {"clear peer",                   VTY_INCOMPLETE, ""                                  },
	    {"clear * out",                  VTY_NO_MATCH,   ""                                  },
	    {"clear * in out",               VTY_NO_MATCH,   ""                                  },
	    {"show",			 VTY_OK,         ""				  },
	    {"show vrf x ipv4",              VTY_OK,         "vrf ipv4 NAME=x"                   },
	    {"show ipv4 uni all json det",   VTY_OK,         "ipv4 unicast all json detail"      },
	    {"show ipv6 vpn wide",           VTY_OK,         "ipv6 vpn wide"                     },
	    {"show unicast",                 VTY_NO_MATCH,   ""                                  },
	    {"show all wide json",           VTY_NO_MATCH,   ""                                  },
	    {"show view",                    VTY_INCOMPLETE, ""                                  },
	    {"show vrf a peers b up 3 json", VTY_OK,         "vrf up json NAME=a NAME=b NUMBER=3"},
	    {"show peers down",              VTY_OK,         "down"                              },
	    {"show peers 3",                 VTY_OK,         "NAME=3"                            },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct buf error = {0}, got = {0};
		struct vty_parsed p;

		assert_int_equal(
		    tree_parse(&grouped_tree, lines[i].line, true, &p, &error), lines[i].rc);
		buf_str(&got, "");
		for (size_t k = 0; k < p.n_said; k++)
			buf_fmt(&got, "%s%.*s", got.len ? " " : "",
			    (int)strcspn(p.said[k], " |[]<>"), p.said[k]);
		for (size_t k = 0; k < p.n_args; k++)
			buf_fmt(&got, "%s%.*s=%s", got.len ? " " : "",
			    (int)strcspn(p.kinds[k], " |[]<>"), p.kinds[k], p.args[k]);
		assert_string_equal(got.p, lines[i].said);
		assert_int_equal(p.json, tree_said(p.said, p.n_said, "json"));
		tree_parsed_fini(&p);
		free(error.p);
		free(got.p);
	}
}

/* A hidden word is taken, and never offered. */
static void hidden_words_are_not_offered(void **state)
{
	struct buf b = {0};

	(void)state;
	complete(&grouped_tree, NULL, "show ipv4 ", true, &b);
	assert_string_equal(b.p, "all\njson\nunicast\nwide\n");
	buf_clear(&b);
	tree_help(&grouped_tree, "clear 7 ", true, &b);
	assert_string_equal(b.p, "  <cr>\n  in    Clear\n  soft  Clear\n");
	free(b.p);
}

/* Which of the keywords that leave a choice were said, and that a prefix of two is none. */
static void what_was_said_is_known(void **state)
{
	static const struct {
		const char *line;
		enum vty_rc rc;
		bool ip, v4, v6, unicast;
	} lines[] = {
	    {"show bgp summary",             VTY_OK,         false, false, false, false},
	    {"sh ip bgp sum",                VTY_OK,         true,  false, false, false},
	    {"show bgp ipv4 summary json",   VTY_OK,         false, true,  false, false},
	    {"show ip bgp ipv6 uni summary", VTY_OK,         true,  false, true,  true },
	    {"show bgp ip summary",          VTY_AMBIGUOUS,  false, false, false, false},
	    {"show bgp ipv4 ipv6 summary",   VTY_NO_MATCH,   false, false, false, false},
	    {"show bgp ipv4|ipv6 summary",   VTY_INCOMPLETE, false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct buf error = {0};
		struct vty_parsed p;

		assert_int_equal(
		    tree_parse(&tree, lines[i].line, true, &p, &error), lines[i].rc);
		assert_int_equal(tree_said(p.said, p.n_said, "ip"), lines[i].ip);
		assert_int_equal(tree_said(p.said, p.n_said, "ipv4"), lines[i].v4);
		assert_int_equal(tree_said(p.said, p.n_said, "ipv6"), lines[i].v6);
		assert_int_equal(tree_said(p.said, p.n_said, "unicast"), lines[i].unicast);
		assert_false(tree_said(p.said, p.n_said, "summary"));
		assert_false(tree_said(p.said, p.n_said, "ipv"));
		tree_parsed_fini(&p);
		free(error.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_said_is_known),
	    cmocka_unit_test(groups_hold_groups),
	    cmocka_unit_test(hidden_words_are_not_offered),
	    cmocka_unit_test(lines_find_their_command),
	    cmocka_unit_test(verbs_want_enable),
	    cmocka_unit_test(too_many_words_are_refused),
	    cmocka_unit_test(help_lists_what_may_follow),
	    cmocka_unit_test(completion_knows_live_names),
	    cmocka_unit_test(pipes_filter_lines),
	    cmocka_unit_test(a_parsed_line_keeps_its_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
