/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockopt_linux.c - Linux' options. A key for a prefix needs TCP_MD5SIG_EXT (4.13); for one
 * address the older option does, too.
 */
#include "announcer/bgp/sockopt.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static void sockaddr_set(struct sockaddr_storage *to, const struct prefix *p)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (p->family == AF_INET) {
		memcpy(&in.sin_addr, p->addr, sizeof(in.sin_addr));
		memcpy(to, &in, sizeof(in));
	} else {
		memcpy(&in6.sin6_addr, p->addr, sizeof(in6.sin6_addr));
		memcpy(to, &in6, sizeof(in6));
	}
}

int sockopt_md5(int fd, const struct prefix *peers, const char *key)
{
	struct tcp_md5sig sig = {0};
	bool host = peers->plen == 8 * ipaddr_len(peers->family);
	size_t len = key ? strlen(key) : 0;
	int rc;

	if (len > TCP_MD5SIG_MAXKEYLEN)
		return -EINVAL;
	sockaddr_set((struct sockaddr_storage *)&sig.tcpm_addr, peers);
	if (len)
		memcpy(sig.tcpm_key, key, len);
	sig.tcpm_keylen = (uint16_t)len;
	if (host) {
		rc = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &sig, sizeof(sig));
	} else {
		sig.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
		sig.tcpm_prefixlen = peers->plen;
		rc = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG_EXT, &sig, sizeof(sig));
	}
	memset(&sig, 0, sizeof(sig));
	/* There was none to be removed. */
	if (rc && !key && errno == ENOENT)
		return 0;
	return rc ? -errno : 0;
}

int sockopt_min_ttl(int fd, uint8_t family, uint8_t min)
{
	int v = min, rc;

	if (family == AF_INET)
		rc = setsockopt(fd, IPPROTO_IP, IP_MINTTL, &v, sizeof(v));
	else
		rc = setsockopt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &v, sizeof(v));
	return rc ? -errno : 0;
}

int sockopt_device(int fd, const char *name)
{
	int rc = setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1);

	return rc ? -errno : 0;
}
