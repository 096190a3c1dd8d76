/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_kernel_port.h - writing to the kernel's table: out_kernel_linux.c does it by rtnetlink;
 * where there is no such file, out_kernel_none.c says that it cannot be done. The kernel
 * answers while it is being asked; nothing here waits.
 */
#ifndef GREVY_OUT_KERNEL_PORT_H
#define GREVY_OUT_KERNEL_PORT_H
#include "announcer/kroutes.h"

struct kernel_port;

/* Return: NULL with errno set. */
struct kernel_port *kernel_port_open(void);
void kernel_port_close(struct kernel_port *p); /* NULL is fine */
/* What it changes is told with this number (fib_route.by). */
uint32_t kernel_port_id(const struct kernel_port *p);
/* May we, and are there next-hop objects? Return: 0 or -errno (-EPERM). */
int kernel_port_probe(struct kernel_port *p, bool *objects);

/* As kroutes_ops. */
int kernel_port_object(struct kernel_port *p, enum kobject_op op, const struct fib_object *o);
void kernel_port_send(struct kernel_port *p, struct kroute_msg *m, size_t n);

/* How what we lack is given to us, in words; "" = nothing is known. */
const char *kernel_port_cure(int error);
#endif
