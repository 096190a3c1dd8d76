/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and words: what auth*.c read, and whether it is what it must be. */
#include "k8s/auth_int.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int auth_refuse(struct auth_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int auth_no_memory(struct auth_error *err)
{
	auth_refuse(err, "out of memory");
	return -ENOMEM;
}

int auth_keep(char **out, const char *s)
{
	*out = s ? strdup(s) : NULL;
	return s && !*out ? -ENOMEM : 0;
}

int auth_see(struct auth *a, const char *path)
{
	struct auth_seen *grown = realloc(a->seen, (a->n_seen + 1) * sizeof(*grown)), *s;

	if (!grown)
		return -ENOMEM;
	a->seen = grown;
	s = &a->seen[a->n_seen];
	*s = (struct auth_seen){.path = strdup(path)};
	if (!s->path)
		return -ENOMEM;
	s->there = file_mark_of(path, &s->mark) == 0;
	a->n_seen++;
	return 0;
}

static const char *why_unread(int rc)
{
	switch (rc) {
	case -EFBIG:
		return "is too large";
	case -EINVAL:
		return "is not a file";
	case -EAGAIN:
		return "is being written";
	default:
		return strerror(-rc);
	}
}

int auth_read(const char *path, size_t max, const char *who, struct auth_text *out,
    struct auth_error *err)
{
	struct file_mark mark;
	char *text = NULL, *ended;
	size_t len = 0;
	int rc = file_mark_of(path, &mark);

	if (!rc && mark.size > max)
		rc = -EFBIG;
	if (!rc)
		rc = file_read(path, &text, &len, &mark);
	if (!rc && len > max)
		rc = -EFBIG;
	if (rc) {
		auth_wipe(text, text ? len : 0);
		auth_refuse(err, "%s%s%s: %s", who, *who ? ": " : "", path, why_unread(rc));
		return rc;
	}
	ended = malloc(len + 1);
	if (!ended) {
		auth_wipe(text, len);
		return auth_no_memory(err);
	}
	memcpy(ended, text, len);
	ended[len] = 0;
	auth_wipe(text, len);
	out->p = ended;
	out->len = len;
	return 0;
}

/* The first line that begins with it, else NULL. */
static const char *line_with(const char *text, const char *begin)
{
	const char *p = strstr(text, begin);

	while (p && p > text && p[-1] != '\n')
		p = strstr(p + 1, begin);
	return p;
}

static const char *check_key(const char *text)
{
	const char *p = text;

	while ((p = line_with(p, "-----BEGIN "))) {
		size_t len = strcspn(p, "\r\n");
		const char *end = "PRIVATE KEY-----";

		if (strncmp(p, "-----BEGIN ENCRYPTED", 20) == 0)
			return "is encrypted: it must be a private key without a passphrase";
		if (len >= strlen(end) && strncmp(p + len - strlen(end), end, strlen(end)) == 0)
			return strstr(p, "Proc-Type: 4,ENCRYPTED")
			           ? "is encrypted: it must be a private key without a "
			             "passphrase"
			           : NULL;
		p += len;
	}
	return "must be a private key in PEM (-----BEGIN ... PRIVATE KEY-----)";
}

void auth_trim(struct auth_text *token)
{
	static const char blanks[] = " \t\r\n\v\f";
	size_t from = strspn(token->p, blanks), len = token->len - from;

	while (len > 0 && token->p[from + len - 1] && strchr(blanks, token->p[from + len - 1]))
		len--;
	memmove(token->p, token->p + from, len);
	token->p[len] = 0;
	token->len = len;
}

static const char *check_token(const struct auth_text *text)
{
	size_t len = strspn(text->p, "!\"#$%&'()*+,-./0123456789:;<=>?@"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
				     "abcdefghijklmnopqrstuvwxyz{|}~");

	if (!text->len)
		return "must not be empty";
	return len == text->len ? NULL : "must be one line of printable characters";
}

const char *auth_check(enum auth_named kind, const struct auth_text *text)
{
	if (kind == AUTH_TOKEN)
		return check_token(text);
	if (kind == AUTH_KEY)
		return check_key(text->p);
	return line_with(text->p, "-----BEGIN CERTIFICATE-----")
	           ? NULL
	           : "must be a certificate in PEM (-----BEGIN CERTIFICATE-----)";
}

const char *auth_check_url(const char *url)
{
	size_t scheme = strncasecmp(url, "https://", 8) == 0  ? 8
	                : strncasecmp(url, "http://", 7) == 0 ? 7
	                                                      : 0;

	if (!scheme)
		return "must begin with https:// (or http://)";
	if (url[scheme] == 0 || strchr("/:", url[scheme]))
		return "must name a host after https://";
	for (const char *p = url + scheme; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("?#@\\\"<>", *p))
			return "must be a URL without user, query and fragment";
	return NULL;
}
