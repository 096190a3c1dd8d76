/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arp_ignore.c - whether the kernel answers ARP for addresses of another interface, as it does
 * for those of kube-ipvs0 where kube-proxy's strictARP is off. Of two values the greater holds.
 */
#include "announcer/l2/links.h"
#include <stdio.h>
#include <stdlib.h>

static int read_value(const char *ifname)
{
	char path[64], text[16] = "";
	FILE *f;
	char *end;
	long v;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/arp_ignore", ifname);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	v = strtol(text, &end, 10);
	return end == text || v < 0 || v > 8 ? -1 : (int)v;
}

int l2_arp_ignore(const char *ifname)
{
	int all = read_value("all"), one = read_value(ifname);

	if (all < 0 || one < 0)
		return -1;
	return all > one ? all : one;
}
