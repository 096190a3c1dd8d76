/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv_key.c - zebra.route-type: auto. The first type that this release has and whose
 * daemon does not run, of those that every routing daemon redistributes, in both families, and
 * that are hardly ever in use (zserv.md 17): openfabric from 7.0, babel in 4.0 to 6.0 and in
 * Quagga. 3.0 has neither: there it is nhrp, whose distance of 10 does not matter, for we send
 * our own. If all of them are taken, the first that there is.
 */
#include "announcer/out_zserv_int.h"
#include "announcer/util.h"
#include "announcer/vtyc.h"
#include <stdio.h>

/* Whether a real daemon has a type. */
static bool daemon_runs(const struct out_zserv *z, const char *name)
{
	const char *vty = z->conf->zebra.vty_socket, *slash = strrchr(vty, '/');
	char path[200];

	snprintf(path, sizeof(path), "%.*s/%s.vty", slash ? (int)(slash - vty) : 1,
	    slash ? vty : ".", name);
	return vtyc_alive(path);
}

enum zapi_type zserv_auto_type(const struct out_zserv *z)
{
	static const struct {
		enum zapi_type type;
		const char *daemon;
	} preferred[] = {
	    {ZTYPE_OPENFABRIC, "fabricd"},
	    {ZTYPE_BABEL,      "babeld" },
	    {ZTYPE_NHRP,       "nhrpd"  },
	};
	enum zapi_type first = ZTYPE_UNKNOWN;

	for (size_t i = 0; i < ARRAY_LEN(preferred); i++) {
		if (zversion_type(z->version, preferred[i].type) < 0)
			continue;
		if (!daemon_runs(z, preferred[i].daemon))
			return preferred[i].type;
		if (first == ZTYPE_UNKNOWN)
			first = preferred[i].type;
	}
	return first;
}
