/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text: auth_parse() refuses it with a reason, or what it gives is whole. */
#include "k8s/auth.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct auth_found *f)
{
	if (!f->source || !f->cluster || !f->user || !f->server)
		abort();
	if (strncasecmp(f->server, "http", 4) != 0 || strpbrk(f->server, " \r\n@"))
		abort();
	/* A header must not end within the token. */
	if (f->token && (!*f->token || strpbrk(f->token, " \r\n")))
		abort();
	if (f->insecure && f->ca.p)
		abort();
	if (f->ca.p && !strstr(f->ca.p, "-----BEGIN CERTIFICATE-----"))
		abort();
	if (f->exec && (!f->exec->command || !f->exec->api_version || !f->exec->args))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct auth_source text = {(const char *)data, len, "fuzz", "/etc"};
	struct auth_error err = {{0}};
	struct auth *a;

	if (auth_parse(&text, NULL, &a, &err) == 0)
		check(auth_found(a));
	else if (a || strncmp(err.text, "fuzz:", 5) != 0)
		abort();
	auth_free(a);
	return 0;
}
