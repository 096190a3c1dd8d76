/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state_log.h - logs what changed in how the source is. */
#ifndef GREVY_STATE_LOG_H
#define GREVY_STATE_LOG_H
#include <stdbool.h>

struct k8s_state;

/* What is new in next, and what is over. was: NULL = nothing was known. announced: what the
 * source told is. */
void state_log(const struct k8s_state *was, const struct k8s_state *next, bool announced);

/* Where the certificate of the API server is not verified. */
void state_log_insecure(const struct k8s_state *st);

/* Name of the source for people: "https://192.0.2.1:6443"; NULL = not an API, or not known. */
const char *state_server(const struct k8s_state *st);
#endif
