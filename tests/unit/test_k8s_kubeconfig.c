/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts of kubeconfigs: those of tests/data/kubeconfig, whole and cut off. */
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

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *data_path(const char *kind, const char *name)
{
	static char path[512];
	const char *dir = getenv("TEST_DATA");

	snprintf(
	    path, sizeof(path), "%s/kubeconfig/%s/%s", dir ? dir : "tests/data", kind, name);
	return path;
}

static void say(FILE *f, const char *what, const char *s)
{
	if (s)
		fprintf(f, "%s: %s\n", what, s);
}

static void say_pem(FILE *f, const char *what, const struct auth_text *t)
{
	if (t->p)
		fprintf(
		    f, "%s: %.*s, %zu bytes\n", what, (int)strcspn(t->p, "\n"), t->p, t->len);
}

static void say_exec(FILE *f, const struct auth_exec *x)
{
	if (!x)
		return;
	say(f, "command", x->command);
	say(f, "version", x->api_version);
	say(f, "hint", x->install_hint);
	say(f, "cluster info", x->provide_cluster_info ? "yes" : NULL);
	for (size_t i = 0; x->args[i]; i++)
		say(f, "arg", x->args[i]);
	for (size_t i = 0; x->env[i]; i++)
		say(f, "env", x->env[i]);
}

/* All that was found, a line each; the caller's. */
static char *found_text(const struct auth *a)
{
	const struct auth_found *found = auth_found(a);
	size_t len;
	char *text;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	say(f, "source", found->source);
	say(f, "server", found->server);
	say(f, "cluster", found->cluster);
	say(f, "user", found->user);
	say(f, "namespace", found->ns);
	say(f, "proxy", found->proxy);
	say(f, "tls name", found->tls_name);
	say_pem(f, "ca", &found->ca);
	say_pem(f, "cert", &found->cert);
	say_pem(f, "key", &found->key);
	say(f, "token", found->token);
	say(f, "token file", found->token_file);
	say(f, "username", found->username);
	say(f, "password", found->password);
	say(f, "insecure", found->insecure ? "yes" : NULL);
	say_exec(f, found->exec);
	fclose(f);
	return text;
}

/* What parsing says: what was found, or the error and an end of line; the caller's. */
static char *verdict(const char *text, size_t len, const char *name)
{
	const struct auth_source source = {text, len, name, "/k"};
	struct auth_error err = {{0}};
	struct auth *a = NULL;
	char *said;

	if (auth_parse(&source, NULL, &a, &err) == 0) {
		said = found_text(a);
	} else {
		assert_null(a);
		said = malloc(sizeof(err.text) + 1);
		assert_non_null(said);
		snprintf(said, sizeof(err.text) + 1, "%s\n", err.text);
	}
	auth_free(a);
	return said;
}

/* Exactly len bytes, so that a sanitizer sees a byte too many. */
static char *read_data(const char *path, size_t *len)
{
	struct file_mark mark;
	char *text = NULL;

	if (file_read(path, &text, len, &mark))
		print_error("cannot read %s\n", path);
	assert_non_null(text);
	return text;
}

static void compare_golden(const char *path, const char *said)
{
	char *want;
	size_t len;
	FILE *f;

	if (getenv("GOLDEN_WRITE")) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(said, f);
		fclose(f);
		return;
	}
	want = read_data(path, &len);
	if (len != strlen(said) || memcmp(want, said, len) != 0)
		fail_msg("%s differs:\n%s", path, said);
	free(want);
}

static unsigned each_text(const char *kind, const char *suffix)
{
	DIR *dir = opendir(data_path(kind, ""));
	struct dirent *d;
	char out[300];
	size_t len;
	unsigned n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir))) {
		const char *dot = strrchr(d->d_name, '.');
		char *text, *said;

		if (!dot || (strcmp(dot, ".yaml") != 0 && strcmp(dot, ".json") != 0))
			continue;
		text = read_data(data_path(kind, d->d_name), &len);
		said = verdict(text, len, d->d_name);
		if (strcmp(kind, "bad") == 0)
			assert_null(strstr(said, "hunter2"));
		snprintf(out, sizeof(out), "%s%s", d->d_name, suffix);
		compare_golden(data_path(kind, out), said);
		free(said);
		free(text);
		n++;
	}
	closedir(dir);
	return n;
}

static void good_texts_are_read(void **state)
{
	(void)state;
	assert_true(each_text("good", ".out") >= 10);
}

static void bad_texts_are_refused(void **state)
{
	(void)state;
	assert_true(each_text("bad", ".err") >= 60);
}

/* Whatever a half-written file holds: no crash, an error that names it, and no secret. */
static void each_truncation_is_survived(void **state)
{
	static const char *const names[] = {"token.json", "eks.yaml", "files.yaml"};
	size_t len;

	(void)state;
	for (size_t i = 0; i < LEN(names); i++) {
		char *whole = read_data(data_path("good", names[i]), &len);

		for (size_t cut = 0; cut < len; cut++) {
			char *part = malloc(cut ? cut : 1), *said;

			assert_non_null(part);
			memcpy(part, whole, cut);
			said = verdict(part, cut, "half");
			if (strncmp(said, "source: half", 12) != 0) {
				assert_memory_equal(said, "half:", 5);
				assert_null(strstr(said, "hunter2"));
				assert_null(strstr(said, "eyJ"));
			}
			free(said);
			free(part);
		}
		free(whole);
	}
}

static void a_context_is_chosen(void **state)
{
	size_t len;
	char *text = read_data(data_path("good", "kind.yaml"), &len);
	const struct auth_source source = {text, len, "kind.yaml", "/"};
	struct auth_error err;
	struct auth *a;

	(void)state;
	assert_int_equal(auth_parse(&source, "kind-other", &a, &err), 0);
	assert_string_equal(auth_found(a)->server, "https://127.0.0.1:1");
	assert_string_equal(auth_found(a)->source, "kind.yaml, context kind-other");
	auth_free(a);
	assert_int_equal(auth_parse(&source, "nowhere", &a, &err), -EINVAL);
	assert_null(a);
	assert_string_equal(err.text, "kind.yaml: contexts: there is none named \"nowhere\"");
	free(text);
}

static void a_text_is_at_most_a_mebibyte(void **state)
{
	size_t len = ((size_t)1 << 20) + 1;
	char *text = malloc(len), *said;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', len);
	said = verdict(text, len, "long");
	assert_string_equal(said, "long: is too large\n");
	free(said);
	said = verdict(text, len - 1, "long");
	assert_string_equal(said, "long: is empty\n");
	free(said);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_texts_are_read),
	    cmocka_unit_test(bad_texts_are_refused),
	    cmocka_unit_test(each_truncation_is_survived),
	    cmocka_unit_test(a_context_is_chosen),
	    cmocka_unit_test(a_text_is_at_most_a_mebibyte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
