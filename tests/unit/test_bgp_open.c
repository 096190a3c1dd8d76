/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OPEN: every case of RFC 4271 6.2 and of its capabilities, and what we send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "bgp_lab.h"
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>

/* Version, AS 65001, hold time 90, identifier 10.9.0.1; the optional parameters follow. */
#define FIXED    "04 fde9 005a 0a090001 "
#define REFUSED  "reset OPEN Message Error/"
#define MEANS    "asn 65001 id 0a090001 hold 90 families "
#define CAP_AS4  "4104 0000fde9 "
#define CAP_IPV4 "0104 00010001 "
#define CAP_IPV6 "0104 00020001 "

static const struct {
	const char *rfc, *what, *body, *says;
} cases[] = {
    {"RFC 4271 4.2", "no optional parameters",                             FIXED "00",                                          MEANS "1"                               },
    {"RFC 4271 6.2", "version 3",					  "03 fde9 005a 0a090001 00",
     REFUSED "Unsupported Version Number 0004"															  },
    {"RFC 4271 6.2", "version 5",					  "05 fde9 005a 0a090001 00",
     REFUSED "Unsupported Version Number 0004"															  },
    {"RFC 7607 2",   "AS 0",					       "04 0000 005a 0a090001 00",                          REFUSED "Bad Peer AS"                   },
    {"RFC 7607 2",   "AS 0, another one in the capability",
     "04 0000 005a 0a090001 08 0206 4104 0000fde9",									     REFUSED "Bad Peer AS"                   },
    {"RFC 7607 2",   "AS 0 in the capability",                             FIXED "08 0206 4104 00000000",
     REFUSED "Bad Peer AS"																	      },
    {"RFC 4271 6.2", "hold time 1",					"04 fde9 0001 0a090001 00",
     REFUSED "Unacceptable Hold Time"																   },
    {"RFC 4271 6.2", "hold time 2",					"04 fde9 0002 0a090001 00",
     REFUSED "Unacceptable Hold Time"																   },
    {"RFC 4271 4.2", "hold time 0",					"04 fde9 0000 0a090001 00",
     "asn 65001 id 0a090001 hold 0 families 1"															  },
    {"RFC 4271 4.2", "hold time 3",					"04 fde9 0003 0a090001 00",
     "asn 65001 id 0a090001 hold 3 families 1"															  },
    {"RFC 6286 2.1", "identifier 0",				       "04 fde9 005a 00000000 00",                          REFUSED "Bad BGP Identifier"            },
    {"RFC 6286 2.1", "an identifier that is no host's address",            "04 fde9 005a ffffffff 00",
     "asn 65001 id ffffffff hold 90 families 1"															 },
    {"RFC 4271 6.2", "authentication information",                         FIXED "03 0101 00",
     REFUSED "Unsupported Optional Parameter"															   },
    {"RFC 4271 6.2", "parameter 3",					FIXED "02 0300",                                     REFUSED "Unsupported Optional Parameter"},
    {"RFC 4271 6.2", "parameters longer than the message",
     FIXED "04 0202 0200 00"
	      "0000",													   REFUSED "Unspecific"                    },
    {"RFC 4271 6.2", "parameters cut short",                               FIXED "05 0202 0200",                                REFUSED "Unspecific"                    },
    {"RFC 4271 6.2", "a parameter without length",                         FIXED "01 02",                                       REFUSED "Unspecific"                    },
    {"RFC 4271 6.2", "a parameter longer than there is",                   FIXED "04 0203 0200",
     REFUSED "Unspecific"																	       },
    {"RFC 5492 4",   "an empty parameter",                                 FIXED "02 0200",                                     MEANS "1"                               },
    {"RFC 5492 4",   "a capability without length",                        FIXED "03 0201 02",                                  REFUSED "Unspecific"                    },
    {"RFC 5492 4",   "a capability longer than there is",                  FIXED "05 0203 4102 00",
     REFUSED "Unspecific"																	       },
    {"RFC 5492 4",   "unknown ones are ignored",                           FIXED "0b 0209 4900 0200 fa03 010203",
     MEANS "1 refresh unknown 2"																	},
    {"RFC 5492 4",   "one parameter each",                                 FIXED "14 0206 " CAP_AS4 "0202 0200 0206 " CAP_IPV6,
     MEANS "2 as4 refresh mp"																	   },
    {"RFC 5492 4",   "one parameter for all",                              FIXED "10 020e " CAP_AS4 "0200 " CAP_IPV6,
     MEANS "2 as4 refresh mp"																	   },
    {"RFC 5492 4",   "the same twice",				     FIXED "0e 020c " CAP_IPV4 CAP_IPV4,                  MEANS "1 mp"                            },
    {"RFC 6793 3",   "length 2",					   FIXED "06 0204 4102 fde9",                           REFUSED "Unspecific"                    },
    {"RFC 6793 3",   "length 5",					   FIXED "09 0207 4105 0000fde9 00",                    REFUSED "Unspecific"                    },
    {"RFC 6793 4.1", "AS_TRANS and the AS",                                "04 5ba0 005a 0a090001 08 0206 4104 fa56ea01",
     "asn 4200000001 id 0a090001 hold 90 families 1 as4"														},
    {"RFC 4760 8",   "length 3",					   FIXED "07 0205 0103 000200",                         REFUSED "Unspecific"                    },
    {"RFC 4760 8",   "both families",				      FIXED "0e 020c " CAP_IPV4 CAP_IPV6,                  MEANS "3 mp"                            },
    {"RFC 4760 8",   "only a family that we do not have",                  FIXED "08 0206 0104 00190046",
     MEANS "0 mp"																		       },
    {"RFC 4760 8",   "reserved byte ignored",                              FIXED "08 0206 0104 0002ff01",                       MEANS "2 mp"                            },
    {"RFC 2918 2",   "length 1",					   FIXED "05 0203 0201 00",                             REFUSED "Unspecific"                    },
    {"RFC 4724 3",   "length 1",					   FIXED "05 0203 4001 00",                             REFUSED "Unspecific"                    },
    {"RFC 4724 3",   "length 5",					   FIXED "09 0207 4005 0078 000101",                    REFUSED "Unspecific"                    },
    {"RFC 4724 3",   "helper only",					FIXED "06 0204 4002 0078",
     MEANS "1 graceful 120 families 0 forwarding 0"														     },
    {"RFC 4724 3",   "restarting, IPv6 kept",                              FIXED "0e 020c 400a 8fff 00010100 00020180",
     MEANS "1 graceful 4095 restarting families 3 forwarding 2"													 },
    {"RFC 4724 3",   "of two the last one counts",
     FIXED "12 0210 4006 8078 00010180 4006 005a 00020100",
     MEANS "1 graceful 90 families 2 forwarding 0"														      },
    {"RFC 8538 2",   "N bit",					      FIXED "06 0204 4002 4078",
     MEANS "1 graceful 120 N families 0 forwarding 0"														   },
    {"RFC 8654 3",   "extended messages, enhanced and old refresh",
     FIXED "08 0206 0600 4600 8000",											    MEANS "1 noted 112"                     },
    {"RFC 8654 3",   "a length that it cannot have is no error",           FIXED "05 0203 0601 00",
     MEANS "1 unknown 1"																		},
    {"RFC 7911 4",   "both families",				      FIXED "0c 020a 4508 00010101 00020103",
     MEANS "1 noted 128 sends 2 takes 3"																},
    {"RFC 7911 4",   "length 3",					   FIXED "07 0205 4503 000101",                         MEANS "1 unknown 1"                     },
    {"RFC 9494 4",   "long-lived",					 FIXED "0b 0209 4707 00010180 000078",                MEANS "1 noted 256"                     },
    {"hostname",     "both names",					 FIXED "0b 0209 4907 04 61622e63 01 64",
     MEANS "1 noted 512 host \"ab.c\" domain \"d\""														     },
    {"hostname",     "what cannot be printed ends it",                     FIXED "09 0207 4905 03 611b62 00",
     MEANS "1 noted 512 host \"a\" domain \"\""															 },
    {"hostname",     "longer than there is",                               FIXED "07 0205 4903 ff 6162",
     MEANS "1 noted 512 host \"\" domain \"\""															  },
    {"RFC 9072 2",   "extended length",                                    FIXED "ff ff 0009 02 0006 " CAP_IPV6,                MEANS "2 mp"                            },
    {"RFC 9072 2",   "extended length, short one not 255",                 FIXED "01 ff 0009 02 0006 " CAP_IPV6,
     MEANS "2 mp"																		       },
    {"RFC 9072 2",   "extended length, short one 0 is no extended length", FIXED "00 ff 0000",
     REFUSED "Unspecific"																	       },
    {"RFC 9072 2",   "extended length beyond the message",                 FIXED "ff ff 000a 02 0006 " CAP_IPV6,
     REFUSED "Unspecific"																	       },
    {"RFC 9072 2",   "extended length, nothing in it",                     FIXED "ff ff 0000",                                  MEANS "1"                               },
    {"RFC 9072 2",   "a parameter of two octets' length cut short",        FIXED "ff ff 0002 02 00",
     REFUSED "Unspecific"																	       },
};

