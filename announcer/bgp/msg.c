/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/bgp/msg.h"
#include "announcer/escape.h"
#include "announcer/util.h"
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

enum { MARKER_LEN = 16, REFRESH_LEN = 4, AFI_IPV4 = 1, AFI_IPV6 = 2, SAFI_UNICAST = 1 };

/* Least and greatest length of a message, RFC 4271 6.1. A ROUTE-REFRESH of another length has
 * an error of its own (RFC 7313 5). */
static const struct {
	uint16_t min, max;
} lengths[BGP_TYPES] = {
    [BGP_OPEN] = {29,             BGP_MESSAGE_MAX},
    [BGP_UPDATE] = {23,             BGP_MESSAGE_MAX},
    [BGP_NOTIFICATION] = {21,             BGP_MESSAGE_MAX},
    [BGP_KEEPALIVE] = {BGP_HEADER_LEN, BGP_HEADER_LEN },
    [BGP_ROUTE_REFRESH] = {BGP_HEADER_LEN, BGP_MESSAGE_MAX},
};

/* A code, then its subcodes; in FRR's words. */
static const struct {
	uint16_t code;
	const char *text;
} texts[] = {
    {0x100,		   "Message Header Error"				  },
    {BGP_ERR_MARKER,          "Message Header Error/Connection Not Synchronized"      },
    {BGP_ERR_LENGTH,          "Message Header Error/Bad Message Length"               },
    {BGP_ERR_TYPE,            "Message Header Error/Bad Message Type"                 },
    {BGP_ERR_OPEN,            "OPEN Message Error/Unspecific"                         },
    {BGP_ERR_VERSION,         "OPEN Message Error/Unsupported Version Number"         },
    {BGP_ERR_PEER_AS,         "OPEN Message Error/Bad Peer AS"                        },
    {BGP_ERR_BGP_ID,          "OPEN Message Error/Bad BGP Identifier"                 },
    {BGP_ERR_OPTION,          "OPEN Message Error/Unsupported Optional Parameter"     },
    {0x205,		   "OPEN Message Error/Authentication Failure"             },
    {BGP_ERR_HOLD_TIME,       "OPEN Message Error/Unacceptable Hold Time"             },
    {BGP_ERR_CAPABILITY,      "OPEN Message Error/Unsupported Capability"             },
    {0x300,		   "UPDATE Message Error"				  },
    {BGP_ERR_ATTR_LIST,       "UPDATE Message Error/Malformed Attribute List"         },
    {BGP_ERR_ATTR_UNKNOWN,    "UPDATE Message Error/Unrecognized Well-known Attribute"},
    {BGP_ERR_ATTR_MISSING,    "UPDATE Message Error/Missing Well-known Attribute"     },
    {BGP_ERR_ATTR_FLAGS,      "UPDATE Message Error/Attribute Flags Error"            },
    {BGP_ERR_ATTR_LENGTH,     "UPDATE Message Error/Attribute Length Error"           },
    {BGP_ERR_ORIGIN,          "UPDATE Message Error/Invalid ORIGIN Attribute"         },
    {0x307,		   "UPDATE Message Error/AS Routing Loop"                  },
    {BGP_ERR_NEXT_HOP,        "UPDATE Message Error/Invalid NEXT_HOP Attribute"       },
    {BGP_ERR_OPTIONAL,        "UPDATE Message Error/Optional Attribute Error"         },
    {BGP_ERR_NETWORK,         "UPDATE Message Error/Invalid Network Field"            },
    {BGP_ERR_AS_PATH,         "UPDATE Message Error/Malformed AS_PATH"                },
    {BGP_ERR_HOLD_EXPIRED,    "Hold Timer Expired"                                    },
    {BGP_ERR_FSM,             "Finite State Machine Error"                            },
    {BGP_ERR_FSM_OPENSENT,
     "Finite State Machine Error/Receive Unexpected Message in OpenSent State"        },
    {BGP_ERR_FSM_OPENCONFIRM,
     "Finite State Machine Error/Receive Unexpected Message in OpenConfirm State"     },
    {BGP_ERR_FSM_ESTABLISHED,
     "Finite State Machine Error/Receive Unexpected Message in Established State"     },
    {0x600,		   "Cease"						 },
    {BGP_CEASE_MAX_PREFIX,    "Cease/Maximum Number of Prefixes Reached"              },
    {BGP_CEASE_SHUTDOWN,      "Cease/Administrative Shutdown"                         },
    {BGP_CEASE_DECONFIGURED,  "Cease/Peer Unconfigured"                               },
    {BGP_CEASE_RESET,         "Cease/Administrative Reset"                            },
    {BGP_CEASE_REJECTED,      "Cease/Connection Rejected"                             },
    {BGP_CEASE_CHANGED,       "Cease/Other Configuration Change"                      },
    {BGP_CEASE_COLLISION,     "Cease/Connection collision resolution"                 },
    {BGP_CEASE_RESOURCES,     "Cease/Out of Resource"                                 },
    {0x609,		   "Cease/Hard Reset"				      }, /* RFC 8538 */
    {0x60a,		   "Cease/BFD Down"					}, /* RFC 9384 */
    {0x700,		   "ROUTE-REFRESH Message Error"                           },
    {BGP_ERR_REFRESH_LENGTH,  "ROUTE-REFRESH Message Error/Invalid Message Length"    },
};

