/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bgp.c - the BGP speaker: who its neighbours are and what they may be told, out of the
 * configuration, this node's Node and Secrets. One session: speaker.c.
 *
 *   sessions -> adjin -> RIB (bgp_run(), committed by the daemon) -> adjout -> sessions
 *
 * The router identifier stays while it runs unless the configuration says another: each change
 * ends all sessions.
 */
#include "announcer/bgp/bgp.h"
#include "announcer/bgp/bgp_int.h"
#include "announcer/bgp/router_id.h"
#include "announcer/conf.h"
#include "announcer/log.h"
#include "announcer/nodename.h"
#include "announcer/rules.h"
#include "announcer/store.h"
#include "announcer/util.h"
#include <event2/event.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ZEBRA_WAIT_S = 3 };

void bgp_changed(struct bgp *b)
{
	if (b->started)
		b->ev.on_change(b->ev.arg);
}

static const struct k8s_node *this_node(const struct bgp *b)
{
	const struct store_node *n =
	    b->node_name && *b->node_name ? store_node(b->store, b->node_name) : NULL;

	return n && n->obj ? &n->obj->node : NULL;
}

static void set_in_rules(struct bgp *b)
{
	const struct conf_bgp *c = &b->conf->bgp;
	struct bgp_in_rules rules = {.max_paths = c->max_paths,
	    .multipath_relax = c->multipath_relax,
	    .always_compare_med = c->always_compare_med};

	bgp_in_set_rules(b->in, &rules);
}

static void set_out_rules(struct bgp *b)
{
	struct bgp_out_rules rules = {.policy = &b->rules->policy,
	    .communities = b->rules->communities,
	    .n_communities = b->rules->n_communities,
	    .node = this_node(b),
	    .is_node = b->conf->role == CONF_NODE};

	bgp_out_set_rules(b->out, &rules);
}

static void log_new(const struct strlist *v, const struct strlist *was, struct strlist *now)
{
	for (size_t i = 0; i < v->n; i++) {
		if (!strlist_has(was, v->v[i]))
			log_warn("bgp", "%s", v->v[i]);
		strlist_add(now, v->v[i]);
	}
}

/* Each once, until it is not so any more. */
static void log_notes(struct bgp *b)
{
	struct strlist was = b->noted;

	b->noted = (struct strlist){0};
	log_new(&b->neighbors.notes, &was, &b->noted);
	if (b->read)
		log_new(&b->neighbors.waits, &was, &b->noted);
	strlist_fini(&was);
}

void bgp_source_read(struct bgp *b)
{
	b->read = true;
	if (b->started)
		log_notes(b);
}

/* Only where somebody may come: without neighbours the port is left to others. */
static void set_listen(struct bgp *b)
{
	const struct strlist *at = &b->conf->bgp.listen;
	size_t n = b->conf->bgp.given && b->neighbors.n ? at->n : 0;

	bgp_sessions_listen(b->sessions, (const char *const *)at->v, n);
}

static void set_neighbors(struct bgp *b)
{
	struct bgp_neighbors old = b->neighbors;

	bgp_neighbors_make(b->conf, b->rules, this_node(b), b->store, &b->neighbors);
	log_notes(b);
	bgp_sessions_set(b->sessions, b->neighbors.v, b->neighbors.n);
	bgp_sessions_each(b->sessions, speaker_changed, b);
	bgp_neighbors_fini(&old);
	set_listen(b);
	settle_check(b);
}

void bgp_self_changed(struct bgp *b)
{
	struct bgp_self self = {.router_id = b->router_id,
	    .restart_s = (uint16_t)b->conf->bgp.restart_s,
	    .restarting = !b->settled || !b->whole,
	    .forwarding = true};

	if (b->started)
		bgp_sessions_self(b->sessions, &self);
}

static bool zebra_may_tell(const struct bgp *b)
{
	return b->conf->role == CONF_ROUTER && !conf_zebra_off(b->conf) &&
	       access(b->conf->zebra.socket, F_OK) == 0;
}

