/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_msgs.h - messages of rtnetlink as a kernel writes them, made after its headers: of
 * interfaces, too, that cannot be made where the tests run.
 */
#ifndef GREVY_TEST_NETLINK_MSGS_H
#define GREVY_TEST_NETLINK_MSGS_H
#include "zclient/wire.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * An interface in words: its index and name, then in any order
 *   kind=K port=K    IFLA_INFO_KIND, IFLA_INFO_SLAVE_KIND
 *   of=N on=N        IFLA_MASTER, IFLA_LINK
 *   type=N           ARPHRD_* in numbers; none = Ethernet
 *   loopback noarp ptp
 *   down             no carrier
 *   elsewhere        IFLA_LINK_NETNSID
 */
void put_link(struct wr *w, uint16_t type, const char *words);
/* The same with its addresses, "addr=192.0.2.1/24", and the default routes over it, "out4" and
 * "out6": as a reading of all tells it. */
void put_whole(struct wr *w, const char *words);
/* cidr: "192.0.2.1/24"; flags: IFA_F_* */
void put_addr(struct wr *w, uint16_t type, uint32_t ifindex, const char *cidr, uint32_t flags);
/* Of table main; prefix: "0.0.0.0/0"; replace: NLM_F_REPLACE. */
void put_route(struct wr *w, uint16_t type, const char *prefix, uint32_t ifindex, bool replace);
/* The end of a dump. */
void put_done(struct wr *w, int error);
#endif
