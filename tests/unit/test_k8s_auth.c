/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that credentials come from: a kubeconfig and what it names, lists of them, the
 * account of a pod. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/auth.h"
#include "k8s/file.h"
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CERT   "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
#define KEY    "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"

static char *read_data(const char *path, size_t *len)
{
	struct file_mark mark;
	char *text = NULL;

	if (file_read(path, &text, len, &mark))
		print_error("cannot read %s\n", path);
	assert_non_null(text);
	return text;
}

struct world {
	char dir[64];
	struct auth *a;
	struct auth_error err;
};

static const char *path_of(const struct world *w, const char *name)
{
	static char paths[4][128];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", w->dir, name);
	return path;
}

/* By a rename, as careful writers do: the file is another one at once. */
static void put(const struct world *w, const char *name, const char *text)
{
	FILE *f = fopen(path_of(w, "new"), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(path_of(w, "new"), path_of(w, name)), 0);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	snprintf(w->dir, sizeof(w->dir), "/tmp/grevy-auth-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	unsetenv("KUBECONFIG");
	unsetenv("KUBERNETES_SERVICE_HOST");
	unsetenv("KUBERNETES_SERVICE_PORT");
	setenv("HOME", path_of(w, "home"), 1);
	*state = w;
	return 0;
}

static void remove_all(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	char sub[512];

	while (dir && (d = readdir(dir))) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		snprintf(sub, sizeof(sub), "%s/%s", path, d->d_name);
		if (unlink(sub) < 0)
			remove_all(sub);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static int teardown(void **state)
{
	struct world *w = *state;

	auth_free(w->a);
	remove_all(w->dir);
	free(w);
	return 0;
}

static int load(struct world *w, const char *kubeconfig, const char *context)
{
	const struct auth_where where = {kubeconfig, context, path_of(w, "pod")};

	auth_free(w->a);
	memset(&w->err, 0, sizeof(w->err));
	return auth_load(&where, &w->a, &w->err);
}

static const struct auth_found *load_good(
    struct world *w, const char *kubeconfig, const char *context)
{
	if (load(w, kubeconfig, context))
		fail_msg("%s", w->err.text);
	return auth_found(w->a);
}

/* The error, of which the folder's name is left out. */
static void assert_error(struct world *w, int rc, const char *kubeconfig, const char *text)
{
	char said[512] = "";
	const char *p = w->err.text;

	assert_int_equal(load(w, kubeconfig, NULL), rc);
	assert_null(w->a);
	for (size_t n = 0; *p; n++) {
		if (strncmp(p, w->dir, strlen(w->dir)) == 0)
			p += strlen(w->dir) + 1;
		said[n] = *p++;
	}
	assert_string_equal(said, text);
}

#define FILES                                                                                  \
	"current-context: x\n"                                                                 \
	"clusters: [{name: c, cluster: {server: https://k, certificate-authority: ca.crt}}]\n" \
	"contexts: [{name: x, context: {cluster: c, user: u}}]\n"                              \
	"users:\n"                                                                             \
	"- name: u\n"                                                                          \
	"  user: {client-certificate: me.crt, client-key: me.key, tokenFile: token}\n"

static void put_files(const struct world *w)
{
	put(w, "config", FILES);
	put(w, "ca.crt", CERT);
	put(w, "me.crt", "subject=me\n" CERT);
	put(w, "me.key", KEY);
	put(w, "token", " secret-1\n");
}

static void files_beside_the_kubeconfig_are_read(void **state)
{
	struct world *w = *state;
	const struct auth_found *f;

	put_files(w);
	f = load_good(w, path_of(w, "config"), NULL);
	assert_string_equal(f->ca.p, CERT);
	assert_int_equal(f->ca.len, strlen(CERT));
	assert_string_equal(f->cert.p, "subject=me\n" CERT);
	assert_string_equal(f->key.p, KEY);
	assert_string_equal(f->token, "secret-1");
	assert_string_equal(f->token_file, path_of(w, "token"));
}

static void a_relative_path_is_found_from_where_we_are(void **state)
{
	struct world *w = *state;
	char here[512];

	put_files(w);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(w->dir), 0);
	load_good(w, "config", NULL);
	assert_string_equal(auth_found(w->a)->source, "config, context x");
	assert_int_equal(auth_found(w->a)->token_file[0], '/');
	assert_int_equal(chdir(here), 0);
}

static void each_change_is_seen(void **state)
{
	static const char *const names[] = {"config", "ca.crt", "me.crt", "me.key", "token"};
	struct world *w = *state;

	put_files(w);
	for (size_t i = 0; i < LEN(names); i++) {
		size_t len;
		char *text, *copy;

		load_good(w, path_of(w, "config"), NULL);
		assert_false(auth_changed(w->a));
		text = read_data(path_of(w, names[i]), &len);
		copy = strndup(text, len);
		put(w, names[i], copy);
		assert_true(auth_changed(w->a));
		load_good(w, path_of(w, "config"), NULL);
		assert_int_equal(unlink(path_of(w, names[i])), 0);
		assert_true(auth_changed(w->a));
		put(w, names[i], copy);
		free(copy);
		free(text);
	}
}

static void a_token_is_read_again(void **state)
{
	struct world *w = *state;

	put_files(w);
	load_good(w, path_of(w, "config"), NULL);
	put(w, "token", "secret-2");
	assert_string_equal(load_good(w, path_of(w, "config"), NULL)->token, "secret-2");
}

static void a_written_token_holds_while_its_file_cannot_be_read(void **state)
{
	struct world *w = *state;

	put(w, "config",
	    "current-context: x\n"
	    "clusters: [{name: c, cluster: {server: https://k}}]\n"
	    "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
	    "users: [{name: u, user: {token: written, tokenFile: token}}]\n");
	assert_string_equal(load_good(w, path_of(w, "config"), NULL)->token, "written");
	assert_false(auth_changed(w->a));
	put(w, "token", "of-the-file");
	assert_true(auth_changed(w->a));
	assert_string_equal(load_good(w, path_of(w, "config"), NULL)->token, "of-the-file");
}

static void what_cannot_be_read_is_named(void **state)
{
	struct world *w = *state;
	char config[128];

	snprintf(config, sizeof(config), "%s", path_of(w, "config"));
	assert_error(w, -ENOENT, config, "config: No such file or directory");
	assert_int_equal(mkdir(config, 0700), 0);
	assert_error(w, -EISDIR, config, "config: Is a directory");
	assert_int_equal(rmdir(config), 0);
	assert_int_equal(mkfifo(config, 0600), 0);
	assert_error(w, -EINVAL, config, "config: is not a file");
	assert_int_equal(unlink(config), 0);
	put(w, "config", "");
	assert_error(w, -EINVAL, config, "config: is empty");
	assert_int_equal(truncate(config, (1 << 20) + 1), 0);
	assert_error(w, -EFBIG, config, "config: is too large");
	put_files(w);
	assert_int_equal(unlink(path_of(w, "me.key")), 0);
	assert_error(w, -EINVAL, config,
	    "config:6:50: users[0].user.client-key: me.key: No such file or directory");
	put(w, "me.key", CERT);
	assert_error(w, -EINVAL, config,
	    "config:6:50: users[0].user.client-key: me.key: must be a private key in PEM "
	    "(-----BEGIN ... PRIVATE KEY-----)");
	put(w, "ca.crt", KEY);
	assert_error(w, -EINVAL, config,
	    "config:2:74: clusters[0].cluster.certificate-authority: ca.crt: must be a "
	    "certificate in PEM (-----BEGIN CERTIFICATE-----)");
	put_files(w);
	put(w, "token", " \n");
	assert_error(w, -EINVAL, config,
	    "config:6:69: users[0].user.tokenFile: token: must not be empty");
	put(w, "token", "hunter2\nX-Evil: 1\n");
	assert_error(w, -EINVAL, config,
	    "config:6:69: users[0].user.tokenFile: token: must be one line of printable "
	    "characters");
}

/* --- lists ----------------------------------------------------------------------------- */

static void set_list(const struct world *w, const char *names)
{
	char list[512] = "", *copy = strdup(names), *save = NULL;

	for (char *p = strtok_r(copy, ":", &save); p; p = strtok_r(NULL, ":", &save)) {
		size_t len = strlen(list);

		snprintf(list + len, sizeof(list) - len, "%s:", path_of(w, p));
	}
	free(copy);
	setenv("KUBECONFIG", list, 1);
}

/* kubectl config view --flatten says the same of these files. */
static void the_first_file_of_a_list_wins(void **state)
{
	struct world *w = *state;
	const struct auth_found *f;

	assert_int_equal(mkdir(path_of(w, "sub"), 0700), 0);
	put(w, "one",
	    "clusters: [{name: c, cluster: {server: https://one}}]\n"
	    "users: [{name: u}]\n");
	put(w, "two",
	    "current-context: x\n"
	    "clusters: [{name: c, cluster: {server: https://two, tls-server-name: two}},\n"
	    "  {name: d, cluster: {server: https://d}}]\n"
	    "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
	    "users: [{name: u, user: {token: two}}, {name: v, user: {token: v}}]\n");
	put(w, "sub/three",
	    "current-context: z\n"
	    "contexts: [{name: x, context: {cluster: d, user: v}},\n"
	    "  {name: z, context: {cluster: d, user: w}}]\n"
	    "users: [{name: w, user: {tokenFile: token}}]\n");
	put(w, "sub/token", "three");
	set_list(w, "missing:one:two:one:sub/three");
	f = load_good(w, NULL, NULL);
	assert_string_equal(f->server, "https://one");
	assert_null(f->tls_name);
	assert_null(f->token);
	f = load_good(w, NULL, "z");
	assert_string_equal(f->server, "https://d");
	assert_string_equal(f->token, "three");
	assert_string_equal(f->token_file, path_of(w, "sub/token"));
	assert_false(auth_changed(w->a));
	put(w, "missing", "current-context: z\n");
	assert_true(auth_changed(w->a));
	assert_string_equal(load_good(w, NULL, NULL)->server, "https://d");
	put(w, "one", "current-context: [\n");
	assert_int_equal(load(w, NULL, NULL), -EINVAL);
	assert_memory_equal(w->err.text, path_of(w, "one"), strlen(path_of(w, "one")));
}

static void the_home_comes_after_the_list(void **state)
{
	struct world *w = *state;

	assert_int_equal(mkdir(path_of(w, "home"), 0700), 0);
	assert_error(w, -ENOENT, NULL,
	    "this is no pod, $KUBECONFIG is not set, home/.kube/config: No such file or "
	    "directory");
	assert_int_equal(mkdir(path_of(w, "home/.kube"), 0700), 0);
	put_files(w);
	put(w, "home/.kube/config",
	    "current-context: h\n"
	    "clusters: [{name: c, cluster: {server: https://home}}]\n"
	    "contexts: [{name: h, context: {cluster: c, user: u}}]\n"
	    "users: [{name: u}]\n");
	assert_string_equal(load_good(w, NULL, NULL)->server, "https://home");
	set_list(w, "config");
	assert_string_equal(load_good(w, NULL, NULL)->server, "https://k");
	set_list(w, "missing:gone");
	assert_error(w, -ENOENT, NULL, "missing:gone:: no such file");
	unsetenv("KUBECONFIG");
	unsetenv("HOME");
	assert_error(
	    w, -ENOENT, NULL, "this is no pod, and neither $KUBECONFIG nor $HOME is set");
}

/* --- pods ------------------------------------------------------------------------------ */

static void put_pod(const struct world *w)
{
	assert_int_equal(mkdir(path_of(w, "pod"), 0700), 0);
	put(w, "pod/token", "of-the-pod");
	put(w, "pod/ca.crt", CERT);
	put(w, "pod/namespace", "grevy-system");
	setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
}

static void a_pod_has_an_account(void **state)
{
	struct world *w = *state;
	const struct auth_found *f;

	put_pod(w);
	f = load_good(w, NULL, NULL);
	assert_string_equal(f->source, "in-cluster account");
	assert_string_equal(f->server, "https://10.96.0.1:443");
	assert_string_equal(f->token, "of-the-pod");
	assert_string_equal(f->token_file, path_of(w, "pod/token"));
	assert_string_equal(f->ca.p, CERT);
	assert_string_equal(f->ns, "grevy-system");
	assert_null(f->cluster);
	assert_null(f->user);
	assert_false(auth_changed(w->a));
	put(w, "pod/token", "the-next-one");
	assert_true(auth_changed(w->a));
	setenv("KUBERNETES_SERVICE_HOST", "fd00:10::1", 1);
	assert_int_equal(unlink(path_of(w, "pod/namespace")), 0);
	f = load_good(w, NULL, NULL);
	assert_string_equal(f->server, "https://[fd00:10::1]:443");
	assert_string_equal(f->token, "the-next-one");
	assert_null(f->ns);
}

static void a_pod_may_be_told_otherwise(void **state)
{
	struct world *w = *state;

	put_pod(w);
	put_files(w);
	set_list(w, "config");
	assert_string_equal(load_good(w, NULL, NULL)->source, "in-cluster account");
	assert_string_equal(load_good(w, NULL, "x")->server, "https://k");
	assert_string_equal(load_good(w, path_of(w, "config"), NULL)->server, "https://k");
	assert_int_equal(unlink(path_of(w, "pod/token")), 0);
	assert_string_equal(load_good(w, NULL, NULL)->server, "https://k");
}

static void what_is_wrong_in_a_pod_is_named(void **state)
{
	struct world *w = *state;

	put_pod(w);
	put(w, "pod/token", "\n");
	assert_error(w, -EINVAL, NULL, "pod/token: must not be empty");
	put(w, "pod/token", "of-the-pod");
	put(w, "pod/ca.crt", KEY);
	assert_error(w, -EINVAL, NULL,
	    "pod/ca.crt: must be a certificate in PEM (-----BEGIN CERTIFICATE-----)");
	assert_int_equal(unlink(path_of(w, "pod/ca.crt")), 0);
	assert_error(w, -EINVAL, NULL, "pod/ca.crt: No such file or directory");
	setenv("KUBERNETES_SERVICE_HOST", "a b", 1);
	assert_error(w, -EINVAL, NULL,
	    "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: must be a URL without user, "
	    "query and fragment");
}

#define WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WORLD(files_beside_the_kubeconfig_are_read),
	    WORLD(a_relative_path_is_found_from_where_we_are),
	    WORLD(each_change_is_seen),
	    WORLD(a_token_is_read_again),
	    WORLD(a_written_token_holds_while_its_file_cannot_be_read),
	    WORLD(what_cannot_be_read_is_named),
	    WORLD(the_first_file_of_a_list_wins),
	    WORLD(the_home_comes_after_the_list),
	    WORLD(a_pod_has_an_account),
	    WORLD(a_pod_may_be_told_otherwise),
	    WORLD(what_is_wrong_in_a_pod_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
