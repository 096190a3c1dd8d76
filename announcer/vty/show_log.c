/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_log.c - show log: what is logged, and the newest lines; show debugging. */
#include "announcer/log.h"
#include "announcer/log_kept.h"
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

/* Lines that come while this is read are shown, too, but it ends. */
struct log_rows {
	struct log_place place;
	size_t bytes;
};

static bool on_step(struct vty_request *rq, void *state)
{
	struct log_rows *s = state;
	char line[LOG_LINE_MAX];

	do {
		if (s->bytes > LOG_KEPT || !log_kept(&s->place, line, sizeof(line))) {
			writer_array_end(rq->w);
			return false;
		}
		s->bytes += strlen(line) + 1;
		writer_line(rq->w, "%s", line);
		if (rq->json)
			writer_str(rq->w, NULL, NULL, line);
	} while (!vty_enough(rq));
	return true;
}

static void put_areas(struct writer *w)
{
	writer_list_begin(w, "debug", "Debugged areas");
	for (size_t i = 0; log_area(i); i++)
		if (log_debugs(log_area(i)))
			writer_list_add(w, log_area(i));
	writer_list_end(w);
	writer_list_begin(w, "areas", "Areas");
	for (size_t i = 0; log_area(i); i++)
		writer_list_add(w, log_area(i));
	writer_list_end(w);
}

enum vty_rc show_log(struct vty_request *rq)
{
	struct writer *w = rq->w;

	writer_str(w, "level", "Level", log_level_name(log_get_level()));
	writer_str(w, "format", "Format", log_is_json() ? "json" : "text");
	put_areas(w);
	writer_blank(w);
	writer_array_begin(w, "lines");
	vty_rows(rq, on_step, free, xcalloc(1, sizeof(struct log_rows)));
	return VTY_OK;
}

/* As FRR's daemons print it. */
enum vty_rc show_debugging(struct vty_request *rq)
{
	writer_line(rq->w, "grevyd debugging status:");
	for (size_t i = 0; log_area(i); i++)
		if (log_debugs(log_area(i)))
			writer_line(rq->w, "  %s debugging is on", log_area(i));
	if (rq->json)
		put_areas(rq->w);
	return VTY_OK;
}
