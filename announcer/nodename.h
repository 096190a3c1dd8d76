/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nodename.h - which Node this host is. */
#ifndef GREVY_NODENAME_H
#define GREVY_NODENAME_H

/* `configured` where it is given, else $NODE_NAME, else the host name in lower case, as the
 * kubelet registers it. The caller frees it. Return: never NULL; "" when there is none. */
char *nodename(const char *configured);
#endif
