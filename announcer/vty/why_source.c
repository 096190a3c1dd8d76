/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_source.c - the first links of a chain: what is wrong with grevyd itself, whether the
 * source has been read, what in it cannot be. Of an API server: why_cluster.c.
 */
#include "announcer/conf.h"
#include "announcer/conf_source.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/why.h"
#include "k8s/event.h"

#define PROBLEMS_MAX 5 /* told of one by one */

void why_problems(struct why *y, const struct k8s_state *st)
{
	const char *held = st->whole ? ""
	                             : "; routes of an earlier run are held: it may still want "
	                               "them";
	size_t all = st->n_problems + st->n_more;

	for (size_t i = 0; i < st->n_problems && i < PROBLEMS_MAX; i++)
		why_warn(y, "source",
		    st->cluster ? "mend that object, or delete it"
				: "mend that file, or remove it",
		    "%s: %s%s", st->problems[i].where, st->problems[i].what, held);
	if (all > PROBLEMS_MAX)
		why_note(y, "source", "grevysh -c 'show queue'", "%zu more that cannot be read",
		    all - PROBLEMS_MAX);
}

static const char *outage(const struct k8s_state *st)
{
	return st->outage ? st->outage : "no reason given";
}

static void put_unread(struct why *y, const struct k8s_state *st)
{
	const char *dir = y->rq->ctx->conf ? y->rq->ctx->conf->manifests : NULL;

	if (st && st->outage_s)
		why_broken(y, "source", why_say(y, "ls -ld %s", dir ? dir : "FOLDER"),
		    "it has not been read yet: %s; what an earlier run announced stays",
		    outage(st));
	else
		why_broken(y, "source", "wait; if it stays: grevysh -c 'show queue'",
		    "it has not been read yet; what an earlier run announced stays");
}

static void put_folder(struct why *y, const struct k8s_state *st)
{
	const char *dir = y->rq->ctx->conf ? y->rq->ctx->conf->manifests : NULL;
	char b[FMT_LEN];

	if (st->outage_s)
		why_warn(y, "source", why_say(y, "ls -ld %s", dir ? dir : "FOLDER"),
		    "away since %s: %s; what was last read is used", fmt_time(st->outage_s, b),
		    outage(st));
	why_problems(y, st);
	if (!st->outage_s && !st->n_problems)
		why_ok(y, "source", "read, %zu file%s", st->files, st->files == 1 ? "" : "s");
}

void why_source(struct why *y)
{
	const struct vty_context *ctx = y->rq->ctx;
	const struct k8s_state *st = ctx->source;

	for (size_t i = 0; i < ctx->n_problems; i++)
		why_warn(y, ctx->problems[i].link, ctx->problems[i].cure, "%s; %s",
		    ctx->problems[i].what, ctx->problems[i].so);
	if (st && st->cluster)
		why_cluster(y, st);
	else if (!st && ctx->conf && !conf_wants_source(ctx->conf))
		why_ok(y, "source", "none is wanted: routes come of BGP neighbours");
	else if (!st || !st->synced)
		put_unread(y, st);
	else
		put_folder(y, st);
}
