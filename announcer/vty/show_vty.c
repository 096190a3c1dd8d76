/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_vty.c - show vty: the sockets that vtysh and our shell find us at. */
#include "announcer/vty/places.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"

/* For JSON, for people. */
static const char *const states[][2] = {
    [DOOR_OPEN] = {"open",    "open"				 },
    [DOOR_FREE] = {"free",    "free: ours in a moment"               },
    [DOOR_HELD] = {"held",    "left to the daemon that answers there"},
    [DOOR_BLOCKED] = {"blocked", NULL                                   },
};

static void put_door(struct writer *w, const struct door *d)
{
	const char *error = door_error(d);
	enum door_state state = door_state(d);

	writer_row_begin(w);
	writer_str(w, "path", "SOCKET", door_path(d));
	writer_str(w, "dialect", "SPEAKS", door_dialect(d) == VTY_FRR ? "frr" : "grevy");
	writer_str(w, "state", NULL, states[state][0]);
	writer_str(w, NULL, "STATE", error ? error : states[state][1]);
	if (error)
		writer_str(w, "error", NULL, error);
	writer_row_end(w);
}

static void put_links(struct writer *w, const struct links *l)
{
	const char *name;

	writer_str(w, "frrFolder", NULL, links_folder(l));
	if (!writer_is_json(w))
		writer_blank(w);
	writer_list_begin(w, "links", "Links to FRR's");
	for (size_t i = 0; (name = links_nth(l, i)); i++)
		writer_list_add(w, name);
	writer_list_end(w);
}

enum vty_rc show_vty(struct vty_request *rq)
{
	const struct places *p = rq->ctx->places;
	struct writer *w = rq->w;
	const struct door *d;

	if (!p)
		return vty_fail(rq, "There is no socket.");
	writer_table_begin(w, "sockets", NULL);
	for (size_t i = 0; (d = places_nth(p, i)); i++)
		put_door(w, d);
	writer_table_end(w);
	if (places_links(p))
		put_links(w, places_links(p));
	return VTY_OK;
}
