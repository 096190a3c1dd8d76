/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Framing by RFC 4271 6.1, NOTIFICATION and ROUTE-REFRESH. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "bgp_lab.h"
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#define MARKER "ffffffff ffffffff ffffffff ffffffff "

static const struct {
	const char *rfc, *what, *header;
	int rc;
	const char *error;
} frames[] = {
    {"RFC 4271 4.1", "not even a header",                             "ffff",                                        0,       ""                                                },
    {"RFC 4271 6.1", "marker, first byte",                            "feffffff ffffffff ffffffff ffffffff 0013 04",
     -EPROTO,														 "Message Header Error/Connection Not Synchronized"},
    {"RFC 4271 6.1", "marker, last byte",                             "ffffffff ffffffff ffffffff ffffff00 0013 04",
     -EPROTO,														 "Message Header Error/Connection Not Synchronized"},
    {"RFC 4271 6.1", "less than 19",                                  MARKER "0012 04",                              -EPROTO,
     "Message Header Error/Bad Message Length 0012"															     },
    {"RFC 4271 6.1", "length 0",				      MARKER "0000 04",                              -EPROTO,
     "Message Header Error/Bad Message Length 0000"															     },
    {"RFC 4271 6.1", "more than 4096",                                MARKER "1001 02",                              -EPROTO,
     "Message Header Error/Bad Message Length 1001"															     },
    {"RFC 4271 4.1", "4096, not there yet",                           MARKER "1000 02",                              0,       ""                                                },
    {"RFC 4271 6.1", "OPEN of 28",				    MARKER "001c 01",                              -EPROTO,
     "Message Header Error/Bad Message Length 001c"															     },
    {"RFC 4271 6.1", "OPEN of 29, not there yet",                     MARKER "001d 01",                              0,       ""                                                },
    {"RFC 4271 6.1", "UPDATE of 22",                                  MARKER "0016 02",                              -EPROTO,
     "Message Header Error/Bad Message Length 0016"															     },
    {"RFC 4271 6.1", "NOTIFICATION of 20",                            MARKER "0014 03",                              -EPROTO,
     "Message Header Error/Bad Message Length 0014"															     },
    {"RFC 4271 6.1", "KEEPALIVE of 20",                               MARKER "0014 04",                              -EPROTO,
     "Message Header Error/Bad Message Length 0014"															     },
    {"RFC 4271 6.1", "type 0",					MARKER "0013 00",                              -EPROTO,
     "Message Header Error/Bad Message Type 00"																 },
    {"RFC 4271 6.1", "type 6",					MARKER "0013 06",                              -EPROTO,
     "Message Header Error/Bad Message Type 06"																 },
    {"RFC 4271 4.4", "KEEPALIVE",				     MARKER "0013 04",                              19,      ""                                                },
    {"RFC 4271 4.4", "KEEPALIVE and the next message's begin",        MARKER "0013 04 ff",                           19,      ""                                                },
    {"RFC 7313 5",   "a short ROUTE-REFRESH has an error of its own", MARKER "0013 05",                              19,      ""                                                },
};

static void headers_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		enum bgp_type type = BGP_TYPES;
		struct bgp_error e = {0};
		char text[LAB_TEXT];
		uint8_t bytes[64], *copy;
		size_t len = lab_hex(frames[i].header, bytes, sizeof(bytes));
		int rc;

		copy = lab_copy(bytes, len);
		rc = bgp_frame(copy, len, &type, &e);
		free(copy);
		if (rc != frames[i].rc || (rc > 0) != (type != BGP_TYPES))
			fail_msg("%s: %s: %d", frames[i].rfc, frames[i].what, rc);
		if (rc < 0)
			assert_string_equal(lab_error_text(&e, text), frames[i].error);
	}
}

static void keepalive_is_a_header(void **state)
{
	uint8_t buf[32], want[32];
	struct wr w = wr_of(buf, sizeof(buf));

	(void)state;
	bgp_keepalive_encode(&w);
	assert_int_equal(w.len, lab_hex(MARKER "0013 04", want, sizeof(want)));
	assert_memory_equal(buf, want, w.len);
}

static void a_notification_comes_back(void **state)
{
	struct bgp_error e, got;
	uint8_t buf[BGP_MESSAGE_MAX];
	struct wr w = wr_of(buf, sizeof(buf));
	enum bgp_type type = BGP_OPEN;
	char text[LAB_TEXT];
	struct rd r;

	(void)state;
	bgp_error_set(&e, BGP_ERR_VERSION, "\0\4", 2);
	bgp_notification_encode(&w, &e);
	assert_int_equal(bgp_frame(buf, w.len, &type, &got), w.len);
	assert_int_equal(type, BGP_NOTIFICATION);
	r = rd_of(buf + BGP_HEADER_LEN, w.len - BGP_HEADER_LEN);
	assert_int_equal(bgp_notification_decode(&r, &got), 0);
	assert_string_equal(
	    lab_error_text(&got, text), "OPEN Message Error/Unsupported Version Number 0004");
	r = rd_of(buf + BGP_HEADER_LEN, 1);
	assert_int_equal(bgp_notification_decode(&r, &got), -EBADMSG);
}

