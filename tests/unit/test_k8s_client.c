/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client: waiting for credentials, taking newer ones, and a 401 that is asked about once
 * more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "http_lab.h"
#include "k8s/client.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define V1 "client.authentication.k8s.io/v1"

static struct lab_server server;
static struct client *client;
static char dir[] = "/tmp/grevy-client-XXXXXX";
static char config[64], token_file[64], cred_file[64], runs_file[64];
static unsigned changes;

struct ask {
	struct client_call *call;
	unsigned heads;
	int status;
	char body[64];
	bool done;
	struct http_result result;
	char text[256];
	bool stop; /* free the client at the end */
};

static void write_file(const char *path, const char *text)
{
	char tmp[80];
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	f = fopen(tmp, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(rename(tmp, path), 0);
}

/* A kubeconfig whose user has this. */
static void write_config(const char *user)
{
	char text[2048];

	snprintf(text, sizeof(text),
	    "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
	    "clusters: [{name: k, cluster: {server: '%s', insecure-skip-tls-verify: true}}]\n"
	    "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
	    "users: [{name: u, user: {%s}}]\n",
	    server.url, user);
	write_file(config, text);
}

static int set_up(void **state)
{
	lab_set_up(state);
	if (!lab_certs || !mkdtemp(dir))
		return 0;
	snprintf(config, sizeof(config), "%s/config", dir);
	snprintf(token_file, sizeof(token_file), "%s/token", dir);
	snprintf(cred_file, sizeof(cred_file), "%s/credential", dir);
	snprintf(runs_file, sizeof(runs_file), "%s/runs", dir);
	lab_serve(&server, (const char *[]){"--tls", lab_certs, "right", NULL});
	return 0;
}

static int tear_down(void **state)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
	lab_stop(&server);
	return lab_tear_down(state);
}

static void on_change(void *arg)
{
	(void)arg;
	changes++;
}

static void open_client(void)
{
	struct auth_where where = {.kubeconfig = config};

	client = client_new(lab_base, &where, on_change, NULL);
	assert_non_null(client);
}

static int clean(void **state)
{
	(void)state;
	client_free(client);
	client = NULL;
	unlink(config);
	unlink(runs_file);
	return 0;
}

static void on_head(struct client_call *call, int status, void *arg)
{
	struct ask *a = arg;

	assert_ptr_equal(call, a->call);
	a->heads++;
	a->status = status;
}

static int on_data(struct client_call *call, const char *p, size_t len, void *arg)
{
	struct ask *a = arg;
	size_t n = strlen(a->body);

	assert_ptr_equal(call, a->call);
	assert_int_equal(a->heads, 1);
	snprintf(a->body + n, sizeof(a->body) - n, "%.*s", (int)len, p);
	return 0;
}

static void on_done(struct client_call *call, const struct http_result *result, void *arg)
{
	struct ask *a = arg;

	assert_ptr_equal(call, a->call);
	assert_false(a->done);
	a->done = true;
	a->result = *result;
	snprintf(a->text, sizeof(a->text), "%s", result->text);
	if (a->stop) {
		client_free(client);
		client = NULL;
	}
}

static const struct client_events events = {on_head, on_data, on_done};

static void start(struct ask *a, const char *path, unsigned head_s)
{
	struct http_request rq = {.method = "GET", .path = path, .head_s = head_s};

	*a = (struct ask){.stop = a->stop};
	a->call = client_start(client, &rq, &events, a);
	assert_non_null(a->call);
	assert_false(a->done);
}

static struct ask get(const char *path)
{
	static struct ask a;

	a.stop = false;
	start(&a, path, 10);
	lab_until(a.done);
	return a;
}

/* The token that /guarded wants from now on. */
static void want_token(const char *token)
{
	char path[64];

	snprintf(path, sizeof(path), "/token?is=%s", token);
	assert_int_equal(get(path).result.status, 200);
}

static void use_token_file(const char *token)
{
	char user[128];

	write_file(token_file, token);
	snprintf(user, sizeof(user), "tokenFile: %s", token_file);
	write_config(user);
}

static void waits_for_credentials(void **state)
{
	struct ask a = {0}, b = {0};
	struct client_view v;

	(void)state;
	if (!lab_certs)
		skip();
	changes = 0;
	open_client();
	start(&a, "/hello", 10);
	start(&b, "/hello", 1);
	lab_until(b.done);
	assert_int_equal(b.result.error, -EACCES);
	client_look(client, &v);
	assert_string_equal(b.text, v.error);
	assert_non_null(strstr(v.error, config));
	assert_null(v.source);
	assert_true(changes > 0);
	write_config("token: abc");
	lab_until(a.done);
	assert_int_equal(a.result.status, 200);
	assert_string_equal(a.body, "hello");
	client_look(client, &v);
	assert_null(v.error);
	assert_non_null(v.source);
	assert_string_equal(v.server, server.url);
	assert_true(v.insecure);
}

static void asks_once_more_with_the_new_token(void **state)
{
	struct ask a;

	(void)state;
	if (!lab_certs)
		skip();
	use_token_file("one");
	open_client();
	want_token("one");
	assert_int_equal(get("/guarded").result.status, 200);
	want_token("two");
	write_file(token_file, "two\n");
	a = get("/guarded");
	assert_int_equal(a.result.status, 200);
	assert_int_equal(a.heads, 1);
	assert_string_equal(a.body, "welcome");
}

static long requests(void)
{
	return strtol(get("/count?of=requests").body, NULL, 10);
}