static void opens_are_judged(void **state)
{
	char text[LAB_TEXT];
	uint8_t bytes[300], *copy;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = lab_hex(cases[i].body, bytes, sizeof(bytes));

		copy = lab_copy(bytes, len);
		lab_text(BGP_OPEN, "e4 1", copy, len, text);
		free(copy);
		if (strcmp(text, cases[i].says))
			fail_msg("%s: %s: %s", cases[i].rfc, cases[i].what, text);
	}
}

static const struct {
	const char *rfc, *what;
	uint32_t asn, id, want, my_asn, my_id;
	uint16_t code;
} checks[] = {
    {"RFC 4271 6.2", "the AS that it is to have",    65001, 1, 65001,      65000, 2, 0              },
    {"RFC 4271 6.2", "another AS",                   65002, 1, 65001,      65000, 2, BGP_ERR_PEER_AS},
    {"RFC 4271 6.2", "any but ours",                 65001, 1, 0,          65000, 2, 0              },
    {"RFC 4271 6.2", "ours, which it must not have", 65000, 1, 0,          65000, 2, BGP_ERR_PEER_AS},
    {"RFC 4271 6.2", "any at all",                   65000, 1, UINT32_MAX, 65000, 2, 0              },
    {"RFC 6286 2.2", "our identifier within our AS", 65000, 2, 65000,      65000, 2, BGP_ERR_BGP_ID },
    {"RFC 6286 2.2", "our identifier in another AS", 65001, 2, 65001,      65000, 2, 0              },
};

