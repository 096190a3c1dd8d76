/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the credentials of a client come from and when they are read again: files each minute
 * if they have changed, the plugin before what it gave expires, all of it when they are
 * refused. What fails is tried again with growing waits, and what worked before is used until
 * then. All of it happens in one step from the loop, so nobody is called back from within his
 * own call.
 */
#include "k8s/client_int.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_S      60 /* for changed files */
#define WAIT_MAX_S  30
#define EARLY_S     60 /* before the plugin's credential expires */
#define RENEW_MIN_S 30 /* between two runs because of a 401 */

static time_t now_s(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_text(const struct auth_text *a, const struct auth_text *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

static bool same_list(char *const *a, char *const *b)
{
	size_t i = 0;

	while (a && b && a[i] && same(a[i], b[i]))
		i++;
	return (a && a[i] ? a[i] : NULL) == (b && b[i] ? b[i] : NULL);
}

static bool same_exec(const struct auth_exec *a, const struct auth_exec *b)
{
	return a && b && same(a->command, b->command) && same_list(a->args, b->args) &&
	       same_list(a->env, b->env) && same(a->api_version, b->api_version);
}

/* Connections made for one do for the other. */
static bool same_peer(const struct auth_found *a, const struct auth_found *b)
{
	return same(a->server, b->server) && same(a->proxy, b->proxy) &&
	       same(a->tls_name, b->tls_name) && a->insecure == b->insecure &&
	       same_text(&a->ca, &b->ca) && same_text(&a->cert, &b->cert) &&
	       same_text(&a->key, &b->key);
}

/* What one says is true of the other. */
static bool same_cluster(const struct auth_found *a, const struct auth_found *b)
{
	return same(a->server, b->server) && same_text(&a->ca, &b->ca);
}

static bool expired(const struct exec_credential *x, time_t early_s)
{
	return x->expires_s && now_s(CLOCK_REALTIME) >= x->expires_s - early_s;
}

bool client_ready(const struct client *c)
{
	if (!c->auth || !c->http || c->renew)
		return false;
	return !auth_found(c->auth)->exec || (c->credential && !expired(c->credential, 0));
}

static void changed(struct client *c)
{
	if (c->on_change)
		c->on_change(c->arg);
}

/* NULL = none. Return: whether that is new. */
static bool set_error(struct client *c, const char *text)
{
	if (same(c->error, text))
		return false;
	free(c->error);
	c->error = text ? strdup(text) : NULL;
	return true;
}

static void step_now(struct client *c)
{
	event_active(c->step, EV_TIMEOUT, 0);
}

/* Look again after so long. */
static void look_in(struct client *c, time_t s)
{
	struct timeval tv = {.tv_sec = s};

	event_add(c->look, &tv);
}

static void look_after_failure(struct client *c)
{
	time_t s = c->failures < 5 ? (time_t)1 << c->failures : WAIT_MAX_S;

	c->failures++;
	look_in(c, s);
}

/* Connect as the credentials say. Return: 0 or -ENOMEM. */
static int move(struct client *c)
{
	const struct auth_found *f = auth_found(c->auth);
	const struct exec_credential *x = f->exec ? c->credential : NULL;
	struct http_server_at at = {
	    .url = f->server,
	    .proxy = f->proxy,
	    .tls_name = f->tls_name,
	    .ca = {f->ca.p,   f->ca.len  },
	    .cert = {f->cert.p, f->cert.len},
	    .key = {f->key.p,  f->key.len },
	    .insecure = f->insecure,
	    .agent = "grevyd"
        };

	if (x && x->cert) {
		at.cert = (struct http_text){x->cert, strlen(x->cert)};
		at.key = (struct http_text){x->key, strlen(x->key)};
	}
	if (c->http)
		return http_move(c->http, &at);
	c->http = http_new(c->base, &at);
	return c->http ? 0 : -ENOMEM;
}

/* It is to run now. */
static bool plugin_due(const struct client *c)
{
	const struct auth_found *f = c->auth ? auth_found(c->auth) : NULL;

	if (!f || !f->exec || c->exec)
		return false;
	return c->renew || !c->credential || expired(c->credential, 0) ||
	       (expired(c->credential, EARLY_S) &&
		   now_s(CLOCK_MONOTONIC) - c->ran_s >= EARLY_S / 2);
}

/* Wait for the next change of a file, or the end of the plugin's credential. */
static void look_later(struct client *c)
{
	time_t s = LOOK_S, left;

	if (c->credential && c->credential->expires_s) {
		left = (time_t)c->credential->expires_s - now_s(CLOCK_REALTIME);
		if (left > EARLY_S)
			left -= EARLY_S;
		if (left < s)
			s = left > 0 ? left : 1;
	}
	look_in(c, s);
}

static void on_plugin(struct exec_credential *credential, const char *error, void *arg)
{
	struct client *c = arg;
	bool other_cert;

	c->exec = NULL;
	c->renew = false;
	if (credential && expired(credential, 0)) {
		exec_credential_free(credential);
		credential = NULL;
		error = "the credential plugin gave what has expired already";
	}
	if (!credential) {
		set_error(c, error);
		look_after_failure(c);
		client_flush(c);
		changed(c);
		return;
	}
	other_cert = !same(c->credential ? c->credential->cert : NULL, credential->cert);
	exec_credential_free(c->credential);
	c->credential = credential;
	c->generation++;
	if ((!c->http || other_cert) && move(c)) {
		set_error(c, "out of memory");
		look_after_failure(c);
	} else {
		set_error(c, NULL);
		c->failures = 0;
		look_later(c);
		client_flush(c);
	}
	changed(c);
}

static void run_plugin(struct client *c)
{
	c->ran_s = now_s(CLOCK_MONOTONIC);
	c->exec = exec_start(c->base, auth_found(c->auth), on_plugin, c);
	if (c->exec)
		return;
	c->renew = false;
	set_error(c, "the credential plugin cannot be started: out of memory or processes");
	look_after_failure(c);
}

/* Take what was found instead of what we had. Return: 0 or -ENOMEM. */
static int adopt(struct client *c, struct auth *fresh)
{
	const struct auth_found *f = auth_found(fresh);
	const struct auth_found *old = c->auth ? auth_found(c->auth) : NULL;
	bool moved = !old || !same_peer(old, f);
	struct auth *before = c->auth;

	if (!old || (f->exec && !same_exec(old->exec, f->exec)) || (old->exec && !f->exec)) {
		moved |= c->credential && c->credential->cert;
		exec_cancel(c->exec);
		c->exec = NULL;
		exec_credential_free(c->credential);
		c->credential = NULL;
	}
	c->auth = fresh;
	c->generation++;
	if (moved && move(c)) {
		c->auth = before;
		auth_free(fresh);
		return -ENOMEM;
	}
	c->moves += old && !same_cluster(old, f);
	auth_free(before);
	return 0;
}

/* Read the files. */
static void load(struct client *c)
{
	struct auth_where where = {
	    .kubeconfig = c->kubeconfig, .context = c->context, .pod_dir = c->pod_dir};
	struct auth_error err = {.text = ""};
	struct auth *fresh = NULL;
	int rc = auth_load(&where, &fresh, &err);

	if (!rc) {
		rc = adopt(c, fresh);
		if (rc)
			snprintf(err.text, sizeof(err.text), "out of memory");
	}
	if (rc) {
		set_error(c, err.text);
		look_after_failure(c);
		return;
	}
	look_later(c);
	if (auth_found(c->auth)->exec && (!c->credential || expired(c->credential, EARLY_S)))
		return; /* it is for the plugin to say */
	set_error(c, NULL);
	c->failures = 0;
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;

	(void)fd;
	(void)what;
	load(c);
	if (!c->auth || !auth_found(c->auth)->exec)
		c->renew = false;
	if (plugin_due(c))
		run_plugin(c);
	client_flush(c);
	changed(c);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;

	if (!c->auth || c->error || auth_changed(c->auth)) {
		on_step(fd, what, arg);
		return;
	}
	look_later(c);
	if (plugin_due(c))
		run_plugin(c);
	changed(c);
}

void client_refused(struct client *c, unsigned generation)
{
	if (generation != c->generation)
		return;
	if (c->auth && auth_found(c->auth)->exec &&
	    now_s(CLOCK_MONOTONIC) - c->ran_s >= RENEW_MIN_S)
		c->renew = true;
	step_now(c);
}

static bool replace(char **to, const char *from)
{
	char *fresh = from ? strdup(from) : NULL;

	if (from && !fresh)
		return false;
	free(*to);
	*to = fresh;
	return true;
}

static int set_where(struct client *c, const struct auth_where *where)
{
	return replace(&c->kubeconfig, where->kubeconfig) &&
	               replace(&c->context, where->context) &&
	               replace(&c->pod_dir, where->pod_dir)
	           ? 0
	           : -ENOMEM;
}

struct client *client_new(struct event_base *base, const struct auth_where *where,
    void (*on_change)(void *arg), void *arg)
{
	struct client *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->base = base;
	c->step = evtimer_new(base, on_step, c);
	c->look = evtimer_new(base, on_look, c);
	if (!c->step || !c->look || set_where(c, where)) {
		client_free(c);
		return NULL;
	}
	c->on_change = on_change;
	c->arg = arg;
	step_now(c);
	return c;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	client_drop_calls(c);
	http_free(c->http);
	exec_cancel(c->exec);
	exec_credential_free(c->credential);
	auth_free(c->auth);
	if (c->step)
		event_free(c->step);
	if (c->look)
		event_free(c->look);
	free(c->error);
	free(c->kubeconfig);
	free(c->context);
	free(c->pod_dir);
	free(c);
}

void client_look(const struct client *c, struct client_view *out)
{
	const struct auth_found *f = c->auth ? auth_found(c->auth) : NULL;

	*out = (struct client_view){.error = c->error, .moves = c->moves};
	if (!f)
		return;
	out->source = f->source;
	out->server = f->server;
	out->ns = f->ns;
	out->insecure = f->insecure;
	if (f->exec && c->credential)
		out->expires_s = c->credential->expires_s;
}

void client_reload(struct client *c, const struct auth_where *where)
{
	if (where && set_where(c, where)) {
		set_error(c, "out of memory");
		return;
	}
	c->renew = true;
	step_now(c);
}

void client_reset(struct client *c)
{
	if (c->http)
		http_reset(c->http);
}

void client_stats(const struct client *c, struct http_stats *st)
{
	*st = (struct http_stats){0};
	if (c->http)
		http_stats(c->http, st);
}
