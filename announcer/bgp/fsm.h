/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsm.h - the state machine of a BGP connection as a rule list: (state, event) -> (next,
 * actions). Pure. RFC 4271 8 without DelayOpen, RFC 6608. Conditions are resolved before it,
 * into distinct events: an OPEN is good, bad or lost a collision.
 */
#ifndef GREVY_BGP_FSM_H
#define GREVY_BGP_FSM_H
#include <stdint.h>

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

enum bgp_event {
	EV_START,           /* dial (RFC 4271 event 1, 3) */
	EV_START_PASSIVE,   /* wait to be dialled (4, 5) */
	EV_STOP,            /* by us: configuration, clear, limits (2, 8) */
	EV_RETRY,           /* ConnectRetryTimer expired (9) */
	EV_HOLD_EXPIRED,    /* (10) */
	EV_KEEPALIVE_TIMER, /* (11) */
	EV_TCP_UP,          /* (16, 17) */
	EV_TCP_FAIL,        /* not connected, reset or closed by the peer (18) */
	EV_OPEN_OK,         /* (19) */
	EV_OPEN_BAD,        /* (22) */
	EV_HEADER_BAD,      /* (21) */
	EV_COLLISION_LOST,  /* another connection of the neighbour is kept (23) */
	EV_REPLACED,        /* the peer restarted and is here anew (RFC 4724 5) */
	EV_NOTIFICATION,    /* (24, 25) */
	EV_KEEPALIVE,       /* (26) */
	EV_UPDATE_OK,       /* (27) */
	EV_UPDATE_BAD,      /* it is not to be survived (28) */
	EV_REFRESH_OK,      /* RFC 2918 */
	EV_REFRESH_BAD,
	BGP_EVENTS
};

/* The driver runs them in this order. */
enum bgp_action {
	ACT_SEND_OPEN = 1,
	ACT_SEND_KEEPALIVE = 2,
	ACT_NOTIFY = 4,     /* send a NOTIFICATION: the step's code, else the event's own */
	ACT_CLOSE = 8,      /* drop TCP and every timer of the connection */
	ACT_DIAL = 16,      /* connect to the peer */
	ACT_RETRY = 32,     /* start the ConnectRetryTimer */
	ACT_HOLD_LONG = 64, /* hold timer of 4 minutes: no time is agreed on yet */
	ACT_HOLD = 128,     /* hold and keepalive timers as agreed on */
	ACT_ALIVE = 256,    /* the hold timer begins anew */
	ACT_UP = 512,       /* the session is established */
	ACT_DOWN = 1024,    /* it is not any more */
};

struct bgp_step {
	enum bgp_state next;
	unsigned actions; /* ACT_* */
	uint16_t code;    /* of ACT_NOTIFY (enum bgp_code); 0 = as the event's cause says */
};

struct bgp_step bgp_fsm_step(enum bgp_state state, enum bgp_event event);

/* "Idle", "OpenSent": FRR's words. */
const char *bgp_state_name(enum bgp_state s);
/* The same for log lines: "idle", "opensent". */
const char *bgp_state_word(enum bgp_state s);
/* "HOLD_EXPIRED" */
const char *bgp_event_name(enum bgp_event e);
#endif
