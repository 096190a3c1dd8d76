/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sessions_set.c - from the neighbours of the configuration to sessions: what is new starts,
 * what is gone ends, what differs in what a session is made of does both; import and export
 * change under a running one.
 */
#include "announcer/bgp/session_int.h"
#include "announcer/util.h"
#include <sys/socket.h>

static const struct bgp_neighbor *wanted(
    const struct bgp_neighbor *v, size_t n, const struct bgp_neighbor *nb)
{
	for (size_t i = 0; i < n; i++)
		if (bgp_neighbor_same_peer(&v[i], nb))
			return &v[i];
	return NULL;
}

/* The limit that a session waits at lets more in now. */
static bool limit_raised(const struct bgp_import *old, const struct bgp_import *now)
{
	if (!old->max_prefix || old->warning_only)
		return false;
	return !now->max_prefix || now->warning_only || now->max_prefix > old->max_prefix;
}

/* What may change under a running session. */
static void change(struct bgp_neighbor *to, const struct bgp_neighbor *from)
{
	struct bgp_neighbor copy;

	bgp_neighbor_copy(&copy, from);
	free(to->import.prefixes.v);
	free(to->export.prefixes.v);
	to->import = copy.import;
	to->export = copy.export;
	to->password_missing = copy.password_missing;
	copy.import.prefixes.v = NULL;
	copy.export.prefixes.v = NULL;
	bgp_neighbor_fini(&copy);
}

static void end(struct bgp_sessions *all, size_t i, uint16_t code)
{
	struct bgp_error e;

	bgp_error_set(&e, code, NULL, 0);
	all->v[i]->gone = true;
	bgp_session_end(all->v[i], &e);
	bgp_session_free(all, i);
}

static void session_change(struct bgp_session *s, const struct bgp_neighbor *nb)
{
	bool again = s->limited && limit_raised(&s->nb.import, &nb->import);

	change(&s->nb, nb);
	if (!again)
		return;
	s->limited = false;
	s->tries = 0;
	bgp_session_plan(s, true);
	bgp_sessions_todo(s->all); /* of a range: its peer may come back, it goes */
}

/* Sessions of a range: nb NULL or different: they end. */
static void range_sessions(
    struct bgp_sessions *all, struct bgp_range *r, const struct bgp_neighbor *nb, uint16_t code)
{
	for (size_t i = all->n; i-- > 0;) {
		if (all->v[i]->range != r)
			continue;
		if (nb)
			session_change(all->v[i], nb);
		else
			end(all, i, code);
	}
}

static void range_free(struct bgp_sessions *all, size_t i, uint16_t code)
{
	struct bgp_range *r = all->ranges[i];

	range_sessions(all, r, NULL, code);
	bgp_key_fini(all, &r->nb, &r->key);
	bgp_neighbor_fini(&r->nb);
	free(r);
	all->ranges[i] = all->ranges[--all->n_ranges];
}

static void range_add(struct bgp_sessions *all, const struct bgp_neighbor *nb)
{
	struct bgp_range *r = xcalloc(1, sizeof(*r));

	bgp_neighbor_copy(&r->nb, nb);
	all->ranges = xrealloc(all->ranges, all->n_ranges + 1, sizeof(struct bgp_range *));
	all->ranges[all->n_ranges++] = r;
	bgp_key_refresh(all, &r->nb, &r->key);
}

static void ranges_old(struct bgp_sessions *all, const struct bgp_neighbor *v, size_t n)
{
	for (size_t i = all->n_ranges; i-- > 0;) {
		struct bgp_range *r = all->ranges[i];
		const struct bgp_neighbor *nb = wanted(v, n, &r->nb);

		if (nb && bgp_neighbor_same_session(&r->nb, nb)) {
			change(&r->nb, nb);
			range_sessions(all, r, nb, 0);
			bgp_key_refresh(all, &r->nb, &r->key);
		} else {
			range_free(all, i, nb ? BGP_CEASE_CHANGED : BGP_CEASE_DECONFIGURED);
		}
	}
}

static void sessions_old(struct bgp_sessions *all, const struct bgp_neighbor *v, size_t n)
{
	for (size_t i = all->n; i-- > 0;) {
		struct bgp_session *s = all->v[i];
		const struct bgp_neighbor *nb = wanted(v, n, &s->nb);
		bool missing = s->nb.password_missing;

		if (s->range && !nb)
			continue;
		if (!nb || s->range || !bgp_neighbor_same_session(&s->nb, nb)) {
			end(all, i, nb ? BGP_CEASE_CHANGED : BGP_CEASE_DECONFIGURED);
			continue;
		}
		session_change(s, nb);
		bgp_key_refresh(all, &s->nb, &s->key);
		if (missing != nb->password_missing)
			bgp_session_plan(s, true);
	}
}

static bool have(const struct bgp_sessions *all, const struct bgp_neighbor *nb)
{
	for (size_t i = 0; i < all->n_ranges && !nb->address.family; i++)
		if (bgp_neighbor_same_peer(&all->ranges[i]->nb, nb))
			return true;
	return nb->address.family && bgp_session_at(all, &nb->address, nb->interface);
}

void bgp_sessions_set(struct bgp_sessions *all, const struct bgp_neighbor *v, size_t n)
{
	ranges_old(all, v, n);
	sessions_old(all, v, n);
	for (size_t i = 0; i < n; i++) {
		if (have(all, &v[i]))
			continue;
		if (v[i].address.family)
			bgp_session_add(all, &v[i], NULL, NULL, NULL);
		else
			range_add(all, &v[i]);
	}
}

void bgp_ranges_free(struct bgp_sessions *all)
{
	while (all->n_ranges)
		range_free(all, all->n_ranges - 1, BGP_CEASE_DECONFIGURED);
	free(all->ranges);
}