static void asks_no_third_time(void **state)
{
	struct ask a;
	long before;

	(void)state;
	if (!lab_certs)
		skip();
	use_token_file("wrong");
	open_client();
	want_token("right");
	before = requests();
	a = get("/guarded");
	assert_int_equal(a.result.error, 0);
	assert_int_equal(a.result.status, 401);
	assert_int_equal(a.heads, 1);
	assert_string_equal(a.body, "who are you?");
	assert_int_equal(requests() - before, 3); /* two of them, and the question itself */
}

static void keeps_what_worked(void **state)
{
	struct client_view v;

	(void)state;
	if (!lab_certs)
		skip();
	use_token_file("one");
	open_client();
	want_token("one");
	write_file(config, "{");
	client_reload(client, NULL);
	assert_int_equal(get("/guarded").result.status, 200);
	client_look(client, &v);
	assert_non_null(strstr(v.error, config));
	write_config("token: two");
	want_token("two");
	client_reload(client, NULL);
	assert_int_equal(get("/guarded").result.status, 200);
	client_look(client, &v);
	assert_null(v.error);
	assert_int_equal(v.moves, 0);
}

static void knows_that_it_moved(void **state)
{
	struct lab_server first = server;
	struct client_view v;

	(void)state;
	if (!lab_certs)
		skip();
	write_config("token: abc");
	open_client();
	assert_int_equal(get("/hello").result.status, 200);
	lab_serve(&server, (const char *[]){"--tls", lab_certs, "right", NULL});
	write_config("token: abc");
	client_reload(client, NULL);
	do {
		assert_int_equal(get("/hello").result.status, 200);
		client_look(client, &v);
	} while (strcmp(v.server, server.url) != 0);
	assert_int_equal(v.moves, 1);
	lab_stop(&server);
	server = first;
}

/* A plugin that says what a file holds and counts its runs. */
static void use_plugin(const char *status)
{
	char user[512], answer[512];

	snprintf(answer, sizeof(answer),
	    "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"status\":%s}", status);
	write_file(cred_file, answer);
	snprintf(user, sizeof(user),
	    "exec: {apiVersion: " V1 ", command: /bin/sh, interactiveMode: Never, args: [-c, "
	    "'echo run >>%s; cat %s']}",
	    runs_file, cred_file);
	write_config(user);
}

static unsigned runs(void)
{
	FILE *f = fopen(runs_file, "r");
	unsigned n = 0;
	int c;

	while (f && (c = fgetc(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

static void runs_a_plugin(void **state)
{
	struct client_view v;

	(void)state;
	if (!lab_certs)
		skip();
	use_plugin("{\"token\":\"one\",\"expirationTimestamp\":\"2999-01-01T00:00:00Z\"}");
	open_client();
	want_token("one");
	assert_int_equal(get("/guarded").result.status, 200);
	assert_int_equal(runs(), 1);
	client_look(client, &v);
	assert_int_equal(v.expires_s, 32472144000);
	use_plugin("{\"token\":\"two\"}");
	want_token("two");
	client_reload(client, NULL);
	assert_int_equal(get("/guarded").result.status, 200);
	assert_int_equal(runs(), 2);
	/* It ran just now: a 401 does not have it run again at once. */
	want_token("three");
	assert_int_equal(get("/guarded").result.status, 401);
	assert_int_equal(runs(), 2);
}

static void runs_it_again_before_the_end(void **state)
{
	char status[128], when[32];
	time_t soon = time(NULL) + 3;

	(void)state;
	if (!lab_certs)
		skip();
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&soon));
	snprintf(
	    status, sizeof(status), "{\"token\":\"one\",\"expirationTimestamp\":\"%s\"}", when);
	use_plugin(status);
	open_client();
	want_token("one");
	assert_int_equal(get("/guarded").result.status, 200);
	use_plugin("{\"token\":\"two\"}");
	lab_until(runs() == 2);
	want_token("two");
	assert_int_equal(get("/guarded").result.status, 200);
}

static void tells_what_the_plugin_says(void **state)
{
	struct client_view v;
	struct ask a = {0};

	(void)state;
	if (!lab_certs)
		skip();
	use_plugin("{}");
	open_client();
	start(&a, "/hello", 1);
	lab_until(a.done);
	assert_int_equal(a.result.error, -EACCES);
	assert_non_null(strstr(a.text, "neither a token nor a certificate"));
	client_look(client, &v);
	assert_string_equal(a.text, v.error);
	use_plugin("{\"token\":\"one\"}");
	assert_int_equal(get("/hello").result.status, 200);
}

static void may_be_freed_anywhere(void **state)
{
	struct ask a[3] = {{.stop = true}};

	(void)state;
	if (!lab_certs)
		skip();
	write_config("token: abc");
	for (int round = 0; round < 3; round++) {
		open_client();
		start(&a[1], "/stream", 10);
		start(&a[2], round == 2 ? "/guarded" : "/frozen", 10);
		if (round > 0)
			start(&a[0], "/hello", 10);
		if (round == 0)
			clean(state);
		lab_until(!client);
		assert_false(a[1].done);
		write_config("token: abc");
	}
}

int main(void)
{
#define CASE(f) cmocka_unit_test_teardown(f, clean)
	const struct CMUnitTest tests[] = {
	    CASE(waits_for_credentials),
	    CASE(asks_once_more_with_the_new_token),
	    CASE(asks_no_third_time),
	    CASE(keeps_what_worked),
	    CASE(knows_that_it_moved),
	    CASE(runs_a_plugin),
	    CASE(runs_it_again_before_the_end),
	    CASE(tells_what_the_plugin_says),
	    CASE(may_be_freed_anywhere),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
