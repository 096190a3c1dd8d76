/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proxy.h - which proxy the environment wants for a server, by the rules that kubectl has.
 * Pure.
 */
#ifndef K8S_PROXY_H
#define K8S_PROXY_H
#include <stdbool.h>

/* The environment. NULL or "" = not set. */
struct proxy_env {
	const char *https_proxy, *http_proxy;
	const char *no_proxy; /* "10.0.0.0/8,.example.com,192.0.2.1:6443" or "*" */
};

/* Of this process; a name in capitals goes before the same in small letters. */
struct proxy_env proxy_env_read(void);

/* The proxy for a server, borrowed from env; NULL = none. Never one for localhost and loopback
 * addresses. host: a name or an address without brackets. port: "6443". */
const char *proxy_for(
    const struct proxy_env *env, bool https, const char *host, const char *port);
#endif
