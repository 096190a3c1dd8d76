/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_wish.h - what a wish asks of the API server, and whether it is so already. Pure. */
#ifndef K8S_STATUS_WISH_H
#define K8S_STATUS_WISH_H
#include "k8s/command.h"

struct json_object;

/* In order of what they are about. */
int status_wish_cmp(const struct k8s_status_wish *a, const struct k8s_status_wish *b);

/* "/api/v1/namespaces/default/services/web", with "/status" for a patch. To be freed; NULL on
 * lack of memory. */
char *status_wish_path(const struct k8s_status_wish *w, bool patch);
/* "services", "ipaddresspools". */
const char *status_wish_resource(const struct k8s_status_wish *w);

/* A JSON merge patch that holds for this resourceVersion; NULL = for any. */
struct json_object *status_wish_patch(const struct k8s_status_wish *w, const char *version);

/* Why this Service is not the one of the wish; NULL = it is. */
const char *status_wish_refuse(const struct k8s_status_wish *w, const struct json_object *svc);
/* The Service is as is wished. */
bool status_wish_is_so(const struct k8s_status_wish *w, const struct json_object *svc);
#endif
