/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http_lab.h - servers for tests of k8s/http and what is above it: tests/fake/https.py in
 * processes of their own, certificates by openssl, and calls that remember what they were told.
 */
#ifndef TESTS_HTTP_LAB_H
#define TESTS_HTTP_LAB_H
#include "k8s/http.h"
#include <event2/event.h>
#include <sys/types.h>

/* Files of a folder made by lab_set_up(): ca, other-ca; of servers: right (127.0.0.1,
 * localhost), named (api.example), expired; of a client: tester, stranger (of other-ca). Each
 * .pem and .key. NULL = there is no openssl. */
extern const char *lab_certs;
extern struct event_base *lab_base;

struct lab_server {
	pid_t pid;
	int in; /* it ends with this */
	unsigned port;
	bool h2;
	char url[64]; /* "https://127.0.0.1:41234" */
};

/* A call and what was told of it. */
struct lab_call {
	struct http_call *call;
	unsigned heads;
	int status; /* of on_head */
	char *body; /* NUL-terminated, no more than its beginning; NULL = nothing came */
	size_t len;
	bool done;
	struct http_result result; /* text is this one's */
	char text[256];
	void (*on_piece)(struct lab_call *c); /* NULL = take it all */
	void (*on_end)(struct lab_call *c);
	int want; /* what on_data returns */
};

int lab_set_up(void **state);
int lab_tear_down(void **state); /* with everything; fails if a descriptor is left open */

/* options: as of https.py, NULL at the end. */
void lab_serve(struct lab_server *s, const char *const *options);
void lab_stop(struct lab_server *s);

struct http_text lab_file(const char *name); /* of lab_certs; lives until lab_tear_down() */
size_t lab_fds(void);                        /* descriptors that this process has open */

void lab_start(struct lab_call *c, struct http *h, const char *path);
void lab_start_request(struct lab_call *c, struct http *h, const struct http_request *rq);
void lab_fini(struct lab_call *c);

/* Until it is true; fails the test after 20 s. */
bool lab_loop(void); /* one turn */
#define lab_until(condition)                                                                   \
	do {                                                                                   \
		lab_alarm(20);                                                                 \
		while (!(condition))                                                           \
			if (!lab_loop())                                                       \
				fail_msg("in vain: %s", #condition);                           \
	} while (0)
void lab_alarm(unsigned s);

/* Get it, wait for its end, free. Return: the status; body (may be NULL) gets its beginning. */
int lab_get(struct http *h, const char *path, char *body, size_t size);
long lab_count(struct http *h, const char *of);
#endif