static void neighbours_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct bgp_open o = {.asn = checks[i].asn, .id = checks[i].id};
		struct bgp_error e = {0};
		int rc =
		    bgp_open_check(&o, checks[i].want, checks[i].my_asn, checks[i].my_id, &e);

		if (rc != (checks[i].code ? -EPROTO : 0) || e.code != checks[i].code)
			fail_msg(
			    "%s: %s: %s", checks[i].rfc, checks[i].what, bgp_code_text(e.code));
	}
}

static void our_open_has_these_bytes(void **state)
{
	const struct bgp_open o = {.asn = 4200000001,
	    .id = 0x0a090001,
	    .hold_s = 90,
	    .caps = BGP_CAP_AS4 | BGP_CAP_REFRESH | BGP_CAP_GRACEFUL | BGP_CAP_MP,
	    .families = BGP_IPV4 | BGP_IPV6,
	    .restart_s = 120,
	    .restarting = true,
	    .gr_families = BGP_IPV4 | BGP_IPV6,
	    .gr_forwarding = BGP_IPV6};
	uint8_t buf[128], want[128];
	struct wr w = wr_of(buf, sizeof(buf));

	(void)state;
	bgp_open_encode(&w, &o);
	assert_int_equal(w.len,
	    lab_hex(
		"ffffffff ffffffff ffffffff ffffffff 003f 01 04 5ba0 005a 0a090001 22 0220"
		"0104 00010001 0104 00020001 0200 400a 8078 00010100 00020180 4104 fa56ea01",
		want, sizeof(want)));
	assert_memory_equal(buf, want, w.len);
}

static void what_we_send_can_be_read(void **state)
{
	static const uint32_t asns[] = {1, 65535, 65536, UINT32_MAX};

	(void)state;
	for (unsigned i = 0; i < 16 * 4 * 4; i++) {
		unsigned caps = i % 16, graceful = caps & BGP_CAP_GRACEFUL ? i / 64 : 0;
		uint32_t asn = asns[caps & BGP_CAP_AS4 ? i / 16 % 4 : i / 16 % 2];
		struct bgp_open got, o = {.asn = asn, .id = i + 1, .hold_s = 3, .caps = caps};
		uint8_t buf[128];
		struct wr w = wr_of(buf, sizeof(buf));
		struct bgp_error e;
		struct rd r;

		o.families = caps & BGP_CAP_MP ? 1 + i % 3 : BGP_IPV4;
		o.gr_families = graceful;
		o.gr_forwarding = graceful & i;
		o.restarting = graceful & 1;
		o.restart_s = graceful ? 4095 : 0;
		bgp_open_encode(&w, &o);
		r = rd_of(buf + BGP_HEADER_LEN, w.len - BGP_HEADER_LEN);
		assert_int_equal(bgp_open_decode(&r, &got, &e), 0);
		assert_int_equal(got.asn, o.asn);
		assert_int_equal(got.id, o.id);
		assert_int_equal(got.caps, o.caps);
		assert_int_equal(got.families, o.families);
		assert_int_equal(got.restart_s, o.restart_s);
		assert_int_equal(got.restarting, o.restarting);
		assert_int_equal(got.gr_families, o.gr_families);
		assert_int_equal(got.gr_forwarding, o.gr_forwarding);
	}
}

static void a_refused_open_writes_nothing(void **state)
{
	static const uint8_t short_one[] = {4, 0xfd, 0xe9};
	struct bgp_open o = {.asn = 7};
	struct rd r = rd_of(short_one, sizeof(short_one));
	struct bgp_error e;

	(void)state;
	assert_int_equal(bgp_open_decode(&r, &o, &e), -EPROTO);
	assert_int_equal(o.asn, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opens_are_judged),
	    cmocka_unit_test(neighbours_are_checked),
	    cmocka_unit_test(our_open_has_these_bytes),
	    cmocka_unit_test(what_we_send_can_be_read),
	    cmocka_unit_test(a_refused_open_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
