/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.c - HTTP/1.x (RFC 9112) as far as a scraper needs it. A connection is read until the
 * end of the request's header, answered, and closed once the other end has closed it; all
 * of that within DEADLINE_S. What follows the header is dropped. libevent's own evhttp is not
 * used: it neither limits connections nor how long one may take.
 */
#include "announcer/http/server.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 16, HEAD_MAX = 8192, DEADLINE_S = 5, BACKLOG = 16 };

struct conn {
	struct http_server *server;
	struct bufferevent *bev;
	struct event *deadline;
	bool answered, ended; /* ended: the other end sends no more */
};

struct http_server {
	struct event_base *base;
	const struct http_path *paths;
	void *arg;
	char *address;
	struct evconnlistener *listener;
	struct event *again_ev; /* listens again after an error */
	struct conn *conns[CONNECTIONS_MAX];
	struct log_bucket bucket;
};

static void conn_free(struct conn *c)
{
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (c->server->conns[i] == c)
			c->server->conns[i] = NULL;
	event_free(c->deadline);
	bufferevent_free(c->bev);
	free(c);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	conn_free(arg);
}

/* ---- answering ---- */

static void answer(struct conn *c, const char *status, const char *more, const struct buf *body)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	c->answered = true;
	evbuffer_add_printf(out,
	    "HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n", status, more,
	    body ? body->len : 0);
}

static void answer_path(struct conn *c, const struct http_path *p, bool head)
{
	struct buf body = {0};
	char type[128];

	buf_str(&body, "");
	p->put(&body, c->server->arg);
	snprintf(type, sizeof(type), "Content-Type: %s\r\n", p->type);
	answer(c, "200 OK", type, &body);
	if (!head)
		evbuffer_add(bufferevent_get_output(c->bev), body.p, body.len);
	free(body.p);
}

static const struct http_path *path_find(const struct http_server *s, const char *path)
{
	size_t len = strcspn(path, "?#");

	for (const struct http_path *p = s->paths; p->path; p++)
		if (strlen(p->path) == len && !memcmp(p->path, path, len))
			return p;
	return NULL;
}

/* line: "GET /metrics HTTP/1.1", cut up here. */
static void request(struct conn *c, char *line)
{
	char *path = strchr(line, ' '), *version = path ? strchr(path + 1, ' ') : NULL;
	const struct http_path *p;
	bool head;

	if (!version || strncmp(version + 1, "HTTP/1.", 7) != 0 || path[1] != '/') {
		answer(c, "400 Bad Request", "", NULL);
		return;
	}
	*path++ = *version = '\0';
	head = !strcmp(line, "HEAD");
	p = path_find(c->server, path);
	if (!p)
		answer(c, "404 Not Found", "", NULL);
	else if (!head && strcmp(line, "GET") != 0)
		answer(c, "405 Method Not Allowed", "Allow: GET, HEAD\r\n", NULL);
	else
		answer_path(c, p, head);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
	struct conn *c = arg;
	char *line;

	if (!c->answered && end.pos < 0 && evbuffer_get_length(in) < HEAD_MAX)
		return;
	if (!c->answered && (end.pos < 0 || end.pos > HEAD_MAX)) {
		answer(c, "431 Request Header Fields Too Large", "", NULL);
	} else if (!c->answered) {
		line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF_STRICT);
		request(c, line ? line : (char[]){""});
		free(line);
	}
	evbuffer_drain(in, evbuffer_get_length(in));
}

/* All is written: the other end closes when it has read it. */
static void on_written(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;

	if (c->ended)
		conn_free(c);
	else if (c->answered)
		shutdown(bufferevent_getfd(bev), SHUT_WR);
}

/* Who sends no more may still read: what is left of the answer is written first. */
static void on_end(struct bufferevent *bev, short what, void *arg)
{
	struct conn *c = arg;

	if (what & BEV_EVENT_EOF && evbuffer_get_length(bufferevent_get_output(bev)))
		c->ended = true;
	else
		conn_free(c);
}

/* ---- connections ---- */

static void on_accept(
    struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int len, void *arg)
{
	static const struct timeval deadline = {DEADLINE_S, 0};
	struct http_server *s = arg;
	struct conn *c;
	size_t i = 0;

	(void)l;
	(void)from;
	(void)len;
	while (i < CONNECTIONS_MAX && s->conns[i])
		i++;
	if (i == CONNECTIONS_MAX) {
		if (log_allowed(&s->bucket))
			log_warn("http", "more than %d connections at once: one is refused",
			    CONNECTIONS_MAX);
		evutil_closesocket(fd);
		return;
	}
	c = s->conns[i] = xcalloc(1, sizeof(*c));
	c->server = s;
	c->bev = bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);
	c->deadline = event_new(s->base, -1, 0, on_deadline, c);
	if (!c->bev || !c->deadline)
		abort();
	bufferevent_setcb(c->bev, on_read, on_written, on_end, c);
	bufferevent_setwatermark(c->bev, EV_READ, 0, HEAD_MAX);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	event_add(c->deadline, &deadline);
}

/* Out of file descriptors, for one: not at every turn of the loop. */
static void on_accept_error(struct evconnlistener *l, void *arg)
{
	static const struct timeval later = {1, 0};
	struct http_server *s = arg;

	if (log_allowed(&s->bucket))
		log_warn("http", "%s: cannot accept: %m", s->address);
	evconnlistener_disable(l);
	event_add(s->again_ev, &later);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct http_server *s = arg;

	(void)fd;
	(void)what;
	if (s->listener)
		evconnlistener_enable(s->listener);
}

static void nowhere(struct http_server *s)
{
	if (s->listener)
		evconnlistener_free(s->listener);
	s->listener = NULL;
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (s->conns[i])
			conn_free(s->conns[i]);
	free(s->address);
	s->address = xstrdup("");
}

struct http_server *http_server_new(
    struct event_base *base, const struct http_path *paths, void *arg)
{
	struct http_server *s = xcalloc(1, sizeof(*s));

	s->base = base;
	s->paths = paths;
	s->arg = arg;
	s->address = xstrdup("");
	s->again_ev = event_new(base, -1, 0, on_again, s);
	return s;
}

void http_server_free(struct http_server *s)
{
	if (!s)
		return;
	nowhere(s);
	event_free(s->again_ev);
	free(s->address);
	free(s);
}

int http_address_parse(const char *text, struct sockaddr *to, int *len)
{
	const char *colon = strrchr(text, ':');

	if (!colon || colon == text || !strtoul(colon + 1, NULL, 10) ||
	    colon[1 + strspn(colon + 1, "0123456789")] ||
	    (colon[-1] != ']' && strchr(text, ':') != colon))
		return -EINVAL;
	return evutil_parse_sockaddr_port(text, to, len) ? -EINVAL : 0;
}

int http_server_listen(struct http_server *s, const char *address)
{
	struct sockaddr_storage to;
	int len = sizeof(to), rc;

	if (!strcmp(s->address, address))
		return 0;
	nowhere(s);
	if (!*address)
		return 0;
	rc = http_address_parse(address, (struct sockaddr *)&to, &len);
	if (rc)
		return rc;
	s->listener = evconnlistener_new_bind(s->base, on_accept, s,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG,
	    (struct sockaddr *)&to, len);
	if (!s->listener)
		return errno ? -errno : -EADDRNOTAVAIL;
	evconnlistener_set_error_cb(s->listener, on_accept_error);
	free(s->address);
	s->address = xstrdup(address);
	return 0;
}
