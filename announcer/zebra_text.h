/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zebra_text.h - what zebra's vty prints, read: clients and routes. What FRR 7.5 to 10.7 print
 * is tested; FRR 3.0 and Quagga 1.2 print the same but for what zebra_text.c says. Pure. */
#ifndef GREVY_ZEBRA_TEXT_H
#define GREVY_ZEBRA_TEXT_H
#include "zclient/prefix.h"
#include <stdbool.h>
#include <stddef.h>

/* How many connections of a route type and instance `show zebra client` lists:
 * "Client: openfabric", "Client: openfabric Instance: 5". */
unsigned zebra_text_clients(const char *text, const char *type, unsigned instance);

/* Who has a prefix, as `show ip route PREFIX` tells it. */
struct zebra_entry {
	bool installed;  /* `type` is the best and the kernel has it */
	char winner[64]; /* "static, distance 1": another type is the best; "" = none is */
};

void zebra_text_entry(const char *text, const char *type, struct zebra_entry *e);

/**
 * zebra_text_route - the next route of one type in `show ip route`
 * @text:   where to go on; moved behind the line
 * @letter: of the type, 'f'; @instance: of it, 0 = none
 * Return: false at the end of the text.
 */
bool zebra_text_route(const char **text, char letter, unsigned instance, struct prefix *p);

enum { ZEBRA_ROUTE_MAP_LEN = 64 };

/* The route map that `show ip protocol` has for a route type, or else for any, "" = none; a
 * longer name is cut. */
void zebra_text_route_map(const char *text, const char *type, char name[ZEBRA_ROUTE_MAP_LEN]);

/* How often interfaces went down, all together, as `show interface` tells it. */
unsigned zebra_text_downs(const char *text);
#endif
