/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_clear_bgp.c - what each line of `clear bgp` asks of the speaker, and its answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "bgp_cast.h"
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* What a line of `clear` asks the speaker for: "*" or the address, AS n, external, the families
 * as a number, in, out, messages, nothing; and the answer. */
static const struct {
	const char *line, *asks, *says;
	enum vty_rc rc;
} clears[] = {
    {"clear bgp *",			      "*",                      "",						  VTY_OK        },
    {"clear ip bgp 10.0.1.2",                    "10.0.1.2 families 1",    "",                                                  VTY_OK        },
    {"clear bgp 10.0.1.2 soft",                  "10.0.1.2 in out",        "",                                                  VTY_OK        },
    {"clear bgp * soft in",                      "* in",                   "",						  VTY_OK        },
    {"clear bgp ipv4 unicast * soft out",        "* families 1 out",       "",                                                  VTY_OK        },
    {"clear bgp ipv6 *",			 "* families 2",           "",						  VTY_OK        },
    {"clear bgp ipv6 unicast 10.0.2.2 in",       NULL,
     "% BGP: Enable IPv6 Unicast address family for the neighbor 10.0.2.2\n",                                                   VTY_OK        },
    {"clear bgp ipv4 10.0.2.2 in prefix-filter", "10.0.2.2 families 1 in", "",                                                  VTY_OK        },
    {"cl bg 10.0.2.2 o",			 "10.0.2.2 out",           "",						  VTY_OK        },
    {"clear bgp vrf default 65001 soft",         "* AS 65001 in out",      "",                                                  VTY_OK        },
    {"clear bgp 77",			     "* AS 77",                "% BGP: No Unknown peer is configured with AS 77\n", VTY_OK        },
    {"clear bgp ipv4 unicast 77",                "* AS 77 families 1",
     "% BGP: No IPv4 Unicast peer is configured with AS 77\n",								  VTY_OK        },
    {"clear bgp external",                       "* external",             "",						  VTY_OK        },
    {"clear bgp * message-stats",                "* messages",             "",                                                  VTY_OK        },
    {"clear bgp 10.0.1.2 capabilities",          "10.0.1.2 nothing",       "",                                                  VTY_OK        },
    {"clear bgp 10.9.9.9",                       NULL,                     "% BGP: Unknown neighbor - \"10.9.9.9\"\n",          VTY_WARNING   },
    {"clear bgp fe80::1%eth9 soft",              NULL,                     "% BGP: Unknown neighbor - \"fe80::1%eth9\"\n",
     VTY_WARNING															      },
    {"clear bgp all",			    NULL,                     "Malformed address or name: all\n",                  VTY_WARNING   },
    {"clear bgp 4294967297",                     NULL,                     "Malformed address or name: 4294967297\n",           VTY_WARNING   },
    {"clear bgp 0",			      NULL,                     "Malformed address or name: 0\n",                    VTY_WARNING   },
    {"clear bgp peer-group some",                NULL,                     "% BGP: No such peer-group some\n",                  VTY_WARNING   },
    {"clear bgp vrf other *",                    NULL,                     "Can't find BGP instance other\n",                   VTY_WARNING   },
    {"clear bgp vrf all *",                      NULL,                     "Can't find BGP instance all\n",                     VTY_WARNING   },
    {"clear bgp ipv4 vpn *",                     NULL,                     "",						  VTY_OK        },
    {"clear bgp prefix 198.18.1.1/32",           NULL,                     "",						  VTY_OK        },
    {"clear ip bgp dampening 198.18.1.1",        NULL,                     "",                                                  VTY_OK        },
    {"clear bgp",				NULL,                     NULL,						VTY_INCOMPLETE},
    {"clear bgp * frob",			 NULL,                     NULL,						VTY_NO_MATCH  },
};

static const char *asked(char *to, size_t size)
{
	const struct bgp_clear *c = &fake_bgp.clear;
	char a[PREFIX_STRLEN], asn[24] = "", families[24] = "";

	if (!fake_bgp.clears)
		return NULL;
	if (c->asn)
		snprintf(asn, sizeof(asn), " AS %u", (unsigned)c->asn);
	if (c->families)
		snprintf(families, sizeof(families), " families %u", c->families);
	snprintf(to, size, "%s%s%s%s%s%s%s%s",
	    fake_bgp.cleared.family ? ipaddr_str(&fake_bgp.cleared, a) : "*", asn,
	    c->external ? " external" : "", families, c->soft_in ? " in" : "",
	    c->soft_out ? " out" : "", c->messages ? " messages" : "",
	    c->nothing ? " nothing" : "");
	return to;
}

static void clear_takes_what_frr_takes(void **state)
{
	static const struct scene s = {.name = ""};
	struct lab *lab = lab_new(&s);

	(void)state;
	cast_start(lab);
	for (size_t i = 0; i < ARRAY_LEN(clears); i++) {
		struct buf b = {0};
		const char *asks;
		char text[128];

		buf_str(&b, "");
		fake_bgp.clears = 0;
		if (lab_ask(lab, clears[i].line, &b) != clears[i].rc)
			fail_msg("%s: %s", clears[i].line, b.p);
		asks = asked(text, sizeof(text));
		if (!asks != !clears[i].asks || (asks && strcmp(asks, clears[i].asks) != 0))
			fail_msg("%s: %s", clears[i].line, asks ? asks : "nothing");
		if (clears[i].says)
			assert_string_equal(b.p, clears[i].says);
		free(b.p);
	}
	lab_free(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clear_takes_what_frr_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
