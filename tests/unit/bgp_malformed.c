/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bgp_malformed.h"

/* clang-format off */
/* Well-formed attributes. */
#define ORIGIN  "400101 00 "
#define PATH    "400206 0201 0000fde9 "
#define PATH2   "400204 0201 fde9 "
#define NEXTHOP "400304 0a090001 "
#define GOOD    ORIGIN PATH NEXTHOP
#define GOOD2   ORIGIN PATH2 NEXTHOP /* of an old speaker */
#define NLRI    "18 c00002"
#define IPV6    "0002 01 10 20010db8000900000000000000000001 00 20 20010db8 "
#define MP      "800e1a " IPV6
#define UNREACH "800f08 0002 01 20 20010db8 "

/* What is said of a message with them. */
#define E(why, code)         " (UPDATE Message Error/" why ", attribute " #code ")"
#define REACH                " reach 192.0.2.0/24"
#define WITHDRAWN(why, code) "withdrawn" E(why, code) REACH
#define DISCARDED(why, code) "discarded" E(why, code) REACH
#define RESET(why)           "reset UPDATE Message Error/" why
#define ATTRS                " origin igp path [65001] nexthop 10.9.0.1"
#define LENGTH               "Attribute Length Error"
#define FLAGS                "Attribute Flags Error"
#define LIST                 "Malformed Attribute List"
#define MISSING              "Missing Well-known Attribute"
#define OPTIONAL             "Optional Attribute Error"
#define BAD_PATH             "Malformed AS_PATH"
#define BAD_HOP              "Invalid NEXT_HOP Attribute"


