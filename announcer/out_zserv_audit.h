/* SPDX-License-Identifier: GPL-2.0-or-later */
/* out_zserv_audit.h - inside of the zebra output: its comparison with the kernel's table. */
#ifndef GREVY_OUT_ZSERV_AUDIT_H
#define GREVY_OUT_ZSERV_AUDIT_H
#include "announcer/audit.h"
#include "announcer/log.h"

struct event;
struct out_zserv;
struct vtyc;

struct zserv_fib {
	struct fib *kernel; /* NULL = not looked at, because of off */
	char off[128];
	bool elsewhere; /* off is that zebra has interfaces that are not here */
	struct audit *audit;
	struct event *due_ev;
	int64_t due_ms;                /* when it fires, if it is pending */
	struct log_bucket loud, quiet; /* differences; and what is already over */
	struct vtyc *asking;
	struct prefix *strays; /* to be asked about, the first under way */
	size_t n_strays;
};

/* Once; then up with the connection, down with it. */
void zserv_audit_init(struct out_zserv *z);
void zserv_audit_fini(struct out_zserv *z);
void zserv_audit_up(struct out_zserv *z);
void zserv_audit_down(struct out_zserv *z);
/* zebra told of an interface: one that went while we connected was here, too. */
void zserv_audit_ifaces(struct out_zserv *z);
void zserv_audit_pause(struct out_zserv *z, bool on); /* fib_pause() */
/* Something may be due earlier. */
void zserv_audit_arm(struct out_zserv *z);
#endif
