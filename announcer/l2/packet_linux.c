/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet_linux.c - packet(7) sockets, one an interface and protocol. The kernel's filter lets
 * through only what the codecs could read, so that traffic of services wakes nobody up; what is
 * for another host or VLAN (PACKET_OTHERHOST) it drops, too. At some thousand frames a second
 * a ring would save nothing that counts: frames are read and written by the batch.
 */
#include "config.h" /* _GNU_SOURCE: recvmmsg(), sendmmsg() */

#include "announcer/l2/packet.h"
#include "announcer/util.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RCVBUF = 1 << 20 };

#define LOAD(size, at)        BPF_STMT(BPF_LD | (size) | BPF_ABS, (at))
#define LOAD_PACKET_TYPE      LOAD(BPF_B, (unsigned)(SKF_AD_OFF + SKF_AD_PKTTYPE))
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define KEEP                  BPF_STMT(BPF_RET | BPF_K, 0xffffffff)
#define DROP                  BPF_STMT(BPF_RET | BPF_K, 0)

/* Hardware type, protocol, lengths, operation: bytes 14 to 21. */
static struct sock_filter arp_only[] = {
    LOAD_PACKET_TYPE,
    EQUAL(PACKET_OTHERHOST, 6, 0),
    LOAD(BPF_W, 14),
    EQUAL(0x00010800, 0, 4),
    LOAD(BPF_W, 18),
    EQUAL(0x06040001, 1, 0),
    EQUAL(0x06040002, 0, 1),
    KEEP,
    DROP,
};

/* Next header and hop limit: bytes 20 and 21; type: 54. */
static struct sock_filter ndp_only[] = {
    LOAD(BPF_H, 20),
    EQUAL(0x3aff, 0, 6),
    LOAD(BPF_B, 54),
    EQUAL(135, 1, 0),
    EQUAL(136, 0, 3),
    LOAD_PACKET_TYPE,
    EQUAL(PACKET_OTHERHOST, 1, 0),
    KEEP,
    DROP,
};

static const struct {
	uint16_t protocol;
	struct sock_fprog filter;
} kinds[PACKET_KINDS] = {
    [PACKET_ARP] = {ETH_P_ARP,  {ARRAY_LEN(arp_only), arp_only}},
    [PACKET_NDP] = {ETH_P_IPV6, {ARRAY_LEN(ndp_only), ndp_only}},
};

int packet_open(enum packet_kind kind, uint32_t ifindex)
{
	/* Of no protocol until it is bound: before its filter stands, it hears nothing. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_ll where = {.sll_family = AF_PACKET,
	    .sll_protocol = htons(kinds[kind].protocol),
	    .sll_ifindex = (int)ifindex};
	int size = RCVBUF, err;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &kinds[kind].filter,
		sizeof(kinds[kind].filter)) &&
	    !bind(fd, (struct sockaddr *)&where, sizeof(where)))
		return fd;
	err = errno;
	close(fd);
	return -err;
}

int packet_receive(int fd, struct packet_batch *b)
{
	struct mmsghdr m[PACKET_BATCH] = {0};
	struct iovec at[PACKET_BATCH];
	int n;

	for (unsigned i = 0; i < PACKET_BATCH; i++) {
		at[i] = (struct iovec){b->data[i], PACKET_MAX};
		m[i].msg_hdr.msg_iov = &at[i];
		m[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(fd, m, PACKET_BATCH, MSG_DONTWAIT, NULL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++)
		b->frames[i] = (struct packet_frame){b->data[i], m[i].msg_len};
	return n;
}

size_t packet_send(int fd, const struct packet_frame *v, size_t n)
{
	struct mmsghdr m[PACKET_BATCH];
	struct iovec at[PACKET_BATCH];
	size_t sent = 0;

	while (sent < n) {
		unsigned k = 0;
		int out;

		for (; k < PACKET_BATCH && sent + k < n; k++) {
			at[k] = (struct iovec){v[sent + k].p, v[sent + k].len};
			m[k] = (struct mmsghdr){
			    .msg_hdr = {.msg_iov = &at[k], .msg_iovlen = 1}
                        };
		}
		out = sendmmsg(fd, m, k, MSG_DONTWAIT);
		if (out <= 0)
			break;
		sent += (size_t)out;
	}
	return sent;
}

int packet_all_groups(int fd, uint32_t ifindex)
{
	struct packet_mreq m = {.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_ALLMULTI};

	return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof(m)) ? -errno : 0;
}
