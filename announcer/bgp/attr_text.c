/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Communities as text: FRR's words to show, MetalLB's to read. */
#include "announcer/bgp/attr.h"
#include "announcer/util.h"
#include <errno.h>
#include <stdio.h>

static const struct {
	uint32_t value;
	const char *name; /* FRR's */
} well_known[] = {
    {(uint32_t)BGP_COMMUNITY_GRACEFUL_SHUTDOWN,   "graceful-shutdown"},
    {0xffff029a,				  "blackhole"        }, /* RFC 7999 */
    {(uint32_t)BGP_COMMUNITY_NO_EXPORT,           "no-export"        },
    {(uint32_t)BGP_COMMUNITY_NO_ADVERTISE,        "no-advertise"     },
    {(uint32_t)BGP_COMMUNITY_NO_EXPORT_SUBCONFED, "local-AS"         },
    {(uint32_t)BGP_COMMUNITY_NO_PEER,             "no-peer"          },
};

bool bgp_community_has(const struct bgp_attrs *a, uint32_t community)
{
	for (size_t i = 0; i < a->n_communities; i++)
		if (a->communities[i] == community)
			return true;
	return false;
}

const char *bgp_community_str(uint32_t community, char *buf)
{
	enum { SIZE = 24 };

	snprintf(
	    buf, SIZE, "%u:%u", (unsigned)(community >> 16), (unsigned)(community & 0xffff));
	for (size_t i = 0; i < ARRAY_LEN(well_known); i++)
		if (well_known[i].value == community)
			snprintf(buf, SIZE, "%s", well_known[i].name);
	return buf;
}

/* n numbers of at most max, with colons between them and nothing else. */
static bool numbers_parse(const char *s, uint32_t max, uint32_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t x = 0;

		if (i && *s++ != ':')
			return false;
		if (*s < '0' || *s > '9')
			return false;
		for (; *s >= '0' && *s <= '9'; s++) {
			x = x * 10 + (uint64_t)(*s - '0');
			if (x > max)
				return false;
		}
		v[i] = (uint32_t)x;
	}
	return !*s;
}

int bgp_community_parse(const char *s, uint32_t *community, struct bgp_large *lc, bool *large)
{
	static const char prefix[] = "large:";
	uint32_t v[3];

	*large = strncmp(s, prefix, sizeof(prefix) - 1) == 0;
	if (*large) {
		if (!numbers_parse(s + sizeof(prefix) - 1, UINT32_MAX, v, 3))
			return -EINVAL;
		*lc = (struct bgp_large){v[0], v[1], v[2]};
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(well_known); i++) {
		if (strcmp(s, well_known[i].name))
			continue;
		*community = well_known[i].value;
		return 0;
	}
	if (!numbers_parse(s, UINT16_MAX, v, 2))
		return -EINVAL;
	*community = v[0] << 16 | v[1];
	return 0;
}
