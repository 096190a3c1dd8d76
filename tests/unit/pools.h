/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pools.h - address pools from one line, for tests:
 * "NAME[:noauto][:buggy][:layer2][:mute][:zone=Z][:app=A]:RANGE,..." with a blank between
 * pools. A range is as in the configuration, without blanks; zone=Z is an advertisement that
 * selects the nodes with that label, app=A one that selects Services with that label; mute:
 * nobody announces it.
 */
#ifndef TESTS_POOLS_H
#define TESTS_POOLS_H
#include "announcer/policy.h"

struct policy *pools_make(const char *text);
void pools_free(struct policy *policy);
#endif
