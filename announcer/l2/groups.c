/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/l2/groups.h"
#include "announcer/l2/ndp.h"
#include "announcer/util.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Several addresses may have one group. */
struct group {
	struct group *next; /* of those to be done */
	uint32_t refs;
	int fd; /* joined by this one; -1 = not joined */
	bool queued;
	uint8_t key[]; /* the group, with the interface's index in its bytes 4 to 7 */
};

enum { KEY_IFINDEX = 4 };

void groups_init(struct groups *g, const struct groups_ops *ops, void *arg)
{
	*g = (struct groups){.ops = ops, .arg = arg};
	ptable_init(&g->table, offsetof(struct group, key));
	g->pending_end = &g->pending;
}

void groups_fini(struct groups *g)
{
	for (size_t i = 0; i < g->n_sockets; i++)
		close(g->sockets[i].fd);
	free(g->sockets);
	ptable_fini(&g->table);
}

static struct prefix key_of(uint32_t ifindex, const uint8_t *addr)
{
	struct prefix p = {.family = AF_INET6, .plen = 128};

	ndp_solicited_group(addr, p.addr);
	memcpy(p.addr + KEY_IFINDEX, &ifindex, sizeof(ifindex));
	return p;
}

static uint32_t ifindex_of(const struct groups *g, const struct group *x)
{
	struct prefix p = ptable_prefix(&g->table, x);
	uint32_t ifindex;

	memcpy(&ifindex, p.addr + KEY_IFINDEX, sizeof(ifindex));
	return ifindex;
}

static void queue(struct groups *g, struct group *x)
{
	if (x->queued)
		return;
	x->queued = true;
	x->next = NULL;
	*g->pending_end = x;
	g->pending_end = &x->next;
}

void groups_want(struct groups *g, uint32_t ifindex, const uint8_t *addr)
{
	struct prefix p = key_of(ifindex, addr);
	struct group *x = ptable_find(&g->table, &p);

	if (!x) {
		x = ptable_add(&g->table, &p);
		x->fd = -1;
	}
	if (!x->refs++)
		queue(g, x);
}

void groups_unwant(struct groups *g, uint32_t ifindex, const uint8_t *addr)
{
	struct prefix p = key_of(ifindex, addr);
	struct group *x = ptable_find(&g->table, &p);

	if (x && x->refs && !--x->refs)
		queue(g, x);
}

bool groups_due(const struct groups *g)
{
	return g->pending;
}

static int set(const struct groups *g, const struct group *x, int fd, int option)
{
	struct prefix p = ptable_prefix(&g->table, x);
	struct ipv6_mreq m = {.ipv6mr_interface = ifindex_of(g, x)};

	memset(p.addr + KEY_IFINDEX, 0, sizeof(uint32_t));
	memcpy(&m.ipv6mr_multiaddr, p.addr, sizeof(m.ipv6mr_multiaddr));
	return setsockopt(fd, IPPROTO_IPV6, option, &m, sizeof(m)) ? errno : 0;
}

/* By a new socket, which is kept if that was all that it took. */
static int join_by_another(struct groups *g, struct group *x)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), error;

	if (fd < 0)
		return errno;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	error = set(g, x, fd, IPV6_JOIN_GROUP);
	if (error) {
		close(fd);
		return error;
	}
	g->sockets = xrealloc(g->sockets, g->n_sockets + 1, sizeof(*g->sockets));
	g->sockets[g->n_sockets++] = (struct groups_socket){.fd = fd};
	return 0;
}

static void join(struct groups *g, struct group *x)
{
	int error = ENOBUFS;

	if (g->n_sockets)
		error = set(g, x, g->sockets[g->n_sockets - 1].fd, IPV6_JOIN_GROUP);
	if (error == ENOBUFS || error == ENOMEM) /* it is full, or there is none */
		error = join_by_another(g, x);
	if (error) {
		g->ops->on_refused(ifindex_of(g, x), error, g->arg);
		return;
	}
	x->fd = g->sockets[g->n_sockets - 1].fd;
	g->sockets[g->n_sockets - 1].n++;
}

/* A group less is joined by it. One before the last is not joined by again: what it has left
 * makes no room, but in the end it is closed. */
static void release(struct groups *g, int fd)
{
	size_t at = 0;

	while (g->sockets[at].fd != fd)
		at++;
	if (--g->sockets[at].n)
		return;
	close(fd);
	g->n_sockets--;
	memmove(
	    &g->sockets[at], &g->sockets[at + 1], (g->n_sockets - at) * sizeof(*g->sockets));
}

static void leave(struct groups *g, struct group *x)
{
	int fd = x->fd;

	if (fd < 0)
		return;
	set(g, x, fd, IPV6_LEAVE_GROUP);
	x->fd = -1;
	release(g, fd);
}

void groups_again(struct groups *g, uint32_t ifindex)
{
	size_t at = 0;
	struct group *x;

	while ((x = ptable_next(&g->table, &at))) {
		if (ifindex_of(g, x) != ifindex)
			continue;
		leave(g, x);
		queue(g, x);
	}
}

void groups_run(struct groups *g)
{
	for (unsigned i = 0; i < GROUPS_MAX && g->pending; i++) {
		struct group *x = g->pending;

		g->pending = x->next;
		if (!g->pending)
			g->pending_end = &g->pending;
		x->queued = false;
		if (x->refs && x->fd < 0)
			join(g, x);
		if (!x->refs) {
			leave(g, x);
			ptable_remove(&g->table, x);
		}
	}
}
