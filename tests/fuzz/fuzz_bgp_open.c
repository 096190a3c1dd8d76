/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_bgp_open.c - a stream of messages: framing, OPEN, NOTIFICATION, ROUTE-REFRESH. */
#include "announcer/bgp/open.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define WRITTEN (BGP_CAP_AS4 | BGP_CAP_REFRESH | BGP_CAP_GRACEFUL | BGP_CAP_MP)

/* What was read is written, but for what is only noted; that is read as the same. */
static void open_again(struct rd *r)
{
	struct bgp_open o, again;
	struct bgp_error e = {0};
	uint8_t buf[BGP_MESSAGE_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	if (bgp_open_decode(r, &o, &e)) {
		if (e.code >> 8 != BGP_ERR_OPEN >> 8)
			abort();
		return;
	}
	if (!o.id || o.hold_s == 1 || o.hold_s == 2 || !o.asn)
		abort();
	(void)bgp_open_check(&o, 0, 65001, 1, &e);
	bgp_open_encode(&w, &o);
	*r = rd_of(buf + BGP_HEADER_LEN, w.len - BGP_HEADER_LEN);
	if (w.bad || bgp_open_decode(r, &again, &e) || again.asn != o.asn || again.id != o.id ||
	    again.hold_s != o.hold_s || again.gr_families != o.gr_families ||
	    again.gr_forwarding != o.gr_forwarding || again.restart_s != o.restart_s ||
	    again.restarting != o.restarting)
		abort();
	/* Of families that we do not have, nothing is written. */
	if (o.families && (again.families != o.families || again.caps != (o.caps & WRITTEN)))
		abort();
}

static void notification(struct rd *r)
{
	struct bgp_error e;
	char text[64];

	if (bgp_notification_decode(r, &e))
		return;
	if (!*bgp_code_text(e.code) || strlen(bgp_error_reason(&e, text, sizeof(text))) > 63)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum bgp_type type = BGP_TYPES;
	struct bgp_error e;
	uint8_t family;
	struct rd r;
	int n;

	for (; (n = bgp_frame(data, len, &type, &e)) > 0; data += n, len -= (size_t)n) {
		r = rd_of(data + BGP_HEADER_LEN, (size_t)n - BGP_HEADER_LEN);
		if (type == BGP_OPEN)
			open_again(&r);
		else if (type == BGP_NOTIFICATION)
			notification(&r);
		else if (type == BGP_ROUTE_REFRESH)
			(void)bgp_refresh_decode(&r, &family, &e);
	}
	return 0;
}