void bgp_error_set(struct bgp_error *e, uint16_t code, const void *data, size_t len)
{
	*e = (struct bgp_error){.code = code};
	e->len = (uint16_t)(len < BGP_ERROR_DATA_MAX ? len : BGP_ERROR_DATA_MAX);
	if (e->len)
		memcpy(e->data, data, e->len);
}

const char *bgp_code_text(uint16_t code)
{
	const char *of_code = "Unknown";

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].code == code)
			return texts[i].text;
		if (texts[i].code == (code & 0xff00))
			of_code = texts[i].text;
	}
	return of_code;
}

const char *bgp_error_reason(const struct bgp_error *e, char *buf, size_t size)
{
	char text[BGP_ERROR_DATA_MAX + 1], one[ESCAPE_MAX];
	const char *s = text;
	size_t n = 0, len;

	buf[0] = '\0';
	if ((e->code != BGP_CEASE_SHUTDOWN && e->code != BGP_CEASE_RESET) || e->len < 2 ||
	    e->data[0] > e->len - 1)
		return buf;
	memcpy(text, e->data + 1, e->data[0]);
	text[e->data[0]] = '\0';
	while (*s) {
		len = escape_next(&s, one, false);
		if (n + len >= size)
			break;
		memcpy(buf + n, one, len + 1);
		n += len;
	}
	return buf;
}

void bgp_error_cease(struct bgp_error *e, uint16_t code, const char *reason)
{
	uint8_t data[BGP_ERROR_DATA_MAX];
	struct wr w = wr_of(data, sizeof(data));
	size_t len = strlen(reason);

	if (len > sizeof(data) - 1)
		len = sizeof(data) - 1;
	while (len < strlen(reason) && len && ((unsigned char)reason[len] & 0xc0) == 0x80)
		len--; /* not within a character */
	wr_u8(&w, (uint8_t)len);
	wr_bytes(&w, reason, len);
	bgp_error_set(e, code, data, len ? w.len : 0);
}

