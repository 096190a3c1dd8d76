/* SPDX-License-Identifier: GPL-2.0-or-later */
/* auth_int.h - between auth*.c only. */
#ifndef K8S_AUTH_INT_H
#define K8S_AUTH_INT_H
#include "k8s/auth.h"
#include "k8s/decode.h"
#include "k8s/file.h"
#include <json-c/json.h>

#define AUTH_KUBECONFIG_MAX ((size_t)1 << 20)
#define AUTH_PEM_MAX        ((size_t)1 << 20)
#define AUTH_TOKEN_MAX      ((size_t)64 << 10)

/* Files that a kubeconfig may name instead of holding what is in them. */
enum auth_named { AUTH_CA, AUTH_CERT, AUTH_KEY, AUTH_TOKEN, AUTH_NAMED };

struct auth_name {
	char *path;  /* absolute, or relative to where we are; NULL = none */
	char *label; /* who names it: "FILE:12:5: users[0].user.client-key"; NULL = nobody */
};

/* A file as it was before it was read. */
struct auth_seen {
	char *path;
	struct file_mark mark;
	bool there;
};

struct auth {
	struct auth_found found;
	struct auth_name named[AUTH_NAMED];
	struct auth_seen *seen;
	size_t n_seen;
};

struct kubeconfig {
	char *name, *dir;
	struct json_object *root; /* NULL = it is empty */
};

/* In order of precedence. */
struct kubeconfigs {
	const char *names; /* for what no single file is to blame for */
	struct kubeconfig *v;
	size_t n;
};

/* One entry of a list of names: {name: NAME, MEMBER: value}. */
struct auth_entry {
	const struct kubeconfig *file;
	const char *list, *member; /* "users", "user" */
	size_t i;
	struct json_object *item, *value; /* value: NULL = it says nothing */
};

/* Return: -EINVAL. */
int auth_refuse(struct auth_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Return: -ENOMEM. */
int auth_no_memory(struct auth_error *err);

/* A copy of s, NULL for NULL. Return: 0 or -ENOMEM. */
int auth_keep(char **out, const char *s);
void auth_wipe(char *p, size_t len); /* overwritten, then freed; NULL is fine */

/* Note how the file is now, so that auth_changed() sees it change. Return: 0 or -ENOMEM. */
int auth_see(struct auth *a, const char *path);
/* The whole file, the caller's, NUL-terminated. who: before the path in an error, "" = nobody.
 * Return: 0 or -errno. */
int auth_read(const char *path, size_t max, const char *who, struct auth_text *out,
    struct auth_error *err);

/* NULL when text is of this kind (AUTH_TOKEN: one line that fits into a header), else what it
 * must be. */
const char *auth_check(enum auth_named kind, const struct auth_text *text);

void auth_trim(struct auth_text *token); /* no blanks at its ends */

/* NULL when url may be a server's, else what it must be. */
const char *auth_check_url(const char *url);

/* Return: 0, -EINVAL or -ENOMEM; out is written only on success. */
int kubeconfig_parse(
    const struct auth_source *text, struct kubeconfig *out, struct auth_error *err);
void kubeconfig_fini(struct kubeconfig *k);

/* Fill in a as context (NULL = current-context) says. */
int kubeconfig_choose(const struct kubeconfigs *list, const char *context, struct auth *a,
    struct auth_error *err);

/* What an entry of clusters and one of users says, into a. Return: 0, -EINVAL (err without the
 * entry's own path) or -ENOMEM. */
int auth_cluster_decode(
    const struct auth_entry *e, struct auth *a, struct k8s_decode_error *err);
int auth_user_decode(const struct auth_entry *e, struct auth *a, struct k8s_decode_error *err);
int auth_exec_decode(const struct auth_entry *e, struct json_object *exec,
    struct auth_exec **out, struct k8s_decode_error *err);
void auth_exec_free(struct auth_exec *x); /* NULL is fine */

/* KEY-data as text, or the file KEY as a name, of value e; both are refused. */
int auth_pem_decode(const struct auth_entry *e, enum auth_named kind, struct auth *a,
    struct k8s_decode_error *err);

/* path, relative to the folder of the file that names it; the caller's; NULL on lack of
 * memory. */
char *auth_path(const struct kubeconfig *k, const char *path);
/* Name a file to read. Return: 0 or -ENOMEM. */
int auth_name(
    const struct auth_entry *e, enum auth_named kind, const char *key, struct auth *a);

bool auth_pod_possible(const struct auth_where *where);
int auth_pod(const struct auth_where *where, struct auth *a, struct auth_error *err);
#endif
