/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names_l2.c - what the commands call things of layer 2. */
#include "announcer/l2/view.h"
#include "announcer/vty/names.h"
#include <stdio.h>

#define TEXT(state, ...) [state] = {__VA_ARGS__}

static const struct {
	const char *token, *what;
} states[L2_STATES] = {
    TEXT(L2_OWNER, "owner", "this node answers"),
    TEXT(L2_OTHER, "other", "another node answers"),
    TEXT(L2_WAITS, "waits", "this node answers when the owner has let go"),
    TEXT(L2_LISTENS, "listens", "about to answer: it hears first who has what"),
    TEXT(L2_NO_IFACE, "no-interface", "this node has no interface for it"),
    TEXT(L2_NOBODY, "nobody", "no node that may answer is alive with an interface for it"),
    TEXT(L2_CONFLICT, "conflict", "another host answers: this node stepped back for a while"),
};

const char *names_l2_token(enum l2_state state)
{
	return states[state].token;
}

const char *names_l2_what(enum l2_state state)
{
	return states[state].what;
}

bool names_has_l2(const struct vty_context *ctx)
{
	return ctx->l2 && ctx->desired && desired_node(ctx->desired);
}

bool names_is_l2(const struct vty_context *ctx, const struct pool *pool)
{
	return names_has_l2(ctx) && pool && pool->protocols & POLICY_LAYER2;
}

bool names_is_l2_only(const struct vty_context *ctx, const struct pool *pool)
{
	return names_is_l2(ctx, pool) && pool->protocols == POLICY_LAYER2;
}

struct names_state names_l2_state(const struct vty_request *rq, const struct desired_view *d)
{
	struct l2_owners_view v;
	struct names_state s = {0};
	bool other;

	if (d->reason != DESIRED_LAYER2 && names_is_l2_only(rq->ctx, d->pool)) {
		snprintf(s.text, sizeof(s.text), "%s", desired_text(d->reason)->token);
		return s;
	}
	if (!l2_look(rq->ctx->l2, &d->addr, &v))
		v = (struct l2_owners_view){.state = L2_NOBODY};
	other = (v.state == L2_OTHER || v.state == L2_WAITS) && v.owner;
	s.good = v.state == L2_OWNER || other;
	snprintf(s.text, sizeof(s.text), "%s%s%s",
	    v.state == L2_OWNER ? "answered" : names_l2_token(v.state), other ? ": " : "",
	    other ? v.owner : "");
	return s;
}

const char *names_l2_iface(const struct vty_context *ctx, uint32_t ifindex, char *buf)
{
	const char *name = l2_ifname(ctx->l2, ifindex);

	if (name)
		snprintf(buf, NAMES_IFACE_LEN, "%s", name);
	else
		snprintf(buf, NAMES_IFACE_LEN, "if%u", ifindex);
	return buf;
}

const char *names_mac(const uint8_t mac[6], char *buf)
{
	snprintf(buf, NAMES_MAC_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
	    mac[3], mac[4], mac[5]);
	return buf;
}
