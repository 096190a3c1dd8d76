/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.h - the handlers of commands.c's table, one file a family. */
#ifndef GREVY_VTY_SHOW_H
#define GREVY_VTY_SHOW_H
#include "announcer/vty/exec.h"

/* commands.c: in vtysh's words, too. */
enum vty_rc session_nothing(struct vty_request *rq);
enum vty_rc session_monitor(struct vty_request *rq);
enum vty_rc session_no_monitor(struct vty_request *rq);

/* show_system.c */
enum vty_rc show_version(struct vty_request *rq);
enum vty_rc show_memory(struct vty_request *rq);

/* show_log.c */
enum vty_rc show_log(struct vty_request *rq);
enum vty_rc show_debugging(struct vty_request *rq);

/* show_bgp*.c, clear_bgp.c */
enum vty_rc show_bgp_summary(struct vty_request *rq);
enum vty_rc show_bgp_table(struct vty_request *rq);
enum vty_rc show_bgp_route(struct vty_request *rq);
enum vty_rc show_bgp_neighbors(struct vty_request *rq);
enum vty_rc show_bgp_routes_of(struct vty_request *rq);
enum vty_rc show_bgp_best_of(struct vty_request *rq);
enum vty_rc show_bgp_received(struct vty_request *rq);
enum vty_rc show_bgp_advertised(struct vty_request *rq);
enum vty_rc show_bgp_prefix_counts(struct vty_request *rq);
enum vty_rc show_bgp_prefix_filter(struct vty_request *rq);
enum vty_rc show_bgp_nexthop(struct vty_request *rq);
enum vty_rc show_bgp_memory(struct vty_request *rq);
enum vty_rc show_bgp_vrfs(struct vty_request *rq);
enum vty_rc show_bgp_views(struct vty_request *rq);
enum vty_rc show_bgp_listeners(struct vty_request *rq);
enum vty_rc show_bgp_router(struct vty_request *rq);
enum vty_rc show_bgp_bestpath(struct vty_request *rq);
enum vty_rc show_bgp_statistics(struct vty_request *rq);
enum vty_rc show_bgp_peer_group(struct vty_request *rq);
enum vty_rc show_bgp_nothing(struct vty_request *rq);
enum vty_rc show_bgp_evpn(struct vty_request *rq);
enum vty_rc show_bgp_damping(struct vty_request *rq);
enum vty_rc clear_bgp(struct vty_request *rq);
enum vty_rc clear_bgp_nothing(struct vty_request *rq);

enum vty_rc show_running_config(struct vty_request *rq); /* conf_show.c */
enum vty_rc show_fib(struct vty_request *rq);
enum vty_rc show_fib_kernel(struct vty_request *rq); /* of show fib */
enum vty_rc show_kubernetes(struct vty_request *rq);
enum vty_rc show_nodes(struct vty_request *rq);
enum vty_rc show_policy(struct vty_request *rq);
enum vty_rc show_pools(struct vty_request *rq);
enum vty_rc show_queue(struct vty_request *rq);
enum vty_rc show_rib(struct vty_request *rq);
enum vty_rc show_services(struct vty_request *rq);
enum vty_rc show_vty(struct vty_request *rq);
enum vty_rc show_zserv(struct vty_request *rq);

/* show_l2.c */
enum vty_rc show_l2(struct vty_request *rq);
enum vty_rc show_l2_interfaces(struct vty_request *rq);
enum vty_rc show_l2_peers(struct vty_request *rq);

/* list.c */
enum vty_rc list_commands(struct vty_request *rq);
enum vty_rc find_commands(struct vty_request *rq);
enum vty_rc write_nothing(struct vty_request *rq);
enum vty_rc configure_nothing(struct vty_request *rq);

/* why.c */
enum vty_rc why_address(struct vty_request *rq);
enum vty_rc why_service(struct vty_request *rq);
enum vty_rc why_node(struct vty_request *rq);
#endif
