/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_queue.c - show queue: the source of objects and the way from it to us. */
#include "announcer/latency.h"
#include "announcer/loop_watch.h"
#include "announcer/queue.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include "k8s/event.h"
#include <stdio.h>

static void put_source(struct vty_request *rq, const struct k8s_state *st)
{
	struct writer *w = rq->w;
	char b[FMT_LEN];

	writer_bool(w, "synced", "Read once", st->synced);
	writer_bool(w, "whole", "All of it good", st->whole);
	writer_num(w, "files", st->cluster ? "Resources" : "Files", (int64_t)st->files);
	if (st->outage_s) {
		writer_str(w, "outageSince", "Cannot be read since", fmt_time(st->outage_s, b));
		writer_str(w, "outage", "Because", st->outage);
	}
	if (st->cluster && !writer_is_json(w))
		writer_line(w, "More by: show kubernetes");
	writer_table_begin(w, "problems", NULL);
	for (size_t i = 0; i < st->n_problems; i++) {
		writer_row_begin(w);
		writer_str(w, "where", "PROBLEM AT", st->problems[i].where);
		writer_str(w, "what", "WHAT", st->problems[i].what);
		writer_row_end(w);
	}
	writer_table_end(w);
	if (st->n_more)
		writer_num(w, "problemsNotListed", "More problems", (int64_t)st->n_more);
}

/* From an event being queued to its routes being written to zebra, of the newest samples. */
static void put_latency(struct writer *w, const struct latency *l)
{
	char text[64];

	writer_object_begin(w, "eventToWriteUs", NULL);
	writer_num(w, "p50", NULL, latency_quantile(l, 500));
	writer_num(w, "p99", NULL, latency_quantile(l, 990));
	writer_num(w, "count", NULL, (int64_t)l->count);
	writer_object_end(w);
	snprintf(text, sizeof(text), "%u us, 99 of 100 within %u us", latency_quantile(l, 500),
	    latency_quantile(l, 990));
	writer_str(w, NULL, "Event to zebra", l->count ? text : "none yet");
}

static void put_lag(struct writer *w, const struct loop_lag *l)
{
	writer_object_begin(w, "loop", "Timers of 50 ms, since debug loop");
	writer_num(w, "timers", "Timers", (int64_t)l->timers);
	writer_num(w, "lateMaxUs", "Late at most, us", l->late_max_ns / 1000);
	writer_num(w, "ownMaxUs", "By our own doing, us", l->own_max_ns / 1000);
	writer_num(w, "slow", "By more than 5 ms of it", (int64_t)l->slow);
	writer_object_end(w);
}

static const char *server(const struct k8s_state *st)
{
	return st && st->cluster ? st->cluster->server : NULL;
}

enum vty_rc show_queue(struct vty_request *rq)
{
	struct writer *w = rq->w;
	struct queue_stats st;
	char b[FMT_LEN];

	if (!rq->ctx->queue)
		return vty_fail(rq, "There is no source of Services.");
	queue_stats(rq->ctx->queue, &st);
	if (st.dir)
		writer_str(w, "directory", "Folder", st.dir);
	else
		writer_str(w, "server", "API server", server(rq->ctx->source));
	writer_num(w, "events", "Events", (int64_t)st.events);
	writer_num(w, "depthMax", "Most in a batch", st.depth_max);
	writer_num(w, "highWater", "May wait", st.high_water);
	if (st.last_queued_ns) {
		int64_t ms = rq->now.mono_ms - (int64_t)(st.last_queued_ns / 1000000);

		writer_num(w, "lastQueuedMonotonicNs", NULL, (int64_t)st.last_queued_ns);
		writer_num(w, "lastEventAgeMs", NULL, ms);
		writer_str(w, NULL, "Last event", fmt_age(ms / 1000, b));
	}
	if (rq->ctx->latency)
		put_latency(w, rq->ctx->latency);
	if (rq->ctx->source)
		put_source(rq, rq->ctx->source);
	if (rq->ctx->loop && loop_watch_lag(rq->ctx->loop))
		put_lag(w, loop_watch_lag(rq->ctx->loop));
	return VTY_OK;
}
