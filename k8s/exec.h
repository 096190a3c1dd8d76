/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec.h - runs a credential plugin as kubectl does (client.authentication.k8s.io/v1, v1beta1):
 * a process that prints an ExecCredential. It gets our environment and its own, no input, and a
 * minute; nothing of what it prints on its standard output is ever in an error.
 */
#ifndef K8S_EXEC_H
#define K8S_EXEC_H
#include "k8s/auth.h"

struct event_base;
struct exec;

/* What a plugin gave; NULL = not that. */
struct exec_credential {
	char *token;
	char *cert, *key;  /* PEM, NUL-terminated; both or neither */
	int64_t expires_s; /* Unix time; 0 = it did not say */
};

/* Borrowed for the call. credential: NULL on failure, else ours to keep:
 * exec_credential_free(). error: "credential plugin aws: exit status 1: no session"; "" without
 * one. */
typedef void exec_done(struct exec_credential *credential, const char *error, void *arg);

/* Run it; done is called from the loop, once. NULL on lack of memory. */
struct exec *exec_start(
    struct event_base *base, const struct auth_found *found, exec_done *done, void *arg);
void exec_cancel(struct exec *e); /* killed, nothing is told; NULL is fine */

void exec_credential_free(struct exec_credential *c); /* NULL is fine */

/* Parse an ExecCredential of this apiVersion; pure. text is of len bytes. why: 160 bytes.
 * Return: 0, -EINVAL with why filled in, or -ENOMEM. */
#define EXEC_WHY_MAX 160
int exec_parse(const char *text, size_t len, const char *api_version,
    struct exec_credential **out, char *why);

/* KUBERNETES_EXEC_INFO for a plugin, pure; the caller's. NULL on lack of memory. */
char *exec_info(const struct auth_found *found);
#endif
