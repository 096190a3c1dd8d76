/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/bgp/open.h"
#include "announcer/util.h"
#include <errno.h>

enum {
	VERSION = 4,
	PARAM_CAPS = 2,
	PARAM_EXTENDED = 255, /* RFC 9072 */
	CODE_MP = 1,
	CODE_REFRESH = 2,
	CODE_EXTENDED = 6,
	CODE_GRACEFUL = 64,
	CODE_AS4 = 65,
	CODE_ADD_PATH = 69,
	CODE_ENHANCED = 70,
	CODE_LONG_LIVED = 71,
	CODE_HOST = 73,
	CODE_REFRESH_OLD = 128,
	AFI_IPV4 = 1,
	AFI_IPV6 = 2,
	SAFI_UNICAST = 1,
	GR_RESTARTING = 0x8000,
	GR_NOTIFICATION = 0x4000,
	GR_TIME = 0x0fff,
	GR_FORWARDING = 0x80,
};

static const struct {
	uint16_t afi;
	unsigned family;
} families[] = {
    {AFI_IPV4, BGP_IPV4},
    {AFI_IPV6, BGP_IPV6},
};

static unsigned family_of(uint16_t afi, uint8_t safi)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i].afi == afi && safi == SAFI_UNICAST)
			return families[i].family;
	return 0;
}

static void mp_decode(struct rd *r, struct bgp_open *o) /* RFC 4760 8 */
{
	uint16_t afi = rd_u16(r);

	rd_skip(r, 1);
	if (!(o->caps & BGP_CAP_MP))
		o->families = 0;
	o->families |= family_of(afi, rd_u8(r));
}

static void mp_encode(struct wr *w, const struct bgp_open *o)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		if (!(o->families & families[i].family))
			continue;
		wr_u8(w, CODE_MP);
		wr_u8(w, 4);
		wr_u16(w, families[i].afi);
		wr_u16(w, SAFI_UNICAST);
	}
}

static void refresh_encode(struct wr *w, const struct bgp_open *o)
{
	(void)o;
	wr_u8(w, CODE_REFRESH);
	wr_u8(w, 0);
}

static void graceful_decode(
    struct rd *r, struct bgp_open *o) /* RFC 4724 3: the last one counts */
{
	uint16_t word = rd_u16(r);

	o->restarting = word & GR_RESTARTING;
	o->notification = word & GR_NOTIFICATION;
	o->restart_s = word & GR_TIME;
	o->gr_families = o->gr_forwarding = 0;
	while (rd_left(r) > 0) {
		uint16_t afi = rd_u16(r);
		unsigned family = family_of(afi, rd_u8(r));

		o->gr_families |= family;
		if (rd_u8(r) & GR_FORWARDING)
			o->gr_forwarding |= family;
	}
}

static void graceful_encode(struct wr *w, const struct bgp_open *o)
{
	size_t at;

	wr_u8(w, CODE_GRACEFUL);
	at = w->len;
	wr_u8(w, 0);
	wr_u16(w, (uint16_t)((o->restarting ? GR_RESTARTING : 0) | (o->restart_s & GR_TIME)));
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		if (!(o->gr_families & families[i].family))
			continue;
		wr_u16(w, families[i].afi);
		wr_u8(w, SAFI_UNICAST);
		wr_u8(w, o->gr_forwarding & families[i].family ? GR_FORWARDING : 0);
	}
	if (!w->bad)
		w->buf[at] = (uint8_t)(w->len - at - 1);
}

static void as4_decode(struct rd *r, struct bgp_open *o) /* RFC 6793 3 */
{
	o->asn = rd_u32(r);
}

static void as4_encode(struct wr *w, const struct bgp_open *o)
{
	wr_u8(w, CODE_AS4);
	wr_u8(w, 4);
	wr_u32(w, o->asn);
}

static void add_path_decode(struct rd *r, struct bgp_open *o) /* RFC 7911 4 */
{
	while (rd_left(r) > 0) {
		uint16_t afi = rd_u16(r);
		unsigned family = family_of(afi, rd_u8(r));
		uint8_t way = rd_u8(r); /* 1 = takes, 2 = sends */

		o->add_path[0] |= way & 2 ? family : 0;
		o->add_path[1] |= way & 1 ? family : 0;
	}
}

/* A name of at most 64 bytes behind its length; what is not printable ends it. */
static void name_decode(struct rd *r, char to[65])
{
	struct rd v = rd_sub(r, rd_u8(r));
	size_t n = 0;

	while (n < 64 && rd_left(&v) > 0) {
		char c = (char)rd_u8(&v);

		if (c <= ' ' || c > '~')
			break;
		to[n++] = c;
	}
	to[n] = '\0';
}

static void host_decode(struct rd *r, struct bgp_open *o)
{
	name_decode(r, o->host);
	name_decode(r, o->domain);
}

static void nothing_decode(struct rd *r, struct bgp_open *o)
{
	(void)r;
	(void)o;
}

/* Capabilities in the order in which they are sent. A value has min bytes, or min and a
 * multiple of `step` more. Those without encode are noted: a peer's mistake there is no error.
 */