const struct bgp_malformed bgp_malformed[] = {
    {"RFC 4271 4.3", "nothing is wrong", "e4 65001", GOOD, NLRI, "good" REACH ATTRS},
    {"RFC 4271 4.3", "long lengths where short ones would do", "e4 65001",
	"50010001 00 500200060201 0000fde9 50030004 0a090001", NLRI, "good" REACH ATTRS},
    {"RFC 4271 4.3", "unused bits of the flags", "e4 65001", "4f0101 00 " PATH NEXTHOP, NLRI, "good" REACH ATTRS},

    {"RFC 7606 3 b", "no next hop, a prefix", "e4 65001", ORIGIN PATH, NLRI,
	WITHDRAWN(MISSING, 3) " origin igp path [65001]"},
    {"RFC 7606 3 c", "ORIGIN optional", "e4 65001", "c00101 00 " PATH NEXTHOP, NLRI, WITHDRAWN(FLAGS, 1) ATTRS},
    {"RFC 7606 3 c", "ORIGIN non-transitive", "e4 65001", "000101 00 " PATH NEXTHOP, NLRI, WITHDRAWN(FLAGS, 1) ATTRS},
    {"RFC 7606 3 c", "AS_PATH optional", "e4 65001", ORIGIN "c00206 0201 0000fde9 " NEXTHOP, NLRI, WITHDRAWN(FLAGS, 2) ATTRS},
    {"RFC 7606 3 c", "NEXT_HOP optional", "e4 65001", ORIGIN PATH "c00304 0a090001", NLRI, WITHDRAWN(FLAGS, 3) ATTRS},
    {"RFC 7606 3 c", "MULTI_EXIT_DISC transitive", "e4 65001", GOOD "c00404 00000001", NLRI, WITHDRAWN(FLAGS, 4) ATTRS " med 1"},
    {"RFC 7606 3 c", "LOCAL_PREF optional", "i4 65001", GOOD "c00504 00000001", NLRI, WITHDRAWN(FLAGS, 5) ATTRS " local-pref 1"},
    {"RFC 7606 3 c", "ATOMIC_AGGREGATE optional", "e4 65001", GOOD "c00600", NLRI, WITHDRAWN(FLAGS, 6) ATTRS " atomic"},
    {"RFC 7606 3 c", "AGGREGATOR well-known", "e4 65001", GOOD "400708 00000001 00000002", NLRI,
	WITHDRAWN(FLAGS, 7) ATTRS " aggregator 1 00000002"},
    {"RFC 7606 3 c", "COMMUNITIES non-transitive", "e4 65001", GOOD "800804 00010002", NLRI, WITHDRAWN(FLAGS, 8) ATTRS " community 1:2"},
    {"RFC 7606 3 c", "ORIGINATOR_ID transitive", "i4 65001", GOOD "c00904 00000001", NLRI, WITHDRAWN(FLAGS, 9) ATTRS " originator 00000001"},
    {"RFC 7606 3 c", "CLUSTER_LIST transitive", "i4 65001", GOOD "c00a04 00000001", NLRI, WITHDRAWN(FLAGS, 10) ATTRS " cluster 00000001"},
    {"RFC 7606 3 c", "MP_REACH_NLRI transitive", "e4 65001", ORIGIN PATH "c00e1a " IPV6, "",
	"withdrawn" E(FLAGS, 14) " mp-reach 2001:db8::/32 mp-nexthop 2001:db8:9::1 origin igp path [65001]"},
    {"RFC 7606 3 c", "MP_UNREACH_NLRI transitive, beside a prefix", "e4 65001", GOOD "c00f08 0002 01 20 20010db8", NLRI,
	"withdrawn" E(FLAGS, 15) " mp-withdraw 2001:db8::/32" REACH ATTRS},
    {"RFC 7606 3 c", "extended communities non-transitive", "e4 65001", GOOD "801008 0002000100000002", NLRI,
	WITHDRAWN(FLAGS, 16) ATTRS " ext 0002000100000002"},
    {"RFC 7606 3 c", "large communities well-known", "e4 65001", GOOD "40200c 00000001 00000002 00000003", NLRI,
	WITHDRAWN(FLAGS, 32) ATTRS " large 1:2:3"},
    {"RFC 7606 3 c", "the Partial bit of a known one is not judged", "e4 65001", "600101 00 " PATH NEXTHOP, NLRI, "good" REACH ATTRS},
    {"RFC 7606 3 d", "no ORIGIN", "e4 65001", PATH NEXTHOP, NLRI, WITHDRAWN(MISSING, 1) " path [65001] nexthop 10.9.0.1"},
    {"RFC 7606 3 d", "no AS_PATH", "e4 65001", ORIGIN NEXTHOP, NLRI, WITHDRAWN(MISSING, 2) " origin igp nexthop 10.9.0.1"},
    {"RFC 7606 3 d", "no NEXT_HOP beside MP_REACH_NLRI", "e4 65001", MP ORIGIN PATH, "",
	"good mp-reach 2001:db8::/32 mp-nexthop 2001:db8:9::1 origin igp path [65001]"},
    {"RFC 7606 3 d", "MP_REACH_NLRI without ORIGIN", "e4 65001", MP PATH, "",
	"withdrawn" E(MISSING, 1) " mp-reach 2001:db8::/32 mp-nexthop 2001:db8:9::1 path [65001]"},
    {"RFC 7606 3 d", "no LOCAL_PREF of an iBGP peer: not mandatory", "i4 65001", GOOD, NLRI, "good" REACH ATTRS},
    {"RFC 7606 3 g", "MP_REACH_NLRI twice", "e4 65001", MP MP ORIGIN PATH, "", RESET(LIST)},
    {"RFC 7606 3 g", "MP_UNREACH_NLRI twice", "e4 65001", UNREACH UNREACH, "", RESET(LIST)},
    {"RFC 7606 3 g", "ORIGIN twice: the first one counts", "e4 65001", GOOD "400101 02", NLRI, DISCARDED(LIST, 1) ATTRS},
    {"RFC 7606 3 g", "ORIGIN twice, the second one malformed", "e4 65001", GOOD "400102 0909", NLRI, DISCARDED(LIST, 1) ATTRS},
    {"RFC 7606 3 g", "AS_PATH twice", "e4 65001", GOOD "400206 0201 00000007", NLRI, DISCARDED(LIST, 2) ATTRS},
    {"RFC 7606 3 g", "an unknown one twice", "e4 65001", GOOD "c06301aa c06301bb", NLRI, DISCARDED(LIST, 99) ATTRS " unknown c06301aa"},
    {"RFC 7606 3 h", "the strongest of two faults", "e4 65001", GOOD "400601 00 800403 000000", NLRI, WITHDRAWN(LENGTH, 4) ATTRS},
    {"RFC 7606 3 h", "the first of two equal faults", "e4 65001", "400102 0000 " PATH "400303 000000", NLRI,
	WITHDRAWN(LENGTH, 1) " path [65001]"},
    {"RFC 7606 4", "a length beyond the list", "e4 65001", GOOD "800405 00000001", NLRI, WITHDRAWN(LENGTH, 0) ATTRS},
    {"RFC 7606 4", "a list that ends within a header", "e4 65001", GOOD "8004", NLRI, WITHDRAWN(LENGTH, 0) ATTRS},
    {"RFC 7606 4", "a list that ends within a long length", "e4 65001", GOOD "900400", NLRI, WITHDRAWN(LENGTH, 0) ATTRS},
    {"RFC 7606 3 j", "MP_REACH_NLRI beyond the list, beside a prefix", "e4 65001", GOOD "800e1b " IPV6, NLRI, RESET(LENGTH " 800e1b0002011020010db8000900000000000000000001002020010db8")},
    {"RFC 7606 3 j", "MP_UNREACH_NLRI beyond the list, beside a prefix", "e4 65001", GOOD "800f09 0002 01 20 20010db8", NLRI, RESET(LENGTH " 800f090002012020010db8")},
    {"RFC 7606 3 j", "a list that ends with the type of MP_REACH_NLRI", "e4 65001", GOOD "800e", NLRI, RESET(LENGTH " 800e")},
    {"RFC 7606 4", "one byte is left", "e4 65001", GOOD "80", NLRI, WITHDRAWN(LENGTH, 0) ATTRS},
    {"RFC 7606 5.2", "malformed, and no prefix to be seen", "e4 65001", "400102 0000 " PATH NEXTHOP, "", RESET(LENGTH " 4001020000")},
    {"RFC 7606 5.2", "malformed beside MP_UNREACH_NLRI only", "e4 65001", UNREACH "400102 0000", "", RESET(LENGTH " 4001020000")},
    {"RFC 7606 5.2", "discarded, and no prefix to be seen", "e4 65001", GOOD "400601 00", "",
	"discarded" E(LENGTH, 6) ATTRS},
    {"RFC 7606 5.2", "attributes, and no prefix", "e4 65001", ORIGIN PATH, "", "good origin igp path [65001]"},
    {"RFC 7606 5.3", "a prefix of 33 bits", "e4 65001", GOOD, "21 c000020100", RESET("Invalid Network Field")},
    {"RFC 7606 5.3", "a prefix beyond the message", "e4 65001", GOOD, "18 c000", RESET("Invalid Network Field")},
    {"RFC 7606 5.3", "a second prefix beyond the message", "e4 65001", GOOD, NLRI "08", RESET("Invalid Network Field")},
    {"RFC 7606 5.3", "malformed prefixes win over malformed attributes", "e4 65001", "400102 0000", "21 c000020100",
	RESET("Invalid Network Field")},
    {"RFC 7606 5.3", "IPv6 prefix of 129 bits", "e4 65001",
	"800e27 0002 01 10 20010db8000900000000000000000001 00 81 20010db800000000000000000000000000 " ORIGIN PATH, "", RESET(OPTIONAL " 800e270002011020010db8000900000000000000000001008120010db800000000000000000000000000")},
    {"RFC 7606 5.3", "IPv6 prefix beyond the attribute", "e4 65001",
	"800e18 0002 01 10 20010db8000900000000000000000001 00 20 2001 " ORIGIN PATH, "", RESET(OPTIONAL " 800e180002011020010db800090000000000000000000100202001")},
    {"RFC 7606 5.3", "withdrawn IPv6 prefix of 129 bits", "e4 65001", "800f15 0002 01 81 20010db800000000000000000000000000", "",
	RESET(OPTIONAL " 800f150002018120010db800000000000000000000000000")},
    {"RFC 7606 5.3", "withdrawn IPv6 prefix beyond the attribute", "e4 65001", "800f06 0002 01 20 2001", "", RESET(OPTIONAL " 800f06000201202001")},
    {"RFC 4271 4.3", "bits beyond the prefix are nothing", "e4 65001", GOOD, "14 c0000f", "good reach 192.0.0.0/20" ATTRS},
    {"RFC 4271 6.3", "multicast, class E, loopback, this net: ignored", "e4 65001", GOOD,
	"20 e0000001 08 f0 20 ffffffff 20 7f000001 08 00 18 c00002", "good" REACH ATTRS},
    {"RFC 4271 4.3", "the default route and the halves", "e4 65001", GOOD, "00 01 00 01 80", "good reach 0.0.0.0/0 reach 0.0.0.0/1 reach 128.0.0.0/1" ATTRS},
    {"RFC 4291 2", "IPv6 multicast, link-local, loopback: ignored", "e4 65001",
	"800e42 0002 01 10 20010db8000900000000000000000001 00 08ff 0afe80 80 00000000000000000000000000000001 00 20 20010db8 "
	"80 00000000000000000000000000000000 " ORIGIN PATH, "",
	"good mp-reach ::/0 mp-reach 2001:db8::/32 mp-nexthop 2001:db8:9::1 origin igp path [65001]"},

    {"RFC 7606 7.1", "ORIGIN of no octet", "e4 65001", "400100 " PATH NEXTHOP, NLRI, WITHDRAWN(LENGTH, 1) " path [65001] nexthop 10.9.0.1"},
    {"RFC 7606 7.1", "ORIGIN of two octets", "e4 65001", "400102 0000 " PATH NEXTHOP, NLRI, WITHDRAWN(LENGTH, 1) " path [65001] nexthop 10.9.0.1"},
    {"RFC 7606 7.1", "ORIGIN 3", "e4 65001", "400101 03 " PATH NEXTHOP, NLRI,
	WITHDRAWN("Invalid ORIGIN Attribute", 1) " path [65001] nexthop 10.9.0.1"},
    {"RFC 4271 4.3", "ORIGIN 2", "e4 65001", "400101 02 " PATH NEXTHOP, NLRI,
	"good" REACH " origin incomplete path [65001] nexthop 10.9.0.1"},

    {"RFC 7606 7.2", "segment of type 0", "e4 65001", ORIGIN "400206 0001 0000fde9 " NEXTHOP, NLRI, WITHDRAWN(BAD_PATH, 2) " origin igp nexthop 10.9.0.1"},
    {"RFC 7606 7.2", "segment of type 5", "e4 65001", ORIGIN "400206 0501 0000fde9 " NEXTHOP, NLRI, WITHDRAWN(BAD_PATH, 2) " origin igp nexthop 10.9.0.1"},
    {"RFC 7606 7.2", "segment overrun", "e4 65001", ORIGIN "400206 0202 0000fde9 " NEXTHOP, NLRI, WITHDRAWN(BAD_PATH, 2) " origin igp nexthop 10.9.0.1"},
    {"RFC 7606 7.2", "segment underrun", "e4 65001", ORIGIN "400207 0201 0000fde9 02 " NEXTHOP, NLRI, WITHDRAWN(BAD_PATH, 2) " origin igp nexthop 10.9.0.1"},
    {"RFC 7606 7.2", "segment of no AS", "e4 65001", ORIGIN "400208 0201 0000fde9 0200 " NEXTHOP, NLRI, WITHDRAWN(BAD_PATH, 2) " origin igp nexthop 10.9.0.1"},
    {"RFC 7606 7.2", "two-octet numbers of a four-octet speaker", "e4 65001", ORIGIN PATH2 NEXTHOP, NLRI, WITHDRAWN(BAD_PATH, 2) " origin igp nexthop 10.9.0.1"},
    {"RFC 7607 2", "AS 0 in AS_PATH", "e4 65001", ORIGIN "40020a 0202 0000fde9 00000000 " NEXTHOP, NLRI, WITHDRAWN(BAD_PATH, 2) " origin igp nexthop 10.9.0.1"},
    {"RFC 4271 6.3", "another AS in front", "e4 65002", GOOD, NLRI, WITHDRAWN(BAD_PATH, 2) ATTRS},
    {"RFC 4271 6.3", "empty AS_PATH of an eBGP peer", "e4 65001", ORIGIN "400200 " NEXTHOP, NLRI,
	WITHDRAWN(BAD_PATH, 2) " origin igp path [] nexthop 10.9.0.1"},
    {"RFC 4271 6.3", "a set in front", "e4 65001", ORIGIN "400206 0101 0000fde9 " NEXTHOP, NLRI,
	WITHDRAWN(BAD_PATH, 2) " origin igp path [{65001}] nexthop 10.9.0.1"},
    {"RFC 4271 5.1.2", "empty AS_PATH of an iBGP peer", "i4 65001", ORIGIN "400200 " NEXTHOP, NLRI,
	"good" REACH " origin igp path [] nexthop 10.9.0.1"},
    {"RFC 4271 5.1.2", "any AS in front, of an iBGP peer", "i4 65000", GOOD, NLRI, "good" REACH ATTRS},
    {"RFC 5065 5", "confederation segment of an eBGP peer", "e4 65001", ORIGIN "40020c 0301 00000001 0201 0000fde9 " NEXTHOP, NLRI,
	WITHDRAWN(BAD_PATH, 2) " origin igp nexthop 10.9.0.1"},
    {"RFC 5065 5", "confederation segments of a member", "i4 65000",
	ORIGIN "400212 0301 00000001 0401 00000002 0201 0000fde9 " NEXTHOP, NLRI,
	"good" REACH " origin igp path [(1) [2] 65001] nexthop 10.9.0.1"},

    {"RFC 7606 7.3", "NEXT_HOP of 3 octets", "e4 65001", ORIGIN PATH "400303 0a0900", NLRI, WITHDRAWN(LENGTH, 3) " origin igp path [65001]"},
    {"RFC 7606 7.3", "NEXT_HOP of 16 octets", "e4 65001", ORIGIN PATH "400310 20010db8000900000000000000000001", NLRI,
	WITHDRAWN(LENGTH, 3) " origin igp path [65001]"},
    {"RFC 4271 6.3", "NEXT_HOP 0.0.0.0", "e4 65001", ORIGIN PATH "400304 00000000", NLRI,
	WITHDRAWN(BAD_HOP, 3) " origin igp path [65001] nexthop 0.0.0.0"},
    {"RFC 4271 6.3", "NEXT_HOP multicast", "e4 65001", ORIGIN PATH "400304 e0000001", NLRI,
	WITHDRAWN(BAD_HOP, 3) " origin igp path [65001] nexthop 224.0.0.1"},
    {"RFC 4271 6.3", "NEXT_HOP loopback", "e4 65001", ORIGIN PATH "400304 7f000001", NLRI,
	WITHDRAWN(BAD_HOP, 3) " origin igp path [65001] nexthop 127.0.0.1"},
    {"RFC 4271 6.3", "NEXT_HOP is our address", "e4 65001", ORIGIN PATH "400304 0a090002", NLRI,
	WITHDRAWN(BAD_HOP, 3) " origin igp path [65001] nexthop 10.9.0.2"},

    {"RFC 7606 7.4", "MULTI_EXIT_DISC of 3 octets", "e4 65001", GOOD "800403 000000", NLRI, WITHDRAWN(LENGTH, 4) ATTRS},
    {"RFC 7606 7.5", "LOCAL_PREF of an eBGP peer", "e4 65001", GOOD "400504 00000001", NLRI, DISCARDED(LIST, 5) ATTRS},
    {"RFC 7606 7.5", "malformed LOCAL_PREF of an eBGP peer", "e4 65001", GOOD "c00503 000000", NLRI, DISCARDED(LIST, 5) ATTRS},
    {"RFC 7606 7.5", "LOCAL_PREF of 3 octets", "i4 65001", GOOD "400503 000000", NLRI, WITHDRAWN(LENGTH, 5) ATTRS},
    {"RFC 7606 7.6", "ATOMIC_AGGREGATE of 1 octet", "e4 65001", GOOD "400601 00", NLRI, DISCARDED(LENGTH, 6) ATTRS},
    {"RFC 7606 7.7", "AGGREGATOR of 6 octets, four-octet speaker", "e4 65001", GOOD "c00706 fde9 00000001", NLRI, DISCARDED(LENGTH, 7) ATTRS},
    {"RFC 7606 7.7", "AGGREGATOR of 8 octets, old speaker", "e2 65001", GOOD2 "c00708 0000fde9 00000001", NLRI, DISCARDED(LENGTH, 7) ATTRS},
    {"RFC 7607 2", "AS 0 in AGGREGATOR", "e4 65001", GOOD "c00708 00000000 00000001", NLRI, DISCARDED(OPTIONAL, 7) ATTRS},
    {"RFC 7606 7.8", "COMMUNITIES of no octet", "e4 65001", GOOD "c00800", NLRI, WITHDRAWN(LENGTH, 8) ATTRS},
    {"RFC 7606 7.8", "COMMUNITIES of 5 octets", "e4 65001", GOOD "c00805 0001000200", NLRI, WITHDRAWN(LENGTH, 8) ATTRS},
    {"RFC 7606 7.9", "ORIGINATOR_ID of an eBGP peer", "e4 65001", GOOD "800904 00000001", NLRI, DISCARDED(LIST, 9) ATTRS},
    {"RFC 7606 7.9", "ORIGINATOR_ID of 3 octets", "i4 65001", GOOD "800903 000000", NLRI, WITHDRAWN(LENGTH, 9) ATTRS},
    {"RFC 7606 7.10", "CLUSTER_LIST of an eBGP peer", "e4 65001", GOOD "800a04 00000001", NLRI, DISCARDED(LIST, 10) ATTRS},
    {"RFC 7606 7.10", "CLUSTER_LIST of no octet", "i4 65001", GOOD "800a00", NLRI, WITHDRAWN(LENGTH, 10) ATTRS},
    {"RFC 7606 7.10", "CLUSTER_LIST of 6 octets", "i4 65001", GOOD "800a06 000000010000", NLRI, WITHDRAWN(LENGTH, 10) ATTRS},

    {"RFC 7606 7.11", "MP_REACH_NLRI of 3 octets", "e4 65001", ORIGIN PATH "800e03 000201", "", RESET(OPTIONAL " 800e03000201")},
    {"RFC 7606 7.11", "next hop beyond MP_REACH_NLRI", "e4 65001", ORIGIN PATH "800e06 0002 01 10 2001", "", RESET(OPTIONAL " 800e06000201102001")},
    {"RFC 7606 7.11", "no reserved octet", "e4 65001", ORIGIN PATH "800e14 0002 01 10 20010db8000900000000000000000001", "", RESET(OPTIONAL " 800e140002011020010db8000900000000000000000001")},
    {"RFC 7606 7.11", "IPv6 next hop of 4 octets", "e4 65001", ORIGIN PATH "800e0e 0002 01 04 0a090001 00 20 20010db8", "", RESET(OPTIONAL " 800e0e000201040a090001002020010db8")},
    {"RFC 7606 7.11", "IPv6 next hop of 24 octets", "e4 65001",
	ORIGIN PATH "800e22 0002 01 18 200000000000000000000000000000000000000000000000 00 20 20010db8", "", RESET(OPTIONAL " 800e2200020118200000000000000000000000000000000000000000000000002020010db8")},
    {"RFC 7606 7.11", "IPv4 next hop of 16 octets", "e4 65001",
	ORIGIN PATH "800e19 0001 01 10 20010db8000900000000000000000001 00 18 c00002", "", RESET(OPTIONAL " 800e190001011020010db80009000000000000000000010018c00002")},
    {"RFC 4760 3", "IPv4 in MP_REACH_NLRI", "e4 65001", ORIGIN PATH "800e0d 0001 01 04 0a090001 00 18 c00002", "",
	"good mp-reach 192.0.2.0/24 mp-nexthop 10.9.0.1 origin igp path [65001]"},
    {"RFC 4760 3", "both fields at once", "e4 65001", MP GOOD UNREACH, NLRI,
	"good mp-withdraw 2001:db8::/32" REACH " mp-reach 2001:db8::/32 mp-nexthop 2001:db8:9::1" ATTRS},
    {"RFC 4760 6", "a family that we do not have", "e4 65001", ORIGIN PATH "800e0a 0019 46 04 0a090001 00 ff", "",
	"good origin igp path [65001]"},
    {"RFC 4760 6", "withdrawn of a family that we do not have", "e4 65001", "800f04 0019 46 ff", "", "good"},
    {"RFC 2545 3", "a link-local next hop only", "e4 65001", ORIGIN PATH
	"800e1a 0002 01 10 fe800000000000000000000000000001 00 20 20010db8", "",
	"good mp-reach 2001:db8::/32 mp-nexthop fe80::1 origin igp path [65001]"},
    {"RFC 2545 3", "no global next hop but a link-local one", "e4 65001", ORIGIN PATH
	"800e2a 0002 01 20 00000000000000000000000000000000 fe800000000000000000000000000001 00 20 20010db8", "",
	"good mp-reach 2001:db8::/32 mp-nexthop fe80::1 mp-link-local fe80::1 origin igp path [65001]"},
    {"RFC 2545 3", "the second one is not link-local", "e4 65001", ORIGIN PATH
	"800e2a 0002 01 20 20010db8000900000000000000000001 20010db8000900000000000000000002 00 20 20010db8", "",
	"good mp-reach 2001:db8::/32 mp-nexthop 2001:db8:9::1 origin igp path [65001]"},
    {"RFC 4271 6.3", "IPv6 next hop unspecified", "e4 65001", ORIGIN PATH
	"800e1a 0002 01 10 00000000000000000000000000000000 00 20 20010db8", "",
	"withdrawn" E(BAD_HOP, 14) " mp-reach 2001:db8::/32 mp-nexthop :: origin igp path [65001]"},
    {"RFC 4271 6.3", "IPv6 next hop multicast", "e4 65001", ORIGIN PATH
	"800e1a 0002 01 10 ff020000000000000000000000000001 00 20 20010db8", "",
	"withdrawn" E(BAD_HOP, 14) " mp-reach 2001:db8::/32 mp-nexthop ff02::1 origin igp path [65001]"},
    {"RFC 7606 7.12", "MP_UNREACH_NLRI of 2 octets", "e4 65001", "800f02 0002", "", RESET(OPTIONAL " 800f020002")},
    {"RFC 4724 2", "End-of-RIB of IPv4 as MP_UNREACH_NLRI", "e4 65001", "800f03 0001 01", "", "good end-of-rib ipv4"},
    {"RFC 4724 2", "no End-of-RIB: there are other attributes", "e4 65001", "800f03 0002 01 " ORIGIN, "", "good origin igp"},
    {"RFC 4724 2", "no End-of-RIB: there is a prefix", "e4 65001", "800f03 0002 01 " GOOD, NLRI, "good" REACH ATTRS},

    {"RFC 7606 7.14", "extended communities of no octet", "e4 65001", GOOD "c01000", NLRI, WITHDRAWN(LENGTH, 16) ATTRS},
    {"RFC 7606 7.14", "extended communities of 12 octets", "e4 65001", GOOD "c0100c 000200010000000200000000", NLRI, WITHDRAWN(LENGTH, 16) ATTRS},
    {"RFC 8092 5", "large communities of no octet", "e4 65001", GOOD "c02000", NLRI, WITHDRAWN(LENGTH, 32) ATTRS},
    {"RFC 8092 5", "large communities of 16 octets", "e4 65001", GOOD "c02010 00000001000000020000000300000004", NLRI, WITHDRAWN(LENGTH, 32) ATTRS},
    {"RFC 8092 3", "large communities twice the same", "e4 65001",
	GOOD "c02024 00000001 00000002 00000003 00000001 00000002 00000004 00000001 00000002 00000003", NLRI,
	"good" REACH ATTRS " large 1:2:3 large 1:2:4"},

    {"RFC 6793 6", "AS4_PATH of a four-octet speaker", "e4 65001", GOOD "c01106 0201 00000007", NLRI, DISCARDED(LIST, 17) ATTRS},
    {"RFC 6793 6", "AS4_AGGREGATOR of a four-octet speaker", "e4 65001", GOOD "c01208 00000007 00000001", NLRI, DISCARDED(LIST, 18) ATTRS},
    {"RFC 6793 6", "AS4_PATH of no octet", "e2 65001", GOOD2 "c01100", NLRI, DISCARDED(OPTIONAL, 17) ATTRS},
    {"RFC 6793 6", "AS4_PATH overrun", "e2 65001", GOOD2 "c01106 0202 00000007", NLRI, DISCARDED(OPTIONAL, 17) ATTRS},
    {"RFC 6793 6", "AS4_PATH with a segment of no AS", "e2 65001", GOOD2 "c01108 0201 00000007 0200", NLRI, DISCARDED(OPTIONAL, 17) ATTRS},
    {"RFC 6793 6", "AS4_PATH with a segment of type 9", "e2 65001", GOOD2 "c01106 0901 00000007", NLRI, DISCARDED(OPTIONAL, 17) ATTRS},
    {"RFC 7607 2", "AS 0 in AS4_PATH", "e2 65001", GOOD2 "c01106 0201 00000000", NLRI, DISCARDED(OPTIONAL, 17) ATTRS},
    {"RFC 6793 6", "AS4_AGGREGATOR of 6 octets", "e2 65001", GOOD2 "c01206 0007 00000001", NLRI, DISCARDED(LENGTH, 18) ATTRS},
    {"RFC 7607 2", "AS 0 in AS4_AGGREGATOR", "e2 65001", GOOD2 "c01208 00000000 00000001", NLRI, DISCARDED(OPTIONAL, 18) ATTRS},
    {"RFC 6793 4.2.3", "AS4_PATH completes AS_PATH", "e2 65001", ORIGIN "400208 0203 fde9 5ba0 5ba0 " NEXTHOP "c0110a 0202 fa56ea01 fa56ea02", NLRI,
	"good" REACH " origin igp path [65001 4200000001 4200000002] nexthop 10.9.0.1"},
    {"RFC 6793 4.2.3", "AS4_PATH is longer than AS_PATH: ignored", "e2 65001", GOOD2 "c0110a 0202 fa56ea01 fa56ea02", NLRI, "good" REACH ATTRS},
    {"RFC 6793 4.2.3", "the part in front has a set", "e2 65001",
	ORIGIN "40020c 0201 fde9 0101 0007 0201 5ba0 " NEXTHOP "c01106 0201 fa56ea01", NLRI,
	"good" REACH " origin igp path [65001 {7} 4200000001] nexthop 10.9.0.1"},
    {"RFC 6793 6", "confederation segments of AS4_PATH are left out", "e2 65001",
	ORIGIN "400206 0202 fde9 5ba0 " NEXTHOP "c0110c 0301 00000001 0201 fa56ea01", NLRI,
	"good" REACH " origin igp path [65001 4200000001] nexthop 10.9.0.1"},
    {"RFC 6793 4.2.3", "AGGREGATOR of AS_TRANS", "e2 65001", GOOD2 "c00706 5ba0 00000001 c01208 fa56ea01 00000002", NLRI,
	"good" REACH ATTRS " aggregator 4200000001 00000002"},
    {"RFC 6793 4.2.3", "AGGREGATOR of another AS: both are stale", "e2 65001",
	ORIGIN "400206 0202 fde9 5ba0 " NEXTHOP "c00706 0007 00000001 c01106 0201 fa56ea01 c01208 fa56ea01 00000002", NLRI,
	"good" REACH " origin igp path [65001 23456] nexthop 10.9.0.1 aggregator 7 00000001"},
    {"RFC 6793 4.2.3", "AS4_AGGREGATOR alone", "e2 65001", GOOD2 "c01208 fa56ea01 00000002", NLRI, "good" REACH ATTRS},

    {"RFC 4271 6.3", "unknown well-known", "e4 65001", GOOD "4063020102", NLRI, RESET("Unrecognized Well-known Attribute 4063020102")},
    {"RFC 4271 6.3", "unknown well-known, neither bit", "e4 65001", GOOD "0063020102", NLRI, RESET("Unrecognized Well-known Attribute 0063020102")},
    {"RFC 4271 5", "unknown optional transitive: kept", "e4 65001", GOOD "c063020102 e0640103", NLRI, "good" REACH ATTRS " unknown c063020102e0640103"},
    {"RFC 4271 5", "unknown optional non-transitive: ignored", "e4 65001", GOOD "8063020102", NLRI, "good" REACH ATTRS},
    {"RFC 4271 5", "type 0, optional transitive", "e4 65001", GOOD "c00000", NLRI, "good" REACH ATTRS " unknown c00000"},
};

const size_t bgp_malformed_n = sizeof(bgp_malformed) / sizeof(bgp_malformed[0]);
