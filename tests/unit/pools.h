/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pools.h - address pools from one line, for tests: "NAME[:OPTION]...:RANGE,..." with a blank
 * between pools. A range is as in the configuration, without blanks. Options: noauto, buggy,
 * layer2, mute (nobody announces it); zone=Z, an advertisement that selects the nodes with that
 * label, app=A, one that selects the Services, bgp, one for all; one for layer 2:
 * l2[/zone=Z]...[/app=A]...[/if=NAME]...[/prefer=KEY=VALUE*WEIGHT]...; and of the pool's
 * service-allocation prio=N, ns=NAMESPACE, nslabel=KEY=VALUE, svclabel=KEY=VALUE.
 */
#ifndef TESTS_POOLS_H
#define TESTS_POOLS_H
#include "announcer/policy.h"

struct policy *pools_make(const char *text);
void pools_free(struct policy *policy);
#endif
