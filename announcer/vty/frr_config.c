/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frr_config.c - lines of configuration that vtysh sends to bgpd: grevyd has its own file.
 *
 * From a file (FRR's start, frr-reload) all of them are passed over: nothing of FRR's start
 * may fail because of us. Typed ones that only bgpd would take are refused. Others concern
 * other daemons, too, to which vtysh sends them only when we agree.
 */
#include "announcer/conf.h"
#include "announcer/vty/frr.h"
#include "announcer/vty/match.h"
#include "announcer/vty/writer.h"
#include <string.h>

/* First words that are bgpd's alone; vtysh sends them as short as they were typed, and no
 * shorter than `least` letters of the first. */
static const struct {
	const char *first;
	size_t least;
	const char *second; /* NULL: any */
} bgpds[] = {
    {"bgp",    2, NULL                  },
    {"ip",     2, "as-path"             },
    {"ip",     2, "community-list"      },
    {"ip",     2, "extcommunity-list"   },
    {"ip",     2, "large-community-list"},
    {"mpls",   2, "bgp"                 },
    {"router", 3, "bgp"                 },
    {"rpki",   2, NULL                  },
};

static bool begins(const char *keyword, const struct vty_line *l, size_t i, size_t least)
{
	return i < l->n && l->len[i] >= least && l->len[i] <= strlen(keyword) &&
	       memcmp(l->text + l->at[i], keyword, l->len[i]) == 0;
}

static bool is_bgpds(const char *line)
{
	struct vty_line l;
	size_t at;

	match_split(line, &l);
	at = begins("no", &l, 0, 2);
	for (size_t i = 0; i < sizeof(bgpds) / sizeof(bgpds[0]); i++)
		if (begins(bgpds[i].first, &l, at, bgpds[i].least) &&
		    (!bgpds[i].second || begins(bgpds[i].second, &l, at + 1, 1)))
			return true;
	return false;
}

bool frr_config_from_file(const struct vty_session *s, const char *line)
{
	return s->loading || strchr(line, '\n');
}

enum vty_rc frr_config_line(struct vty_request *rq)
{
	const struct conf *conf = rq->ctx->conf;

	if (!is_bgpds(rq->rest))
		return VTY_OK;
	if (frr_config_from_file(rq->session, rq->rest)) {
		rq->session->ignored = true;
		return VTY_OK;
	}
	writer_line(rq->w, "%% This is grevyd, not FRR's bgpd: it is configured by %s",
	    conf ? conf->file : "a file of its own");
	return VTY_CONFIG_FAILED;
}
