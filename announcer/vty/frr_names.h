/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frr_names.h - the daemons that vtysh knows, by the names of their sockets: NAME.vty. */
#ifndef GREVY_VTY_FRR_NAMES_H
#define GREVY_VTY_FRR_NAMES_H
#include <stdbool.h>

/* A daemon of FRR's that is not bgpd, or an instance of it: "zebra.vty", "ospfd-2.vty". */
bool frr_names_socket(const char *file);

/* A daemon whose place another may take where it does not run: "bgpd", not "zebra". */
bool frr_names_free(const char *name);
#endif
