/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsm.c - the rules. A pair without a row does nothing in Idle; in Connect and Active it drops
 * TCP; beyond these it is a Finite State Machine Error with the subcode of the state (RFC
 * 6608). tests/data/fsm/bgp.txt is the whole table, state by event.
 *
 * Idle ends by EV_START alone, which the driver schedules with a backoff; in Active the
 * ConnectRetryTimer has that backoff, too, and does not run where we never dial. Dropping TCP
 * stops the connection's timers.
 */
#include "announcer/bgp/fsm.h"
#include "announcer/bgp/msg.h"
#include "announcer/util.h"

#define END        (ACT_NOTIFY | ACT_CLOSE)
#define END_DOWN   (END | ACT_DOWN)
#define CLOSE_DOWN (ACT_CLOSE | ACT_DOWN)
#define OPENED     (ACT_SEND_OPEN | ACT_HOLD_LONG)

struct rule {
	enum bgp_state state;
	enum bgp_event event;
	struct bgp_step step;
};

static const struct rule rules[] = {
    {BGP_IDLE,        EV_START,           {BGP_CONNECT, ACT_DIAL | ACT_RETRY, 0}             },
    {BGP_IDLE,        EV_START_PASSIVE,   {BGP_ACTIVE, 0, 0}                                 },

    {BGP_CONNECT,     EV_START,           {BGP_CONNECT, 0, 0}                                },
    {BGP_CONNECT,     EV_START_PASSIVE,   {BGP_CONNECT, 0, 0}                                },
    {BGP_CONNECT,     EV_RETRY,           {BGP_CONNECT, ACT_CLOSE | ACT_DIAL | ACT_RETRY, 0} },
    {BGP_CONNECT,     EV_TCP_UP,          {BGP_OPENSENT, OPENED, 0}                          },

    {BGP_ACTIVE,      EV_START,           {BGP_ACTIVE, 0, 0}                                 },
    {BGP_ACTIVE,      EV_START_PASSIVE,   {BGP_ACTIVE, 0, 0}                                 },
    {BGP_ACTIVE,      EV_RETRY,           {BGP_CONNECT, ACT_DIAL | ACT_RETRY, 0}             },
    {BGP_ACTIVE,      EV_TCP_UP,          {BGP_OPENSENT, OPENED, 0}                          },

    {BGP_OPENSENT,    EV_START,           {BGP_OPENSENT, 0, 0}                               },
    {BGP_OPENSENT,    EV_START_PASSIVE,   {BGP_OPENSENT, 0, 0}                               },
    {BGP_OPENSENT,    EV_STOP,            {BGP_IDLE, END, 0}                                 },
    {BGP_OPENSENT,    EV_HOLD_EXPIRED,    {BGP_IDLE, END, BGP_ERR_HOLD_EXPIRED}              },
    {BGP_OPENSENT,    EV_TCP_FAIL,        {BGP_ACTIVE, ACT_CLOSE | ACT_RETRY, 0}             },
    {BGP_OPENSENT,    EV_OPEN_OK,         {BGP_OPENCONFIRM, ACT_SEND_KEEPALIVE | ACT_HOLD, 0}},
    {BGP_OPENSENT,    EV_OPEN_BAD,        {BGP_IDLE, END, 0}                                 },
    {BGP_OPENSENT,    EV_HEADER_BAD,      {BGP_IDLE, END, 0}                                 },
    {BGP_OPENSENT,    EV_COLLISION_LOST,  {BGP_IDLE, END, BGP_CEASE_COLLISION}               },
    {BGP_OPENSENT,    EV_NOTIFICATION,    {BGP_IDLE, ACT_CLOSE, 0}                           },

    {BGP_OPENCONFIRM, EV_START,           {BGP_OPENCONFIRM, 0, 0}                            },
    {BGP_OPENCONFIRM, EV_START_PASSIVE,   {BGP_OPENCONFIRM, 0, 0}                            },
    {BGP_OPENCONFIRM, EV_STOP,            {BGP_IDLE, END, 0}                                 },
    {BGP_OPENCONFIRM, EV_HOLD_EXPIRED,    {BGP_IDLE, END, BGP_ERR_HOLD_EXPIRED}              },
    {BGP_OPENCONFIRM, EV_KEEPALIVE_TIMER, {BGP_OPENCONFIRM, ACT_SEND_KEEPALIVE, 0}           },
    {BGP_OPENCONFIRM, EV_TCP_FAIL,        {BGP_IDLE, ACT_CLOSE, 0}                           },
    {BGP_OPENCONFIRM, EV_OPEN_BAD,        {BGP_IDLE, END, 0}                                 },
    {BGP_OPENCONFIRM, EV_HEADER_BAD,      {BGP_IDLE, END, 0}                                 },
    {BGP_OPENCONFIRM, EV_COLLISION_LOST,  {BGP_IDLE, END, BGP_CEASE_COLLISION}               },
    {BGP_OPENCONFIRM, EV_NOTIFICATION,    {BGP_IDLE, ACT_CLOSE, 0}                           },
    {BGP_OPENCONFIRM, EV_KEEPALIVE,       {BGP_ESTABLISHED, ACT_ALIVE | ACT_UP, 0}           },

    {BGP_ESTABLISHED, EV_START,           {BGP_ESTABLISHED, 0, 0}                            },
    {BGP_ESTABLISHED, EV_START_PASSIVE,   {BGP_ESTABLISHED, 0, 0}                            },
    {BGP_ESTABLISHED, EV_STOP,            {BGP_IDLE, END_DOWN, 0}                            },
    {BGP_ESTABLISHED, EV_HOLD_EXPIRED,    {BGP_IDLE, END_DOWN, BGP_ERR_HOLD_EXPIRED}         },
    {BGP_ESTABLISHED, EV_KEEPALIVE_TIMER, {BGP_ESTABLISHED, ACT_SEND_KEEPALIVE, 0}           },
    {BGP_ESTABLISHED, EV_TCP_FAIL,        {BGP_IDLE, CLOSE_DOWN, 0}                          },
    {BGP_ESTABLISHED, EV_HEADER_BAD,      {BGP_IDLE, END_DOWN, 0}                            },
    {BGP_ESTABLISHED, EV_COLLISION_LOST,  {BGP_IDLE, END_DOWN, BGP_CEASE_COLLISION}          },
    {BGP_ESTABLISHED, EV_REPLACED,        {BGP_IDLE, CLOSE_DOWN, 0}                          },
    {BGP_ESTABLISHED, EV_NOTIFICATION,    {BGP_IDLE, CLOSE_DOWN, 0}                          },
    {BGP_ESTABLISHED, EV_KEEPALIVE,       {BGP_ESTABLISHED, ACT_ALIVE, 0}                    },
    {BGP_ESTABLISHED, EV_UPDATE_OK,       {BGP_ESTABLISHED, ACT_ALIVE, 0}                    },
    {BGP_ESTABLISHED, EV_UPDATE_BAD,      {BGP_IDLE, END_DOWN, 0}                            },
    {BGP_ESTABLISHED, EV_REFRESH_OK,      {BGP_ESTABLISHED, ACT_ALIVE, 0}                    },
    {BGP_ESTABLISHED, EV_REFRESH_BAD,     {BGP_IDLE, END_DOWN, 0}                            },
};

