/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "http_lab.h"
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES_MAX 64
#define BODY_MAX  65536

const char *lab_certs;
struct event_base *lab_base;
static struct event *alarm_event;
static bool alarmed;
static char folder[] = "/tmp/grevy-http-XXXXXX";
static char *files[FILES_MAX];
static size_t n_files, fds_before;

/* Keys on a curve: made at once. A negative number of days has ended before it began. */
static const char make_certs[] =
    "set -e; cd \"$1\"\n"
    "key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }\n"
    "ca() { key $1; openssl req -x509 -new -key $1.key -out $1.pem -days 30 -subj /CN=$1; }\n"
    "cert() { key $1; openssl req -new -key $1.key -subj /CN=$1 -out csr\n"
    "  echo \"$4\" >ext; openssl x509 -req -in csr -CA $2.pem -CAkey $2.key -CAcreateserial "
    "-days $3 -extfile ext -out $1.pem; }\n"
    "ca ca; ca other-ca\n"
    "cert right ca 30 'subjectAltName=IP:127.0.0.1,DNS:localhost'\n"
    "cert named ca 30 'subjectAltName=DNS:api.example'\n"
    "cert expired ca -1 'subjectAltName=IP:127.0.0.1'\n"
    "cert tester ca 30 'extendedKeyUsage=clientAuth'\n"
    "cert stranger other-ca 30 'extendedKeyUsage=clientAuth'\n";

static int spawn_wait(const char *const *argv)
{
	pid_t pid = fork();
	int status = -1, fd;

	if (pid == 0) {
		fd = open("/dev/null", O_RDWR);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

size_t lab_fds(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void on_alarm(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	alarmed = true;
}

void lab_alarm(unsigned s)
{
	struct timeval tv = {.tv_sec = s};

	alarmed = false;
	evtimer_add(alarm_event, &tv);
}

bool lab_loop(void)
{
	event_base_loop(lab_base, EVLOOP_ONCE);
	return !alarmed;
}

int lab_set_up(void **state)
{
	const char *argv[] = {"sh", "-c", make_certs, "sh", folder, NULL};

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (!lab_certs && mkdtemp(folder) && spawn_wait(argv) == 0)
		lab_certs = folder;
	fds_before = lab_fds();
	lab_base = event_base_new();
	alarm_event = evtimer_new(lab_base, on_alarm, NULL);
	return 0;
}

int lab_tear_down(void **state)
{
	const char *argv[] = {"rm", "-r", folder, NULL};

	(void)state;
	event_free(alarm_event);
	event_base_free(lab_base);
	while (n_files > 0)
		free(files[--n_files]);
	spawn_wait(argv);
	return lab_fds() == fds_before ? 0 : -1;
}

static const char *python(void)
{
	static const char distribution[] = "/usr/bin/python3";

	return access(distribution, X_OK) == 0 ? distribution : "python3";
}

static void become_server(int in, int out, const char *const *options)
{
	char script[512];
	const char *argv[16] = {python(), script};
	size_t n = 2;

	snprintf(script, sizeof(script), "%s/../fake/https.py", getenv("TEST_DATA"));
	while (n < 15 && *options)
		argv[n++] = *options++;
	dup2(in, 0);
	dup2(out, 1);
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

void lab_serve(struct lab_server *s, const char *const *options)
{
	int in[2], out[2];
	char line[64] = "", can[16] = "";
	bool tls = false;
	FILE *from;

	for (const char *const *o = options; *o; o++)
		tls |= strcmp(*o, "--tls") == 0;
	assert_int_equal(pipe(in) | pipe(out), 0);
	s->pid = fork();
	if (s->pid == 0)
		become_server(in[0], out[1], options);
	close(in[0]);
	close(out[1]);
	s->in = in[1];
	from = fdopen(out[0], "r");
	if (!fgets(line, sizeof(line), from))
		fail_msg("the server did not start");
	fclose(from);
	s->port = (unsigned)strtoul(line, NULL, 10);
	snprintf(can, sizeof(can), "%s", strchr(line, ' ') + 1);
	s->h2 = strncmp(can, "h2", 2) == 0;
	snprintf(s->url, sizeof(s->url), "%s://127.0.0.1:%u", tls ? "https" : "http", s->port);
}

void lab_stop(struct lab_server *s)
{
	int status;

	if (!s->pid)
		return;
	close(s->in);
	waitpid(s->pid, &status, 0);
	s->pid = 0;
}

struct http_text lab_file(const char *name)
{
	char path[256], *text = calloc(1, 8192);
	FILE *f;
	size_t len;

	if (!lab_certs) {
		free(text);
		skip();
	}
	snprintf(path, sizeof(path), "%s/%s", lab_certs, name);
	f = fopen(path, "r");
	assert_non_null(f);
	len = fread(text, 1, 8191, f);
	fclose(f);
	assert_true(n_files < FILES_MAX);
	files[n_files++] = text;
	return (struct http_text){text, len};
}

static void on_head(struct http_call *call, int status, void *arg)
{
	struct lab_call *c = arg;

	assert_ptr_equal(call, c->call);
	assert_false(c->done);
	c->heads++;
	c->status = status;
}

static int on_data(struct http_call *call, const char *p, size_t len, void *arg)
{
	struct lab_call *c = arg;

	assert_ptr_equal(call, c->call);
	assert_false(c->done);
	assert_int_equal(c->heads, 1);
	if (c->len + len < BODY_MAX) {
		c->body = realloc(c->body, c->len + len + 1);
		memcpy(c->body + c->len, p, len);
		c->body[c->len + len] = '\0';
	}
	c->len += len;
	if (c->on_piece)
		c->on_piece(c);
	return c->want;
}

static void on_done(struct http_call *call, const struct http_result *result, void *arg)
{
	struct lab_call *c = arg;

	assert_ptr_equal(call, c->call);
	assert_false(c->done);
	c->done = true;
	c->result = *result;
	snprintf(c->text, sizeof(c->text), "%s", result->text);
	c->result.text = c->text;
	if (c->on_end)
		c->on_end(c);
}

static const struct http_events events = {on_head, on_data, on_done};

void lab_start_request(struct lab_call *c, struct http *h, const struct http_request *rq)
{
	c->call = http_start(h, rq, &events, c);
	assert_non_null(c->call);
	assert_false(c->done);
}

void lab_start(struct lab_call *c, struct http *h, const char *path)
{
	struct http_request rq = {.method = "GET", .path = path, .head_s = 10};

	lab_start_request(c, h, &rq);
}

void lab_fini(struct lab_call *c)
{
	free(c->body);
	*c = (struct lab_call){0};
}

int lab_get(struct http *h, const char *path, char *body, size_t size)
{
	struct lab_call c = {0};
	int status;

	lab_start(&c, h, path);
	lab_until(c.done);
	status = c.result.error ? c.result.error : c.result.status;
	if (body)
		snprintf(body, size, "%s", c.body ? c.body : "");
	lab_fini(&c);
	return status;
}

long lab_count(struct http *h, const char *of)
{
	char path[64], body[32];

	snprintf(path, sizeof(path), "/count?of=%s", of);
	assert_int_equal(lab_get(h, path, body, sizeof(body)), 200);
	return strtol(body, NULL, 10);
}
