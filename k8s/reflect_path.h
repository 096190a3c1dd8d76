/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reflect_path.h - the path and query of a reflector's request. Pure. */
#ifndef K8S_REFLECT_PATH_H
#define K8S_REFLECT_PATH_H
#include "k8s/reflect.h"

/* What the request of this kind is for r as it stands. timeout_s: of a watch. NULL on lack of
 * memory. */
char *reflect_path_new(const struct reflect *r, enum reflect_ask ask, unsigned timeout_s);
#endif
