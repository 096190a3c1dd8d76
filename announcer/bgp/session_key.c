/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session_key.c - passwords of TCP MD5: of the configuration or of a file, which is read again
 * whenever a session starts. A session that should have one and has none does not run: without
 * its key it would talk to anybody. No password is ever told.
 */
#include "announcer/bgp/session_int.h"
#include "announcer/util.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { KEY_MAX = 80 }; /* bytes that TCP MD5 takes */

static void forget(char *key)
{
	volatile char *p = key;

	for (; key && *p; p++)
		*p = '\0';
	free(key);
}

/* The text of a file without its last newline. NULL: *error says why. */
static char *file_read(const char *path, const char **error)
{
	char buf[KEY_MAX + 2];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd >= 0 ? read(fd, buf, sizeof(buf) - 1) : -1;

	if (fd >= 0)
		close(fd);
	*error = n < 0 ? "the password file cannot be read" : "the password file is empty";
	if (n <= 0)
		return NULL;
	buf[n] = '\0';
	if (buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	*error = buf[0] ? NULL : *error;
	return buf[0] ? xstrdup(buf) : NULL;
}

static char *key_read(const struct bgp_neighbor *nb, const char **error)
{
	*error = NULL;
	if (nb->password)
		return xstrdup(nb->password);
	if (nb->password_file)
		return file_read(nb->password_file, error);
	if (nb->password_missing)
		*error = "the password's Secret is not there";
	return NULL;
}

static struct prefix peers_of(const struct bgp_neighbor *nb)
{
	return nb->address.family ? prefix_of_addr(&nb->address) : nb->range;
}

static const char *listen_error(int rc)
{
	switch (rc) {
	case 0:
		return NULL;
	case -EINVAL:
		return "TCP MD5: the password is longer than 80 bytes";
	case -ENOMEM:
		return "TCP MD5: no memory for one more key (net.core.optmem_max)";
	default:
		return "TCP MD5: refused by the kernel";
	}
}

void bgp_key_refresh(struct bgp_sessions *all, const struct bgp_neighbor *nb, struct bgp_key *k)
{
	struct prefix peers = peers_of(nb);
	const char *error;
	char *now = key_read(nb, &error);
	bool same = now && k->text && !strcmp(now, k->text);

	if (!error && now && strlen(now) > KEY_MAX)
		error = listen_error(-EINVAL);
	if (!error && now && (!same || k->error))
		error = listen_error(bgp_listen_key(all, &peers, now));
	else if (!now && k->text)
		bgp_listen_key(all, &peers, NULL);
	forget(k->text);
	k->text = now;
	k->error = error;
}

static void key_install(
    struct bgp_sessions *all, const struct bgp_neighbor *nb, struct bgp_key *k)
{
	struct prefix peers = peers_of(nb);

	if (k->text)
		k->error = listen_error(bgp_listen_key(all, &peers, k->text));
}

void bgp_keys_install(struct bgp_sessions *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (!all->v[i]->range)
			key_install(all, &all->v[i]->nb, &all->v[i]->key);
	for (size_t i = 0; i < all->n_ranges; i++)
		key_install(all, &all->ranges[i]->nb, &all->ranges[i]->key);
}

void bgp_key_fini(struct bgp_sessions *all, const struct bgp_neighbor *nb, struct bgp_key *k)
{
	struct prefix peers = peers_of(nb);

	if (k->text && all)
		bgp_listen_key(all, &peers, NULL);
	forget(k->text);
	k->text = NULL;
}