static const struct {
	uint8_t code, min, step;
	unsigned cap;
	void (*decode)(struct rd *r, struct bgp_open *o);
	void (*encode)(struct wr *w, const struct bgp_open *o);
} caps[] = {
    {CODE_MP,          4, 0, BGP_CAP_MP,          mp_decode,       mp_encode      },
    {CODE_REFRESH,     0, 0, BGP_CAP_REFRESH,     nothing_decode,  refresh_encode },
    {CODE_GRACEFUL,    2, 4, BGP_CAP_GRACEFUL,    graceful_decode, graceful_encode},
    {CODE_AS4,         4, 0, BGP_CAP_AS4,         as4_decode,      as4_encode     },
    {CODE_REFRESH_OLD, 0, 0, BGP_CAP_REFRESH_OLD, nothing_decode,  NULL           },
    {CODE_EXTENDED,    0, 0, BGP_CAP_EXTENDED,    nothing_decode,  NULL           },
    {CODE_ENHANCED,    0, 0, BGP_CAP_ENHANCED,    nothing_decode,  NULL           },
    {CODE_ADD_PATH,    0, 4, BGP_CAP_ADD_PATH,    add_path_decode, NULL           },
    {CODE_LONG_LIVED,  0, 7, BGP_CAP_LONG_LIVED,  nothing_decode,  NULL           },
    {CODE_HOST,        2, 1, BGP_CAP_HOST,        host_decode,     NULL           },
};

static bool length_fits(size_t i, size_t len)
{
	if (len < caps[i].min)
		return false;
	len -= caps[i].min;
	return caps[i].step ? len % caps[i].step == 0 : len == 0;
}

/* RFC 5492 4: those that we do not know are ignored. */
static bool caps_decode(struct rd *r, struct bgp_open *o)
{
	while (rd_left(r) > 0) {
		uint8_t code = rd_u8(r);
		struct rd v = rd_sub(r, rd_u8(r));
		size_t i = 0;

		if (r->bad)
			return false;
		while (i < ARRAY_LEN(caps) && caps[i].code != code)
			i++;
		if (i < ARRAY_LEN(caps) && length_fits(i, rd_left(&v))) {
			caps[i].decode(&v, o);
			o->caps |= caps[i].cap;
		} else if (i < ARRAY_LEN(caps) && caps[i].encode) {
			return false;
		} else {
			o->unknown_caps++;
		}
	}
	return true;
}

/* Return: 0 or the code of the error. */
static uint16_t params_decode(struct rd *r, struct bgp_open *o)
{
	size_t len = rd_u8(r), wide = 1;
	struct rd params;

	/* RFC 9072 2: the type of the first parameter says so, whatever the short length is. */
	if (len && rd_left(r) >= 3 && r->p[0] == PARAM_EXTENDED) {
		rd_skip(r, 1);
		len = rd_u16(r);
		wide = 2;
	}
	params = rd_sub(r, len);
	if (r->bad || rd_left(r))
		return BGP_ERR_OPEN;
	while (rd_left(&params) > 0) {
		uint8_t type = rd_u8(&params);
		struct rd v = rd_sub(&params, (size_t)rd_be(&params, wide));

		if (params.bad)
			return BGP_ERR_OPEN;
		if (type != PARAM_CAPS)
			return BGP_ERR_OPTION;
		if (!caps_decode(&v, o))
			return BGP_ERR_OPEN;
	}
	return BGP_NO_ERROR;
}

/* RFC 4271 6.2, in its order. */
static uint16_t judge(const struct bgp_open *o)
{
	if (!o->asn) /* RFC 7607 2 */
		return BGP_ERR_PEER_AS;
	if (o->hold_s == 1 || o->hold_s == 2)
		return BGP_ERR_HOLD_TIME;
	if (!o->id) /* RFC 6286 2.1 */
		return BGP_ERR_BGP_ID;
	return BGP_NO_ERROR;
}

int bgp_open_decode(struct rd *r, struct bgp_open *open, struct bgp_error *e)
{
	static const uint8_t ours[] = {0, VERSION};
	struct bgp_open o = {.families = BGP_IPV4};
	uint16_t code = BGP_ERR_OPEN;
	bool no_as;

	if (rd_u8(r) != VERSION && !r->bad) {
		bgp_error_set(e, BGP_ERR_VERSION, ours, sizeof(ours));
		return -EPROTO;
	}
	o.asn = rd_u16(r);
	no_as = !o.asn; /* RFC 7607 2: whatever a capability says */
	o.hold_s = rd_u16(r);
	o.id = rd_u32(r);
	if (!r->bad)
		code = params_decode(r, &o);
	if (!code)
		code = no_as ? BGP_ERR_PEER_AS : judge(&o);
	if (code) {
		bgp_error_set(e, code, NULL, 0);
		return -EPROTO;
	}
	*open = o;
	return 0;
}

int bgp_open_check(const struct bgp_open *open, uint32_t asn, uint32_t my_asn, uint32_t my_id,
    struct bgp_error *e)
{
	uint16_t code = BGP_NO_ERROR;

	if (asn ? asn != UINT32_MAX && open->asn != asn : open->asn == my_asn)
		code = BGP_ERR_PEER_AS;
	else if (open->asn == my_asn && open->id == my_id)
		code = BGP_ERR_BGP_ID;
	if (!code)
		return 0;
	bgp_error_set(e, code, NULL, 0);
	return -EPROTO;
}

void bgp_open_encode(struct wr *w, const struct bgp_open *open)
{
	size_t at = bgp_msg_begin(w, BGP_OPEN), params;

	wr_u8(w, VERSION);
	wr_u16(w, (uint16_t)(open->asn > UINT16_MAX ? BGP_AS_TRANS : open->asn));
	wr_u16(w, open->hold_s);
	wr_u32(w, open->id);
	params = w->len;
	wr_u8(w, 0);
	if (open->caps) {
		wr_u8(w, PARAM_CAPS);
		wr_u8(w, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(caps); i++)
		if (caps[i].encode && open->caps & caps[i].cap)
			caps[i].encode(w, open);
	if (open->caps && !w->bad) {
		w->buf[params] = (uint8_t)(w->len - params - 1);
		w->buf[params + 2] = (uint8_t)(w->len - params - 3);
	}
	bgp_msg_end(w, at);
}
