/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv_lock.c - the file beside zebra's socket that stands for our key: locked while a
 * grevyd has it. It says who that is, and which gateways were lost how often, so that the
 * next run avoids the groups of next hops that zebra still has from before (zroutes.c):
 *
 *	pid 4711
 *	downs 3 0
 *	table 0
 *	192.168.2.13 2
 *
 * "downs" is zebra's own count of interfaces that went down, and how many times it was
 * found higher than noted: then links flapped while no grevyd was there. "table" is where
 * our routes are: after a change of zebra.table the old ones must go.
 */
#include "announcer/out_zserv_int.h"
#include "announcer/util.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTE_MAX = 256 << 10 };

void zserv_unlock(struct out_zserv *z)
{
	if (z->lock_fd < 0)
		return;
	close(z->lock_fd);
	z->lock_fd = -1;
	z->lock_path[0] = '\0';
}

/* Who holds the lock, by the first line. */
static void read_holder(int fd, char *holder, size_t size)
{
	ssize_t n = pread(fd, holder, size - 1, 0);

	holder[n > 0 ? n : 0] = '\0';
	holder[strcspn(holder, "\n")] = '\0';
	if (!*holder)
		snprintf(holder, size, "a process that did not say its name");
}

/* What an earlier run left: lines that do not fit the form are passed over. */
static void read_losses(struct out_zserv *z)
{
	char *text = xcalloc(1, NOTE_MAX), *at = text;
	ssize_t n = pread(z->lock_fd, text, NOTE_MAX - 1, 0);

	for (text[n > 0 ? n : 0] = '\0'; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		char word[PREFIX_STRLEN];
		size_t len = strcspn(at, " \n");
		struct ipaddr a;

		if (len >= sizeof(word) || at[len] != ' ')
			continue;
		if (!strncmp(at, "downs ", 6)) {
			char *end;

			z->downs = (unsigned)strtoul(at + 6, &end, 10);
			z->unseen = (unsigned)(strtoul(end, NULL, 10) & 0xffff);
			continue;
		}
		if (!strncmp(at, "table ", 6)) {
			z->old_table = (uint32_t)strtoul(at + 6, NULL, 10);
			continue;
		}
		memcpy(word, at, len);
		word[len] = '\0';
		if (!ipaddr_parse(word, &a))
			zroutes_lost_before(
			    z->routes, &a, (unsigned)(strtoul(at + len, NULL, 10) & 0xffff));
	}
	free(text);
}

struct text {
	char *buf;
	size_t len;
};

static void add_loss(const struct znh *nh, void *arg)
{
	struct text *t = arg;
	char s[PREFIX_STRLEN];

	if (nh->losses && t->len + PREFIX_STRLEN + 16 < NOTE_MAX)
		t->len += (size_t)snprintf(t->buf + t->len, NOTE_MAX - t->len, "%s %u\n",
		    ipaddr_str(&nh->addr, s), nh->losses);
}

void zserv_lock_note(struct out_zserv *z)
{
	struct text t = {0};

	if (z->lock_fd < 0)
		return;
	t.buf = xcalloc(1, NOTE_MAX);
	t.len = (size_t)snprintf(t.buf, NOTE_MAX, "pid %ld\ndowns %u %u\ntable %u\n",
	    (long)getpid(), z->downs, z->unseen, z->old_table);
	zroutes_nexthops(z->routes, add_loss, &t);
	if (pwrite(z->lock_fd, t.buf, t.len, 0) < 0 || ftruncate(z->lock_fd, (off_t)t.len) < 0)
		log_debug("zserv", "%s: %m", z->lock_path);
	free(t.buf);
	z->losses_noted = zroutes_losses(z->routes);
}

/* Whether fd is still the file at path: somebody may have emptied /run/frr. */
static bool is_file(int fd, const char *path)
{
	struct stat a, b;

	return !fstat(fd, &a) && !stat(path, &b) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

int zserv_lock(struct out_zserv *z, char *holder, size_t size)
{
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[sizeof(z->lock_path)];
	int fd, n;

	n = snprintf(path, sizeof(path), "%s.grevyd-%s-%u.lock", z->conf->zebra.socket,
	    zversion_type_name(z->type), z->instance);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	if (z->lock_fd >= 0 && !strcmp(path, z->lock_path) && is_file(z->lock_fd, path))
		return 0;
	zserv_unlock(z);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	if (fcntl(fd, F_SETLK, &fl) < 0) {
		read_holder(fd, holder, size);
		close(fd);
		return -EBUSY;
	}
	if (!is_file(fd, path)) {
		close(fd);
		return -ESTALE;
	}
	z->lock_fd = fd;
	memcpy(z->lock_path, path, sizeof(path));
	z->downs = z->unseen = 0;
	z->old_table = z->conf->zebra.table;
	read_losses(z);
	zserv_lock_note(z);
	return 0;
}

void zserv_downs(struct out_zserv *z, unsigned downs)
{
	/* Fewer: zebra was restarted, and its groups with it. */
	if (downs > z->downs)
		z->unseen++;
	z->downs = downs;
	zroutes_lost_unseen(z->routes, z->unseen);
	zserv_lock_note(z);
}
