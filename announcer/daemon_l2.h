/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon_l2.h - layer 2 among the parts of the daemon; all of it does nothing on role router.
 */
#ifndef GREVY_DAEMON_L2_H
#define GREVY_DAEMON_L2_H
#include <stdbool.h>

struct daemon;
struct k8s_event;

void daemon_l2_new(struct daemon *d); /* once the node's name is known */
void daemon_l2_start(struct daemon *d);
/* d->conf is another, of which CONF_CHANGED_* say what. */
void daemon_l2_reload(struct daemon *d, unsigned changed);
void daemon_l2_source(struct daemon *d); /* d->state is another */
void daemon_l2_rules(struct daemon *d);  /* d->rules are others */
/* Return: the object is for layer 2 alone; borrowed. */
bool daemon_l2_object(struct daemon *d, const struct k8s_event *ev);
void daemon_l2_commit(struct daemon *d); /* all wishes are told */
/* Before the source ends: it is told that nothing is answered from here any more. */
void daemon_l2_leave(struct daemon *d);
void daemon_l2_free(struct daemon *d);
#endif