/* wait: zebra may still say which it is. */
static void set_router_id(struct bgp *b, bool wait)
{
	static const struct timeval later = {ZEBRA_WAIT_S, 0};
	uint32_t id = bgp_id_of(&b->conf->router_id);
	const char *from = "the configuration";

	if (!id && b->router_id)
		return;
	if (!id) {
		id = bgp_id_of(&b->zebras_id);
		from = "zebra";
	}
	if (!id && wait && zebra_may_tell(b)) {
		event_add(b->id_ev, &later);
		return;
	}
	if (!id) {
		id = bgp_id_of_addresses();
		from = "the highest IPv4 address";
	}
	if (!id) {
		id = bgp_id_of_name(b->node_name ? b->node_name : "");
		from = "the name of the node";
	}
	b->router_id_from = from;
	if (id == b->router_id)
		return;
	b->router_id = id;
	event_del(b->id_ev);
	bgp_self_changed(b);
}

static void on_id(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	set_router_id(arg, false);
}

void bgp_set_router_id(struct bgp *b, const struct ipaddr *zebras)
{
	b->zebras_id = *zebras;
	if (b->started && zebras->family && !b->router_id)
		set_router_id(b, false);
}

static void on_news(void *arg)
{
	struct bgp *b = arg;

	bgp_sessions_each(b->sessions, speaker_wake, b);
}

static void set_node_name(struct bgp *b)
{
	free(b->node_name);
	b->node_name = b->conf->role == CONF_NODE ? nodename(b->conf->node_name) : NULL;
}

static uint32_t unix_time(void)
{
	return (uint32_t)time(NULL);
}

struct bgp *bgp_new(struct event_base *base, const struct conf *conf, struct store *store,
    struct rib *rib, const struct bgp_events *ev)
{
	static const struct rules none;
	struct bgp *b = xcalloc(1, sizeof(*b));

	b->base = base;
	b->conf = conf;
	b->rules = &none;
	b->store = store;
	b->rib = rib;
	b->ev = *ev;
	if (gethostname(b->host, sizeof(b->host) - 1) < 0)
		b->host[0] = '\0';
	b->id_ev = event_new(base, -1, 0, on_id, b);
	b->attrs = bgp_attr_table_new();
	b->in = bgp_in_new(rib, b->attrs);
	b->out = bgp_out_new(rib, b->attrs);
	bgp_in_set_clock(b->in, unix_time);
	bgp_out_set_clock(b->out, unix_time);
	bgp_out_set_wake(b->out, on_news, b);
	bgp_out_set_received(b->out, speaker_received, b);
	b->sessions = bgp_sessions_new(base, &speaker_ops, b);
	set_node_name(b);
	set_in_rules(b);
	set_out_rules(b);
	return b;
}

void bgp_start(struct bgp *b)
{
	b->started = true;
	b->started_s = (int64_t)time(NULL);
	bgp_self_changed(b);
	set_router_id(b, true);
	set_neighbors(b);
	settle_start(b);
}

void bgp_stop(struct bgp *b, bool hold)
{
	if (!b)
		return;
	b->started = false;
	settle_stop(b);
	bgp_sessions_free(b->sessions, hold);
	bgp_in_free(b->in);
	bgp_out_free(b->out);
	bgp_attr_table_free(b->attrs);
	bgp_neighbors_fini(&b->neighbors);
	strlist_fini(&b->noted);
	event_free(b->id_ev);
	free(b->node_name);
	free(b);
}

void bgp_reload(struct bgp *b, const struct conf *conf)
{
	b->conf = conf;
	set_node_name(b);
	set_in_rules(b);
	set_out_rules(b);
	set_router_id(b, false);
	bgp_self_changed(b);
	set_neighbors(b);
}

void bgp_set_policy(struct bgp *b, const struct rules *rules)
{
	b->rules = rules;
	set_out_rules(b);
	if (b->started)
		set_neighbors(b);
}

void bgp_node_changed(struct bgp *b, const char *name)
{
	if (!b->node_name || strcmp(b->node_name, name) != 0)
		return;
	set_out_rules(b);
	if (b->started)
		set_neighbors(b);
}

