/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_l2.h - section l2 of the configuration: ARP and NDP. */
#ifndef GREVY_CONF_L2_H
#define GREVY_CONF_L2_H
#include "announcer/selector.h"
#include <stdint.h>

struct conf_l2 {
	struct strlist interfaces, exclude; /* patterns of fnmatch(3); no interfaces = any */
	uint32_t port, interval_ms;         /* of the heartbeat */
	char *key_file;                     /* NULL = no heartbeat */
};
#endif
