/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bgp_cast.h - the neighbours and routes of the captures in tests/data/vty/frr-8.4.4, as grevyd
 * would have them: AS 65000 with 10.0.1.2 (tor-a), 10.0.2.2 and 10.0.3.9, which never came up.
 */
#ifndef TESTS_BGP_CAST_H
#define TESTS_BGP_CAST_H
#include "fake_bgp.h"
#include "show_lab.h"

/* Neighbours of the cast, to be changed by a test. */
extern struct bgp_neighbor cast_neighbors[FAKE_PEERS];
extern struct bgp_facts cast_facts[FAKE_PEERS];

/* fake_bgp becomes the cast; the lab's commands see it. */
void cast_start(struct lab *lab);
/* Only the neighbour of that place is left. */
void cast_only(size_t i);
/* It is not established: state, evidence. */
void cast_down(size_t i, enum bgp_state state, const char *why);
#endif
