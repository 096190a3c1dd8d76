/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Credential plugins: what they are told, what they say, and each way in which they fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "http_lab.h"
#include "k8s/exec.h"
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define V1 "client.authentication.k8s.io/v1"

static struct outcome {
	unsigned n;
	struct exec_credential *credential;
	char error[1024];
} got;

static int set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	return lab_set_up(state);
}

static void on_done(struct exec_credential *credential, const char *error, void *arg)
{
	assert_ptr_equal(arg, &got);
	got.n++;
	got.credential = credential;
	snprintf(got.error, sizeof(got.error), "%s", error);
}

static struct exec *start(const char *script, const char *command)
{
	char *args[] = {"-c", (char *)(uintptr_t)script, "plugin", "two", NULL};
	char *env[] = {"GREVY_TEST=from kubeconfig", NULL};
	struct auth_exec what = {.command = (char *)(uintptr_t)command,
	    .args = args,
	    .env = env,
	    .api_version = V1,
	    .install_hint = "apt install plugin",
	    .provide_cluster_info = true};
	struct auth_found found = {
	    .server = "https://192.0.2.1:6443", .ca = {"\x01\x02\x03\x04", 4},
                 .exec = &what
        };

	exec_credential_free(got.credential);
	got = (struct outcome){0};
	return exec_start(lab_base, &found, on_done, &got);
}

static void run(const char *script)
{
	assert_non_null(start(script, "sh"));
	assert_int_equal(got.n, 0);
	lab_until(got.n > 0);
	assert_int_equal(got.n, 1);
	assert_true(!got.credential == !!*got.error);
}

#define SAY(status)                                                                            \
	"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"status\":" status "}'"

static void gives_a_token(void **state)
{
	(void)state;
	run(SAY("{\"token\":\"t0k\",\"expirationTimestamp\":\"2026-01-01T00:00:00Z\"}"));
	assert_string_equal(got.credential->token, "t0k");
	assert_null(got.credential->cert);
	assert_int_equal(got.credential->expires_s, 1767225600);
	run(SAY("{\"clientCertificateData\":\"C\",\"clientKeyData\":\"K\"}"));
	assert_null(got.credential->token);
	assert_string_equal(got.credential->cert, "C");
	assert_string_equal(got.credential->key, "K");
	assert_int_equal(got.credential->expires_s, 0);
}

/* The parts of a token, put together by the plugin, tell what it saw. */
static void is_told_what_it_needs(void **state)
{
	static const char script[] =
	    "test -z \"$(cat)\" || exit 3\n"
	    "test \"$GREVY_TEST\" = 'from kubeconfig' || exit 4\n"
	    "test \"$GREVY_OURS\" = ours || exit 5\n"
	    "test \"$*\" = two || exit 6\n"
	    "case $KUBERNETES_EXEC_INFO in\n"
	    "*'\"apiVersion\":\"client.authentication.k8s.io\\/v1\"'*'\"interactive\":false'*) "
	    ";;\n"
	    "*) exit 7 ;; esac\n"
	    "case $KUBERNETES_EXEC_INFO in\n"
	    "*'\"server\":\"https:\\/\\/"
	    "192.0.2.1:6443\"'*'\"certificate-authority-data\":\"AQIDBA==\"'*) ;;\n"
	    "*) exit 8 ;; esac\n"
	    "for fd in /proc/self/fd/*; do test ${fd##*/} -lt 20 || exit 9; done\n" SAY(
		"{\"token\":\"x\"}");
	sigset_t all, before;
	int extra[2];

	(void)state;
	assert_int_equal(pipe(extra), 0);
	assert_int_equal(dup2(extra[0], 50), 50);
	setenv("GREVY_OURS", "ours", 1);
	setenv("GREVY_TEST", "another", 1);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	run(script);
	assert_string_equal(got.error, "");
	run("kill -TERM $$; exit 3");
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_string_equal(got.error, "credential plugin sh: killed by signal 15");
	close(50);
	close(extra[0]);
	close(extra[1]);
}

