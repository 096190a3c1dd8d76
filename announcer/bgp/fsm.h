/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsm.h - the state machine of a BGP session as a rule list: (state, event) -> (next, actions).
 * Pure. RFC 4271 8, with events resolved before it: an OPEN is good, bad or lost a collision.
 */
#ifndef GREVY_BGP_FSM_H
#define GREVY_BGP_FSM_H

/* In the order and with the meaning of RFC 4271 8.2.2. */
enum bgp_state {
	BGP_IDLE,
	BGP_CONNECT,
	BGP_ACTIVE,
	BGP_OPENSENT,
	BGP_OPENCONFIRM,
	BGP_ESTABLISHED,
	BGP_STATES
};

/* "Idle", "OpenSent": FRR's words. */
const char *bgp_state_name(enum bgp_state s);
#endif
