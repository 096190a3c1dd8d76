/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_system.c - the daemon itself: version, memory, configuration, log. */
#include "announcer/conf.h"
#include "announcer/conf_show.h"
#include "announcer/log.h"
#include "announcer/rib.h"
#include "announcer/util.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/procinfo.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include <unistd.h>

enum vty_rc show_version(struct vty_request *rq)
{
	const struct vty_context *ctx = rq->ctx;
	struct writer *w = rq->w;
	char b[FMT_LEN];

	writer_str(w, "version", NULL, ctx->version);
	writer_line(w, "grevyd %s", ctx->version);
	writer_str(w, "startedAt", "Started", fmt_time(ctx->started_s, b));
	writer_str(w, NULL, "Up", fmt_age(rq->now_s - ctx->started_s, b));
	writer_num(w, "uptimeSeconds", NULL, rq->now_s - ctx->started_s);
	writer_num(w, "pid", "Process", getpid());
	if (ctx->conf)
		writer_str(w, "configuration", "Configuration", ctx->conf->file);
	return VTY_OK;
}

static void size_row(struct writer *w, const char *key, const char *label, int64_t bytes)
{
	char b[FMT_LEN];

	if (bytes < 0)
		return;
	writer_num(w, key, NULL, bytes);
	writer_str(w, NULL, label, fmt_size(bytes, b));
}

enum vty_rc show_memory(struct vty_request *rq)
{
	struct writer *w = rq->w;
	struct procinfo_memory m;

	procinfo_memory(&m);
	size_row(w, "rssBytes", "Resident", m.rss);
	size_row(w, "rssAnonBytes", "Resident, our own", m.rss_anon);
	size_row(w, "rssMaxBytes", "Resident at most", m.rss_max);
	return VTY_OK;
}

enum vty_rc show_running_config(struct vty_request *rq)
{
	if (!rq->ctx->conf)
		return vty_fail(rq, "There is no configuration.");
	conf_show(rq->ctx->conf, rq->w);
	return VTY_OK;
}

enum vty_rc show_log(struct vty_request *rq)
{
	struct writer *w = rq->w;

	writer_str(w, "level", "Level", log_level_name(log_get_level()));
	writer_str(w, "format", "Format", log_is_json() ? "json" : "text");
	writer_list_begin(w, "debug", "Debugged areas");
	for (size_t i = 0; log_area(i); i++)
		if (log_debugs(log_area(i)))
			writer_list_add(w, log_area(i));
	writer_list_end(w);
	writer_list_begin(w, "areas", "Areas");
	for (size_t i = 0; log_area(i); i++)
		writer_list_add(w, log_area(i));
	writer_list_end(w);
	return VTY_OK;
}