/* Of a pair without a row, by state. */
static const struct bgp_step otherwise[BGP_STATES] = {
    {BGP_IDLE, 0,         0		      },
    {BGP_IDLE, ACT_CLOSE, 0                      },
    {BGP_IDLE, ACT_CLOSE, 0                      },
    {BGP_IDLE, END,       BGP_ERR_FSM_OPENSENT   },
    {BGP_IDLE, END,       BGP_ERR_FSM_OPENCONFIRM},
    {BGP_IDLE, END_DOWN,  BGP_ERR_FSM_ESTABLISHED},
};

static const char *const names[BGP_STATES] = {
    "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"};
static const char *const words[BGP_STATES] = {
    "idle", "connect", "active", "opensent", "openconfirm", "established"};
static const char *const events[BGP_EVENTS] = {"START", "START_PASSIVE", "STOP", "RETRY",
    "HOLD_EXPIRED", "KEEPALIVE_TIMER", "TCP_UP", "TCP_FAIL", "OPEN_OK", "OPEN_BAD",
    "HEADER_BAD", "COLLISION_LOST", "REPLACED", "NOTIFICATION", "KEEPALIVE", "UPDATE_OK",
    "UPDATE_BAD", "REFRESH_OK", "REFRESH_BAD"};

struct bgp_step bgp_fsm_step(enum bgp_state state, enum bgp_event event)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].state == state && rules[i].event == event)
			return rules[i].step;
	return otherwise[state];
}

const char *bgp_state_name(enum bgp_state s)
{
	return names[s];
}

const char *bgp_state_word(enum bgp_state s)
{
	return words[s];
}

const char *bgp_event_name(enum bgp_event e)
{
	return events[e];
}