void bgp_secrets_changed(struct bgp *b)
{
	if (b->started)
		set_neighbors(b);
}

void bgp_set_reach(struct bgp *b, bgp_reach_fn *fn, void *arg)
{
	b->reach = fn;
	b->reach_arg = arg;
	bgp_in_set_reach(b->in, fn, arg);
}

void bgp_set_counts(struct bgp *b, bgp_counts_fn *fn, void *arg)
{
	bgp_out_set_counts(b->out, fn, arg);
}

void bgp_nexthop_changed(struct bgp *b, const struct ipaddr *nexthop)
{
	bgp_in_nexthop_changed(b->in, nexthop);
	bgp_changed(b);
}

void bgp_nexthops_changed(struct bgp *b)
{
	bgp_in_set_reach(b->in, b->reach, b->reach_arg);
	bgp_changed(b);
}

bool bgp_run(struct bgp *b, size_t budget)
{
	return !b->deferred && bgp_in_run(b->in, budget);
}

/* End-of-RIB says that peers know all there is: from the source, and from other peers. */
static void tell_whole(struct bgp *b)
{
	if (!b->whole || !b->settled)
		return;
	bgp_out_whole(b->out);
	bgp_self_changed(b);
	on_news(b);
}

void bgp_whole(struct bgp *b)
{
	b->whole = true;
	tell_whole(b);
}

void bgp_now_settled(struct bgp *b)
{
	b->ev.on_settled(b->ev.arg);
	tell_whole(b);
}

bool bgp_settled(const struct bgp *b)
{
	return b->settled;
}

bool bgp_active(const struct bgp *b)
{
	return b->neighbors.n > 0;
}

struct clearing {
	const struct bgp_clear *what;
	size_t n;
};

static bool is_meant(const struct bgp_session *s, const struct bgp_clear *c)
{
	const struct bgp_neighbor *nb = bgp_session_neighbor(s);
	const struct bgp_facts *f = bgp_session_facts(s);
	uint32_t asn = f ? f->asn : nb->asn_kind == BGP_ASN_INTERNAL ? nb->my_asn : nb->asn;

	if (c->address && ipaddr_cmp(&nb->address, c->address) != 0)
		return false;
	if (c->interface && *c->interface &&
	    (!nb->interface || strcmp(nb->interface, c->interface) != 0))
		return false;
	return (!c->asn || c->asn == asn) && (!c->external || asn != nb->my_asn) &&
	       (!c->families || c->families & nb->families);
}

static uint8_t family_of(unsigned families)
{
	return families == BGP_IPV4 ? AF_INET : families == BGP_IPV6 ? AF_INET6 : 0;
}

static void clear_soft(struct bgp_session *s, const struct bgp_clear *c)
{
	struct speaker *sp = bgp_session_owner(s);
	uint8_t family = family_of(c->families);

	if (c->soft_in && bgp_session_facts(s) && !bgp_session_ask(s, family))
		log_warn("bgp", "peer %s: cannot tell its routes again: no route refresh",
		    sp->nb.name);
	if (c->soft_out && sp->out) {
		bgp_out_peer_refresh(sp->out, family);
		speaker_wake(s, sp->b);
	}
}

static void clear_one(struct bgp_session *s, void *arg)
{
	struct clearing *c = arg;
	struct bgp_error e;

	if (!is_meant(s, c->what))
		return;
	c->n++;
	if (c->what->nothing)
		return;
	if (c->what->messages) {
		bgp_session_forget_messages(s);
	} else if (c->what->soft_in || c->what->soft_out) {
		clear_soft(s, c->what);
	} else {
		bgp_error_set(&e, BGP_CEASE_RESET, NULL, 0);
		bgp_session_reset(s, &e);
	}
}

size_t bgp_clear(struct bgp *b, const struct bgp_clear *what)
{
	struct clearing c = {.what = what};

	bgp_sessions_each(b->sessions, clear_one, &c);
	return c.n;
}
