/* SPDX-License-Identifier: GPL-2.0-or-later */
/* identity.h - who we are among those who may lead. */
#ifndef GREVY_IDENTITY_H
#define GREVY_IDENTITY_H

/* "gateway_4f3c...": the host's name and something that nobody else has, also not this host
 * after a restart, as client-go makes it. The caller's. */
char *identity_new(void);
#endif