/* RFC 9003: length, then UTF-8; what does not fit is left out, never half a character. */
static void a_reason_is_told(void **state)
{
	char long_one[400], buf[600];
	struct bgp_error e;

	(void)state;
	bgp_error_cease(&e, BGP_CEASE_SHUTDOWN, "good night");
	assert_int_equal(e.len, 11);
	assert_string_equal(bgp_error_reason(&e, buf, sizeof(buf)), "good night");
	assert_string_equal(bgp_error_reason(&e, buf, 5), "good");
	bgp_error_cease(&e, BGP_CEASE_RESET, "");
	assert_int_equal(e.len, 0);
	assert_string_equal(bgp_error_reason(&e, buf, sizeof(buf)), "");
	bgp_error_set(&e, BGP_CEASE_SHUTDOWN, "\3a\n\x80", 4);
	assert_string_equal(bgp_error_reason(&e, buf, sizeof(buf)), "a\\n\\x80");
	bgp_error_set(&e, BGP_CEASE_SHUTDOWN, "\4a\n\x80", 4); /* longer than it is */
	assert_string_equal(bgp_error_reason(&e, buf, sizeof(buf)), "");
	bgp_error_set(&e, BGP_ERR_HOLD_TIME, "\1a", 2); /* no cease */
	assert_string_equal(bgp_error_reason(&e, buf, sizeof(buf)), "");
	memset(long_one, 'x', 254);
	memcpy(long_one + 254, "\xc3\xa4", 3); /* two bytes, of which one would fit */
	bgp_error_cease(&e, BGP_CEASE_SHUTDOWN, long_one);
	assert_int_equal(e.data[0], 254);
	assert_int_equal(e.len, 255);
	long_one[254] = 'y';
	long_one[255] = '\0';
	bgp_error_cease(&e, BGP_CEASE_SHUTDOWN, long_one);
	assert_int_equal(e.data[0], 255);
	assert_string_equal(bgp_error_reason(&e, buf, sizeof(buf)), long_one);
}

static void every_code_has_a_text(void **state)
{
	(void)state;
	for (unsigned code = 0; code <= UINT16_MAX; code++)
		assert_true(strlen(bgp_code_text((uint16_t)code)) > 4);
	assert_string_equal(
	    bgp_code_text(BGP_CEASE_MAX_PREFIX), "Cease/Maximum Number of Prefixes Reached");
	assert_string_equal(bgp_code_text(0x6ff), "Cease");
	assert_string_equal(bgp_code_text(0x1234), "Unknown");
}

static const struct {
	const char *rfc, *what, *body;
	int rc;
	uint8_t family;
	const char *error;
} refreshes[] = {
    {"RFC 2918 3", "IPv4",                          "0001 00 01",    0,        AF_INET,  ""},
    {"RFC 2918 3", "IPv6, reserved byte ignored",   "0002 00 01",    0,        AF_INET6, ""},
    {"RFC 2918 4", "a family that we do not have",  "0001 00 02",    0,        0,        ""},
    {"RFC 7313 4", "begin of refresh, not offered", "0001 01 01",    0,        0,        ""},
    {"RFC 7313 5", "too short",                     "0001 00",       -EBADMSG, 0,
     "ROUTE-REFRESH Message Error/Invalid Message Length "
	"ffffffffffffffffffffffffffffffff001605000100"                                     },
    {"RFC 7313 5", "too long",                      "0001 00 01 07", -EBADMSG, 0,
     "ROUTE-REFRESH Message Error/Invalid Message Length "
	"ffffffffffffffffffffffffffffffff0018050001000107"                                 },
    {"RFC 7313 5", "nothing",                       "",              -EBADMSG, 0,
     "ROUTE-REFRESH Message Error/Invalid Message Length "
	"ffffffffffffffffffffffffffffffff001305"                                           },
};

static void refreshes_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refreshes); i++) {
		uint8_t bytes[64], family = 99, *copy;
		size_t len = lab_hex(refreshes[i].body, bytes, sizeof(bytes));
		struct bgp_error e = {0};
		char text[LAB_TEXT];
		struct rd r;
		int rc;

		copy = lab_copy(bytes, len);
		r = rd_of(copy, len);
		rc = bgp_refresh_decode(&r, &family, &e);
		free(copy);
		if (rc != refreshes[i].rc || (!rc && family != refreshes[i].family))
			fail_msg("%s: %s: %d", refreshes[i].rfc, refreshes[i].what, rc);
		if (rc)
			assert_string_equal(lab_error_text(&e, text), refreshes[i].error);
	}
}

static void a_refresh_comes_back(void **state)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	uint8_t buf[64], got = 0;
	struct bgp_error e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct wr w = wr_of(buf, sizeof(buf));
		struct rd r;

		bgp_refresh_encode(&w, families[i]);
		r = rd_of(buf + BGP_HEADER_LEN, w.len - BGP_HEADER_LEN);
		assert_int_equal(bgp_refresh_decode(&r, &got, &e), 0);
		assert_int_equal(got, families[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(headers_are_judged),
	    cmocka_unit_test(keepalive_is_a_header),
	    cmocka_unit_test(a_notification_comes_back),
	    cmocka_unit_test(a_reason_is_told),
	    cmocka_unit_test(every_code_has_a_text),
	    cmocka_unit_test(refreshes_are_judged),
	    cmocka_unit_test(a_refresh_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
