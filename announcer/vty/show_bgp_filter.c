/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_bgp_filter.c - which rows of the table a command wants: those with a community, an AS
 * path that matches, our own. What grevyd has none of (lists by name, RPKI, damping) leaves no
 * row, or is refused in FRR's words.
 */
#include "announcer/util.h"
#include "announcer/vty/pattern.h"
#include "announcer/vty/show_bgp_routes.h"
#include <stdio.h>
#include <sys/socket.h>

enum { PATH_LEN = 4096 };

struct bgp_filter {
	bool (*passes)(const struct bgp_filter *f, const struct bgp_row *r);
	bool exact, any; /* any: every row with one at all */
	uint32_t community;
	struct bgp_large large;
	struct pattern *pattern; /* NULL = none */
};

static bool nothing(const struct bgp_filter *f, const struct bgp_row *r)
{
	(void)f;
	(void)r;
	return false;
}

static bool is_own(const struct bgp_filter *f, const struct bgp_row *r)
{
	(void)f;
	return !r->source;
}

/* FRR leaves out what is as long as its class says. */
static bool is_cidr(const struct bgp_filter *f, const struct bgp_row *r)
{
	uint8_t first = r->prefix.addr[0];

	(void)f;
	return r->prefix.family != AF_INET || r->prefix.plen != (first < 128      ? 8
								    : first < 192 ? 16
								    : first < 224 ? 24
										  : 255);
}

static bool has_community(const struct bgp_filter *f, const struct bgp_row *r)
{
	if (f->any)
		return r->attrs->n_communities;
	return (!f->exact || r->attrs->n_communities == 1) &&
	       bgp_community_has(r->attrs, f->community);
}

static bool has_large(const struct bgp_filter *f, const struct bgp_row *r)
{
	const struct bgp_attrs *at = r->attrs;

	if (f->any)
		return at->n_large;
	for (size_t i = 0; i < at->n_large; i++)
		if (memcmp(&at->large[i], &f->large, sizeof(f->large)) == 0)
			return !f->exact || at->n_large == 1;
	return false;
}

static bool path_matches(const struct bgp_filter *f, const struct bgp_row *r)
{
	char *path = xcalloc(1, PATH_LEN);
	bool hit = pattern_hits(f->pattern, bgp_as_path_str(r->attrs, path, PATH_LEN));

	free(path);
	return hit;
}

/* ---- from words ---- */

static enum vty_rc community(struct vty_request *rq, struct bgp_filter *f)
{
	const char *word = vty_arg(rq, "COMMUNITY");
	struct bgp_large large;
	bool is_large;

	f->passes = has_community;
	f->any = !word;
	f->exact = vty_said(rq, "exact-match");
	if (!word ||
	    (bgp_community_parse(word, &f->community, &large, &is_large) == 0 && !is_large))
		return VTY_OK;
	return bgp_warn(rq, "%% Community malformed: %s", word);
}

static enum vty_rc large_community(struct vty_request *rq, struct bgp_filter *f)
{
	const char *word = vty_arg(rq, "LARGE");
	bool is_large = false;
	char prefixed[64];
	uint32_t other;

	f->passes = has_large;
	f->any = !word;
	f->exact = vty_said(rq, "exact-match");
	if (!word)
		return VTY_OK;
	snprintf(prefixed, sizeof(prefixed), "large:%.50s", word);
	if (bgp_community_parse(prefixed, &other, &f->large, &is_large) == 0 && is_large)
		return VTY_OK;
	return bgp_warn(rq, "%% Large-community malformed");
}

/* An underscore is the edge of an AS number. NULL: it is none. */
static struct pattern *compile(const char *expr)
{
	static const char edge[] = "(^|[,{}() ]|$)";
	struct buf b = {0};
	struct pattern *p;
	const char *why;

	buf_str(&b, "");
	for (const char *c = expr; *c; c++) {
		if (*c == '_')
			buf_str(&b, edge);
		else
			buf_add(&b, c, 1);
	}
	p = pattern_new(b.p, false, &why);
	free(b.p);
	return p;
}

static enum vty_rc regexp(struct vty_request *rq, struct bgp_filter *f)
{
	const char *expr = vty_arg(rq, "REGEX");

	f->passes = path_matches;
	f->pattern = compile(expr);
	if (f->pattern)
		return VTY_OK;
	return bgp_warn(rq, "Can't compile regexp %s", expr);
}

static enum vty_rc list(struct vty_request *rq, struct bgp_filter *f)
{
	static const struct {
		const char *word, *name;
	} lists[] = {
	    {"community-list", "community-list"     },
	    {"filter-list",    "AS-path access-list"},
	    {"prefix-list",    "prefix-list"        },
	    {"access-list",    "access-list"        },
	    {"route-map",      "route-map"          },
	};

	const char *name = vty_arg(rq, "LIST");

	(void)f;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (vty_said(rq, lists[i].word))
			return bgp_warn(rq, "%% %s %s not found", name, lists[i].name);
	return bgp_warn(rq, "%% %s is not a valid large-community-list name", name);
}

static enum vty_rc rpki(struct vty_request *rq, struct bgp_filter *f)
{
	if (!vty_said(rq, "notfound"))
		f->passes = nothing;
	return VTY_OK;
}

static enum vty_rc none(struct vty_request *rq, struct bgp_filter *f)
{
	(void)rq;
	f->passes = nothing;
	return VTY_OK;
}

static enum vty_rc cidr_only(struct vty_request *rq, struct bgp_filter *f)
{
	(void)rq;
	f->passes = is_cidr;
	return VTY_OK;
}

static enum vty_rc self_originate(struct vty_request *rq, struct bgp_filter *f)
{
	(void)rq;
	f->passes = is_own;
	return VTY_OK;
}

static const struct {
	const char *word;
	enum vty_rc (*parse)(struct vty_request *rq, struct bgp_filter *f);
} filters[] = {
    {"access-list",          list           },
    {"alias",		none           },
    {"cidr-only",            cidr_only      },
    {"community",            community      },
    {"community-list",       list           },
    {"dampened-paths",       none           },
    {"dampened-routes",      none           },
    {"filter-list",          list           },
    {"flap-statistics",      none           },
    {"large-community",      large_community},
    {"large-community-list", list           },
    {"prefix-list",          list           },
    {"regexp",	       regexp         },
    {"route-map",            list           },
    {"rpki",		 rpki           },
    {"self-originate",       self_originate },
    {"version",              none           },
};

struct bgp_filter *bgp_filter_new(struct vty_request *rq, enum vty_rc *rc)
{
	struct bgp_filter *f;

	*rc = VTY_OK;
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		if (!vty_said(rq, filters[i].word))
			continue;
		f = xcalloc(1, sizeof(*f));
		*rc = filters[i].parse(rq, f);
		if (*rc == VTY_OK)
			return f;
		bgp_filter_free(f);
		return NULL;
	}
	return NULL;
}

void bgp_filter_free(struct bgp_filter *f)
{
	if (f)
		pattern_free(f->pattern);
	free(f);
}

bool bgp_filter_passes(const struct bgp_filter *f, const struct bgp_row *r)
{
	return !f || !f->passes || f->passes(f, r);
}
