/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/frr_names.h"
#include <stddef.h>
#include <string.h>

/* What vtysh 3.0 to 10.7 connects to; FRR itself does not do without the needed ones. */
static const struct {
	const char *name;
	bool needed;
} daemons[] = {
    {"babeld",   false},
    {"bfdd",     false},
    {"bgpd",     false},
    {"eigrpd",   false},
    {"fabricd",  false},
    {"isisd",    false},
    {"ldpd",     false},
    {"mgmtd",    true },
    {"nhrpd",    false},
    {"ospf6d",   false},
    {"ospfd",    false},
    {"pathd",    false},
    {"pbrd",     false},
    {"pim6d",    false},
    {"pimd",     false},
    {"ripd",     false},
    {"ripngd",   false},
    {"sharpd",   false},
    {"staticd",  true },
    {"vrrpd",    false},
    {"watchfrr", true },
    {"zebra",    true },
};

/* Behind the name of a daemon: ".vty" or "-N.vty". */
static bool is_suffix(const char *s)
{
	if (*s == '-') {
		size_t digits = strspn(s + 1, "0123456789");

		s += digits ? 1 + digits : 0;
	}
	return strcmp(s, ".vty") == 0;
}

bool frr_names_socket(const char *file)
{
	size_t len = strcspn(file, "-.");

	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
		if (strlen(daemons[i].name) == len && memcmp(daemons[i].name, file, len) == 0)
			return strcmp(daemons[i].name, "bgpd") != 0 && is_suffix(file + len);
	return false;
}

bool frr_names_free(const char *name)
{
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
		if (strcmp(daemons[i].name, name) == 0)
			return !daemons[i].needed;
	return false;
}
