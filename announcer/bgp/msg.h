/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * msg.h - framing of BGP messages, NOTIFICATION, ROUTE-REFRESH. Pure. RFC 4271 4.1, 4.4, 4.5,
 * 6.1, RFC 2918, RFC 4486, RFC 9003.
 */
#ifndef GREVY_BGP_MSG_H
#define GREVY_BGP_MSG_H
#include "zclient/wire.h"

enum { BGP_PORT = 179, BGP_HEADER_LEN = 19, BGP_MESSAGE_MAX = 4096 };

enum bgp_type {
	BGP_OPEN = 1,
	BGP_UPDATE,
	BGP_NOTIFICATION,
	BGP_KEEPALIVE,
	BGP_ROUTE_REFRESH,
	BGP_TYPES
};

/* Code << 8 | subcode of a NOTIFICATION. */
enum bgp_code {
	BGP_NO_ERROR = 0,
	BGP_ERR_MARKER = 0x101, /* connection not synchronized */
	BGP_ERR_LENGTH = 0x102,
	BGP_ERR_TYPE = 0x103,
	BGP_ERR_OPEN = 0x200, /* unspecific */
	BGP_ERR_VERSION = 0x201,
	BGP_ERR_PEER_AS = 0x202,
	BGP_ERR_BGP_ID = 0x203,
	BGP_ERR_OPTION = 0x204,
	BGP_ERR_HOLD_TIME = 0x206,
	BGP_ERR_CAPABILITY = 0x207, /* RFC 5492 */
	BGP_ERR_ATTR_LIST = 0x301,  /* malformed attribute list */
	BGP_ERR_ATTR_UNKNOWN = 0x302,
	BGP_ERR_ATTR_MISSING = 0x303,
	BGP_ERR_ATTR_FLAGS = 0x304,
	BGP_ERR_ATTR_LENGTH = 0x305,
	BGP_ERR_ORIGIN = 0x306,
	BGP_ERR_NEXT_HOP = 0x308,
	BGP_ERR_OPTIONAL = 0x309,
	BGP_ERR_NETWORK = 0x30a,
	BGP_ERR_AS_PATH = 0x30b,
	BGP_ERR_HOLD_EXPIRED = 0x400,
	BGP_ERR_FSM = 0x500,
	BGP_ERR_FSM_OPENSENT = 0x501, /* RFC 6608 */
	BGP_ERR_FSM_OPENCONFIRM = 0x502,
	BGP_ERR_FSM_ESTABLISHED = 0x503,
	BGP_CEASE_MAX_PREFIX = 0x601, /* RFC 4486 */
	BGP_CEASE_SHUTDOWN = 0x602,
	BGP_CEASE_DECONFIGURED = 0x603,
	BGP_CEASE_RESET = 0x604,
	BGP_CEASE_REJECTED = 0x605,
	BGP_CEASE_CHANGED = 0x606,
	BGP_CEASE_COLLISION = 0x607,
	BGP_CEASE_RESOURCES = 0x608,
	BGP_ERR_REFRESH_LENGTH = 0x701, /* RFC 7313 */
};

enum { BGP_ERROR_DATA_MAX = 256 };

/* What a NOTIFICATION says; code 0: nothing is wrong. Owns nothing. */
struct bgp_error {
	uint16_t code; /* enum bgp_code, or any that a peer sent */
	uint16_t len;  /* of data; longer data is cut */
	uint8_t data[BGP_ERROR_DATA_MAX];
};

/* Set code and data (len may be 0). */
void bgp_error_set(struct bgp_error *e, uint16_t code, const void *data, size_t len);
/* "Cease/Administrative Shutdown", in FRR's words; a constant, for any code. */
const char *bgp_code_text(uint16_t code);
/* The shutdown communication in e->data (RFC 9003), escaped as log text; "" = none. Returns
 * buf. */
const char *bgp_error_reason(const struct bgp_error *e, char *buf, size_t size);

/**
 * bgp_frame - the message at the start of buf
 * @type: written when the message is whole
 * Return: its length with header; 0 = more bytes are needed; -EPROTO: e says what to send.
 * Marker and length are judged as soon as the header is there (RFC 4271 6.1).
 */
int bgp_frame(const uint8_t *buf, size_t len, enum bgp_type *type, struct bgp_error *e);

/* Start a message, returns where; bgp_msg_end() fills in its length. */
size_t bgp_msg_begin(struct wr *w, enum bgp_type type);
void bgp_msg_end(struct wr *w, size_t at);

void bgp_keepalive_encode(struct wr *w);
void bgp_notification_encode(struct wr *w, const struct bgp_error *e);
/* Body, header removed. Return: 0 or -EBADMSG. */
int bgp_notification_decode(struct rd *r, struct bgp_error *e);
/* A cease with a shutdown communication, UTF-8, cut at 255 bytes (RFC 9003); "" = none. */
void bgp_error_cease(struct bgp_error *e, uint16_t code, const char *reason);

/* family: AF_INET, AF_INET6; 0 = one that we do not have. Return: 0 or -EBADMSG with e set. */
void bgp_refresh_encode(struct wr *w, uint8_t family);
int bgp_refresh_decode(struct rd *r, uint8_t *family, struct bgp_error *e);
#endif
