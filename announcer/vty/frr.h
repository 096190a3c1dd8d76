/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frr.h - FRR's dialect: what vtysh says to a daemon of its own beside the commands that it
 * shares with our shell. Pure.
 */
#ifndef GREVY_VTY_FRR_H
#define GREVY_VTY_FRR_H
#include "announcer/vty/exec.h"

/* As tree_parse(), of a line of vtysh's: in our own table or in that of this dialect, by the
 * mode that the session is in; errors in the words of bgpd. */
enum vty_rc frr_parse(
    struct vty_session *s, const char *line, struct vty_parsed *p, struct buf *error);

/* frr_config.c: the answer to a line of configuration, rq->rest. */
enum vty_rc frr_config_line(struct vty_request *rq);
/* From a file, not typed: vtysh -b, vtysh -f. */
bool frr_config_from_file(const struct vty_session *s, const char *line);
#endif
