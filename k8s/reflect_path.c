/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists are read at no resourceVersion, which means the newest: what was seen once is never
 * seen older, whichever of several servers answers.
 */
#include "k8s/reflect_path.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE "500"

struct path {
	char *p; /* has room for all that is put */
	size_t len;
};

static void put(struct path *to, const char *s)
{
	size_t n = strlen(s);

	memcpy(to->p + to->len, s, n + 1);
	to->len += n;
}

/* Anything but the unreserved of RFC 3986 as %XX. */
static void put_escaped(struct path *to, const char *s)
{
	static const char hex[] = "0123456789ABCDEF",
			  plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (strchr(plain, c)) {
			to->p[to->len++] = *s;
		} else {
			to->p[to->len++] = '%';
			to->p[to->len++] = hex[c >> 4];
			to->p[to->len++] = hex[c & 15];
		}
	}
	to->p[to->len] = 0;
}

static size_t room(const struct reflect *r)
{
	const struct reflect_what *w = r->what;
	const char *const parts[] = {
	    w->group, r->version, w->resource, w->ns, w->name, r->rv, r->cont};
	size_t n = 320;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		n += parts[i] ? 3 * strlen(parts[i]) : 0;
	return n;
}

static void put_resource(struct path *to, const struct reflect *r)
{
	const struct reflect_what *w = r->what;

	put(to, *w->group ? "/apis/" : "/api");
	put(to, w->group);
	put(to, "/");
	put(to, r->version);
	if (w->ns) {
		put(to, "/namespaces/");
		put_escaped(to, w->ns);
	}
	put(to, "/");
	put(to, w->resource);
}

static void put_watch(
    struct path *to, const struct reflect *r, enum reflect_ask ask, unsigned timeout_s)
{
	char seconds[16];

	snprintf(seconds, sizeof(seconds), "%u", timeout_s);
	put(to, "?watch=true&allowWatchBookmarks=true&timeoutSeconds=");
	put(to, seconds);
	if (ask == REFLECT_STREAM) {
		put(to, "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
	} else {
		put(to, "&resourceVersion=");
		put_escaped(to, r->rv);
	}
}

static void put_list(struct path *to, const struct reflect *r)
{
	put(to, r->no_pages ? "?limit=0" : "?limit=" PAGE);
	if (r->cont) {
		put(to, "&continue=");
		put_escaped(to, r->cont);
	}
}

char *reflect_path_new(const struct reflect *r, enum reflect_ask ask, unsigned timeout_s)
{
	struct path to = {.p = malloc(room(r))};

	if (!to.p)
		return NULL;
	if (ask == REFLECT_GROUP) {
		put(&to, "/apis/");
		put(&to, r->what->group);
		return to.p;
	}
	put_resource(&to, r);
	if (ask == REFLECT_LIST)
		put_list(&to, r);
	else
		put_watch(&to, r, ask, timeout_s);
	if (r->what->name) {
		put(&to, "&fieldSelector=metadata.name%3D");
		put_escaped(&to, r->what->name);
	}
	return to.p;
}