int bgp_frame(const uint8_t *buf, size_t len, enum bgp_type *type, struct bgp_error *e)
{
	size_t n;

	if (len < BGP_HEADER_LEN)
		return 0;
	for (size_t i = 0; i < MARKER_LEN; i++) {
		if (buf[i] == 0xff)
			continue;
		bgp_error_set(e, BGP_ERR_MARKER, NULL, 0);
		return -EPROTO;
	}
	n = (size_t)buf[16] << 8 | buf[17];
	if (n >= BGP_HEADER_LEN && n <= BGP_MESSAGE_MAX &&
	    (buf[18] < BGP_OPEN || buf[18] >= BGP_TYPES)) {
		bgp_error_set(e, BGP_ERR_TYPE, buf + 18, 1);
		return -EPROTO;
	}
	if (n < BGP_HEADER_LEN || n > BGP_MESSAGE_MAX || n < lengths[buf[18]].min ||
	    n > lengths[buf[18]].max) {
		bgp_error_set(e, BGP_ERR_LENGTH, buf + 16, 2);
		return -EPROTO;
	}
	if (len < n)
		return 0;
	*type = (enum bgp_type)buf[18];
	return (int)n;
}

size_t bgp_msg_begin(struct wr *w, enum bgp_type type)
{
	static const uint8_t marker[MARKER_LEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	size_t at = w->len;

	wr_bytes(w, marker, sizeof(marker));
	wr_u16(w, 0);
	wr_u8(w, (uint8_t)type);
	return at;
}

void bgp_msg_end(struct wr *w, size_t at)
{
	if (w->len - at > BGP_MESSAGE_MAX)
		w->bad = true;
	wr_set16(w, at + MARKER_LEN, (uint16_t)(w->len - at));
}

void bgp_keepalive_encode(struct wr *w)
{
	bgp_msg_end(w, bgp_msg_begin(w, BGP_KEEPALIVE));
}

void bgp_notification_encode(struct wr *w, const struct bgp_error *e)
{
	size_t at = bgp_msg_begin(w, BGP_NOTIFICATION);

	wr_u16(w, e->code);
	wr_bytes(w, e->data, e->len);
	bgp_msg_end(w, at);
}

int bgp_notification_decode(struct rd *r, struct bgp_error *e)
{
	uint16_t code = rd_u16(r);
	size_t len = rd_left(r);

	if (r->bad)
		return -EBADMSG;
	bgp_error_set(e, code, rd_bytes(r, len), len);
	return 0;
}

void bgp_refresh_encode(struct wr *w, uint8_t family)
{
	size_t at = bgp_msg_begin(w, BGP_ROUTE_REFRESH);

	wr_u16(w, family == AF_INET ? AFI_IPV4 : AFI_IPV6);
	wr_u8(w, 0);
	wr_u8(w, SAFI_UNICAST);
	bgp_msg_end(w, at);
}

/* RFC 7313 5: the error holds the whole message, as far as there is room. */
static int refuse_refresh(struct rd *r, struct bgp_error *e)
{
	uint8_t msg[BGP_ERROR_DATA_MAX];
	struct wr w = wr_of(msg, sizeof(msg));
	size_t len = rd_left(r), room;

	bgp_msg_begin(&w, BGP_ROUTE_REFRESH);
	wr_set16(&w, MARKER_LEN, (uint16_t)(BGP_HEADER_LEN + len));
	room = w.cap - w.len;
	len = len < room ? len : room;
	wr_bytes(&w, rd_bytes(r, len), len);
	bgp_error_set(e, BGP_ERR_REFRESH_LENGTH, msg, w.len);
	return -EBADMSG;
}

int bgp_refresh_decode(struct rd *r, uint8_t *family, struct bgp_error *e)
{
	uint16_t afi;
	uint8_t subtype, safi;

	if (rd_left(r) != REFRESH_LEN)
		return refuse_refresh(r, e);
	afi = rd_u16(r);
	subtype = rd_u8(r);
	safi = rd_u8(r);
	*family = 0;
	/* Other subtypes are RFC 7313's, which we do not offer: ignored. */
	if (subtype == 0 && safi == SAFI_UNICAST && afi == AFI_IPV4)
		*family = AF_INET;
	else if (subtype == 0 && safi == SAFI_UNICAST && afi == AFI_IPV6)
		*family = AF_INET6;
	return 0;
}
