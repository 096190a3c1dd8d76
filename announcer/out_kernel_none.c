/* SPDX-License-Identifier: GPL-2.0-or-later */
/* out_kernel_none.c - where grevyd cannot write to the kernel's routing table yet. */
#include "announcer/out_kernel_port.h"
#include <errno.h>

struct kernel_port *kernel_port_open(void)
{
	errno = EOPNOTSUPP;
	return NULL;
}

void kernel_port_close(struct kernel_port *p)
{
	(void)p;
}

uint32_t kernel_port_id(const struct kernel_port *p)
{
	(void)p;
	return 0;
}

int kernel_port_probe(struct kernel_port *p, bool *objects)
{
	(void)p;
	*objects = false;
	return -EOPNOTSUPP;
}

int kernel_port_object(struct kernel_port *p, enum kobject_op op, const struct fib_object *o)
{
	(void)p;
	(void)op;
	(void)o;
	return -EOPNOTSUPP;
}

void kernel_port_send(struct kernel_port *p, struct kroute_msg *m, size_t n)
{
	(void)p;
	for (size_t i = 0; i < n; i++)
		m[i].error = -EOPNOTSUPP;
}

const char *kernel_port_cure(int error)
{
	(void)error;
	return "use zebra there";
}