static void says_why_not(void **state)
{
	static const struct {
		const char *script, *error;
	} cases[] = {
	    {"echo; echo 'no session' >&2; echo more >&2; echo SECRET; exit 2",
             "exit status 2: no session"										   },
	    {"printf 'a\\001\\033[1mb\\n' >&2; exit 1",                         "exit status 1: a??[1mb"                   },
	    {"exit 1",							  "exit status 1"                            },
	    {"true",							    "it did not print JSON"                    },
	    {"echo SECRET",						     "it did not print JSON"                    },
	    {"echo '{\"kind\":\"ExecCredential\"'",                             "it did not print JSON"                    },
	    {"echo '[]'",						       "it did not print an ExecCredential"       },
	    {"echo '{}'",						       "it did not print an ExecCredential"       },
	    {"echo "
	     "'{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/"
	     "v2\"}'",					     "its answer is not of apiVersion " V1      },
	    {SAY("null"),						       "its answer has no status"                 },
	    {SAY("{}"),							 "it gave neither a token nor a certificate"},
	    {SAY("{\"token\":7}"),					      "token must be a string"                   },
	    {SAY("{\"token\":\"a\",\"expirationTimestamp\":\"soon\"}"),
             "expirationTimestamp is no time"									      },
	    {SAY("{\"clientCertificateData\":\"C\"}"),
             "clientCertificateData and clientKeyData must come together"                                                  },
	    {"head -c 1048577 /dev/zero",                                       "it printed more than 1 MiB"               },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char want[256];

		run(cases[i].script);
		snprintf(want, sizeof(want), "credential plugin sh: %s", cases[i].error);
		assert_string_equal(got.error, want);
		assert_null(got.credential);
	}
	assert_non_null(start("", "/no/such/plugin"));
	lab_until(got.n > 0);
	assert_string_equal(got.error, "credential plugin /no/such/plugin: No such file or "
				       "directory: apt install plugin");
}

/* A child of the plugin that keeps its pipes does not keep us. */
static void leaves_its_children(void **state)
{
	char path[64], command[512];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/grevy-exec-%d", (int)getpid());
	snprintf(command, sizeof(command), "rm -f %s; mkfifo %s; (read x <%s) & %s", path, path,
	    path, SAY("{\"token\":\"t\"}"));
	run(command);
	assert_string_equal(got.error, "");
	snprintf(command, sizeof(command), "echo x >%s; rm %s", path, path);
	assert_int_equal(system(command), 0); /* it lives, and ends now */
}

/* One that prints without end, faster than it can be read, stops neither us nor anything else.
 */
static void ends_who_prints_without_end(void **state)
{
	(void)state;
	run("exec cat /dev/zero");
	assert_string_equal(got.error, "credential plugin sh: it printed more than 1 MiB");
	run("exec cat /dev/zero >&2 & exec cat /dev/zero >&2 & " SAY("{\"token\":\"t\"}"));
	assert_string_equal(got.credential->token, "t");
}

static void may_be_cancelled(void **state)
{
	struct exec *e;

	(void)state;
	e = start("exec tail -f /dev/null", "sh");
	assert_non_null(e);
	event_base_loop(lab_base, EVLOOP_ONCE);
	exec_cancel(e);
	assert_int_equal(got.n, 0);
	exec_cancel(NULL);
}

static void every_truncation_is_refused(void **state)
{
	static const char whole[] =
	    "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1
	    "\",\"status\":{\"token\":\"abc\",\"clientCertificateData\":\"C\","
	    "\"clientKeyData\":\"K\",\"expirationTimestamp\":\"2026-01-01T00:00:00Z\"}}";
	struct exec_credential *c = NULL;
	char why[EXEC_WHY_MAX];

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *copy = malloc(len ? len : 1);

		memcpy(copy, whole, len);
		assert_int_equal(exec_parse(copy, len, V1, &c, why), -EINVAL);
		free(copy);
	}
	assert_int_equal(exec_parse(whole, sizeof(whole) - 1, V1, &c, why), 0);
	assert_string_equal(c->token, "abc");
	exec_credential_free(c);
}

static int tear_down(void **state)
{
	exec_credential_free(got.credential);
	return lab_tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_a_token),
	    cmocka_unit_test(is_told_what_it_needs),
	    cmocka_unit_test(says_why_not),
	    cmocka_unit_test(leaves_its_children),
	    cmocka_unit_test(ends_who_prints_without_end),
	    cmocka_unit_test(may_be_cancelled),
	    cmocka_unit_test(every_truncation_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
