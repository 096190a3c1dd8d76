/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 's' or another letter (a stream or a list), a byte that says how it is cut, then any text as
 * the body of an answer: in whatever pieces it comes, the same values are found, and they are
 * the text's own; each goes through reader and decoders.
 */
#include "k8s/decode.h"
#include "k8s/frame.h"
#include "k8s/json.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* Values one after another, in memory of their own. */
struct heard {
	char *s;
	size_t len, n;
};

static int hear(const char *text, size_t len, void *arg)
{
	struct heard *h = arg;

	require(len >= 2 && text[0] == '{');
	memcpy(h->s + h->len, text, len);
	h->len += len;
	h->n++;
	return 0;
}

static int hear_and_decode(const char *text, size_t len, void *arg)
{
	for (enum k8s_kind kind = K8S_SERVICE; kind < K8S_KINDS; kind++) {
		const struct json_want event[] = {
		    {"type",   NULL           },
                    {"object", k8s_wants(kind)},
                    {NULL,     NULL           }
                };
		struct json_object *json = NULL, *inner = NULL;
		struct k8s_object *o = NULL;
		struct k8s_decode_error err;
		struct json_fault fault;

		if (json_read(text, len, event, &json, &fault) == 0 &&
		    json_object_object_get_ex(json, "object", &inner) &&
		    k8s_object_decode_as(kind, "pools", inner, &o, &err) == 0)
			k8s_object_free(o);
		json_object_put(json);
		json = NULL;
		o = NULL;
		if (json_read(text, len, k8s_wants(kind), &json, &fault) == 0 &&
		    k8s_object_decode_as(kind, "pools", json, &o, &err) == 0)
			k8s_object_free(o);
		json_object_put(json);
	}
	return hear(text, len, arg);
}

/* cut 0: in one piece. Return: of the first call that failed, else of frame_end(). */
static int run(struct frame *f, const char *text, size_t len, unsigned cut)
{
	int rc = 0;

	for (size_t at = 0, n; !rc && at < len; at += n) {
		n = len - at;
		if (cut) {
			cut = cut * 1664525 + 1013904223;
			n = 1 + (cut >> 24) % (cut >> 16 & 1 ? 3 : 40);
			n = n > len - at ? len - at : n;
		}
		rc = frame_feed(f, text + at, n);
	}
	return rc ? rc : frame_end(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum frame_mode mode;
	struct heard a = {0}, b = {0};
	struct frame *whole, *pieces;
	const char *rest, *same;
	size_t rest_len, same_len;
	int rc;

	if (len < 2)
		return 0;
	mode = data[0] == 's' ? FRAME_STREAM : FRAME_LIST;
	a.s = malloc(len);
	b.s = malloc(len);
	whole = frame_new(mode, hear_and_decode, &a);
	pieces = frame_new(mode, hear, &b);
	require(a.s && b.s && whole && pieces);
	rc = run(whole, (const char *)data + 2, len - 2, 0);
	require(rc == 0 || rc == -EINVAL || rc == -EPIPE || rc == -EFBIG);
	require(run(pieces, (const char *)data + 2, len - 2, data[1] + 1u) == rc);
	require(a.n == b.n && a.len == b.len && memcmp(a.s, b.s, a.len) == 0);
	rest = frame_rest(whole, &rest_len);
	same = frame_rest(pieces, &same_len);
	require(rest_len == same_len && memcmp(rest, same, rest_len) == 0);
	frame_free(whole);
	frame_free(pieces);
	free(a.s);
	free(b.s);
	return 0;
}
