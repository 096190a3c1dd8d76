/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * speaker.c - one session, its part of Adj-RIB-In, which outlives a connection while the peer
 * restarts, and its part of Adj-RIB-Out, which does not.
 */
#include "announcer/bgp/bgp_int.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include <stdlib.h>
#include <string.h>

static void set_behind(struct speaker *sp, bool behind)
{
	struct bgp *b = sp->b;

	if (sp->behind == behind)
		return;
	sp->behind = behind;
	b->behind += behind ? 1 : -(size_t)1;
	if (b->behind <= behind)
		b->ev.on_written(!behind, b->ev.arg);
}

void speaker_wake(struct bgp_session *s, void *b)
{
	struct speaker *sp = bgp_session_owner(s);

	(void)b;
	if (!sp->out)
		return;
	set_behind(sp, true);
	bgp_session_wake(s);
}

static void out_drop(struct speaker *sp)
{
	bgp_out_peer_free(sp->out);
	sp->out = NULL;
	set_behind(sp, false);
}

static void on_made(struct bgp_session *s, void *arg)
{
	struct speaker *sp = xcalloc(1, sizeof(*sp));
	struct bgp *b = arg;

	sp->b = b;
	sp->session = s;
	bgp_neighbor_copy(&sp->nb, bgp_session_neighbor(s));
	sp->name = xstrdup(sp->nb.name);
	sp->in = bgp_in_peer_new(b->in, sp->name, &sp->nb.import);
	bgp_session_set_owner(s, sp);
}

static void on_freed(struct bgp_session *s, void *arg)
{
	struct speaker *sp = bgp_session_owner(s);
	struct bgp *b = arg;

	out_drop(sp);
	bgp_in_peer_free(sp->in);
	bgp_neighbor_fini(&sp->nb);
	free(sp->name);
	free(sp);
	bgp_session_set_owner(s, NULL);
	bgp_changed(b);
}

static void source_of(const struct bgp_facts *f, struct bgp_in_source *to)
{
	*to = (struct bgp_in_source){
	    .address = f->remote,
	    .local = f->local,
	    .self = {f->self[0], f->self[1]},
	    .self_ll = f->self_ll,
	    .ifindex = f->ifindex,
	    .asn = f->asn,
	    .id = f->id,
	    .my_asn = f->my_asn,
	    .my_id = f->my_id,
	    .ibgp = f->ibgp,
	};
	memcpy(to->host, f->received.host, sizeof(to->host));
}

static void on_up(struct bgp_session *s, void *arg)
{
	const struct bgp_facts *f = bgp_session_facts(s);
	struct speaker *sp = bgp_session_owner(s);
	struct bgp_in_source src;
	struct bgp *b = arg;

	source_of(f, &src);
	/* What it did not keep forwarding by does not work any more: RFC 4724 4.2. */
	bgp_in_peer_up(
	    sp->in, &src, f->graceful ? f->gr_families & f->gr_forwarding & f->families : 0);
	out_drop(sp);
	sp->out = bgp_out_peer_new(b->out, &sp->nb, f);
	speaker_wake(s, b);
	settle_check(b);
	bgp_changed(b);
}

static void on_down(struct bgp_session *s, bool hold, void *arg)
{
	struct speaker *sp = bgp_session_owner(s);
	struct bgp *b = arg;

	out_drop(sp);
	bgp_in_peer_down(sp->in, hold);
	bgp_changed(b);
}

static void on_stale_over(struct bgp_session *s, void *arg)
{
	struct speaker *sp = bgp_session_owner(s);
	struct bgp *b = arg;

	bgp_in_peer_drop_stale(sp->in);
	bgp_changed(b);
}

/* Nothing else would say why routes of a good peer are not there. */
static void linklocal_say(struct speaker *sp)
{
	struct bgp_in_counts counts;

	bgp_in_peer_counts(sp->in, &counts);
	if (counts.refused_linklocal == sp->linklocal)
		return;
	sp->linklocal = counts.refused_linklocal;
	if (log_allowed(&sp->bucket))
		log_warn("bgp",
		    "peer %s: routes refused: their next hop is link-local, and the peer is "
		    "on no link of ours",
		    sp->nb.name);
}

static int on_update(
    struct bgp_session *s, const struct bgp_update *u, struct bgp_error *e, void *arg)
{
	struct speaker *sp = bgp_session_owner(s);
	struct bgp *b = arg;
	int rc = bgp_in_update(sp->in, u, e);

	linklocal_say(sp);
	bgp_changed(b);
	if (u->end_of_rib)
		settle_check(b);
	return rc;
}

static void on_refresh(struct bgp_session *s, uint8_t family, void *arg)
{
	struct speaker *sp = bgp_session_owner(s);

	if (!sp->out)
		return;
	bgp_out_peer_refresh(sp->out, family);
	speaker_wake(s, arg);
}

static bool fill(struct bgp_session *s, struct wr *w, void *arg)
{
	struct speaker *sp = bgp_session_owner(s);

	(void)arg;
	if (sp->out && bgp_out_fill(sp->out, w))
		return true;
	set_behind(sp, false);
	return false;
}

const struct bgp_session_ops speaker_ops = {
    .on_up = on_up,
    .on_down = on_down,
    .on_stale_over = on_stale_over,
    .on_update = on_update,
    .on_refresh = on_refresh,
    .fill = fill,
    .on_made = on_made,
    .on_freed = on_freed,
};

static void import_changed(struct speaker *sp)
{
	struct bgp_error e;

	if (bgp_in_peer_set_import(sp->in, &sp->nb.import) && bgp_session_facts(sp->session) &&
	    !bgp_session_ask(sp->session, 0))
		log_warn("bgp",
		    "peer %s: cannot tell its routes again (no route refresh): clear bgp has "
		    "the new import list take effect",
		    sp->nb.name);
	if (bgp_session_facts(sp->session) && bgp_in_peer_check(sp->in, &e))
		bgp_session_reset(sp->session, &e);
	bgp_changed(sp->b);
}

void speaker_changed(struct bgp_session *s, void *b)
{
	const struct bgp_neighbor *now = bgp_session_neighbor(s);
	struct speaker *sp = bgp_session_owner(s);
	struct bgp_neighbor old = sp->nb;

	if (bgp_neighbor_equal(now, &old))
		return;
	bgp_neighbor_copy(&sp->nb, now);
	if (!bgp_import_equal(&sp->nb.import, &old.import))
		import_changed(sp);
	if (sp->out) {
		bgp_out_peer_changed(sp->out);
		speaker_wake(s, b);
	}
	bgp_neighbor_fini(&old);
}

bool speaker_received(const struct prefix *p, const struct bgp_attrs **attrs, bool *ibgp,
    struct ipaddr *peer, void *b)
{
	return bgp_in_best(((const struct bgp *)b)->in, p, attrs, ibgp, peer);
}
