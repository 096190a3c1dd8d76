/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assign.h - the controller's state file: which Service has which addresses, so that a restart
 * gives everyone the same again. JSON, one Service a line, sorted by namespace and name, with
 * checksums: see assign.c.
 */
#ifndef GREVY_ASSIGN_H
#define GREVY_ASSIGN_H
#include "zclient/prefix.h"
#include <stddef.h>

/* What one Service has: at most one address a family. */
struct assignment {
	char *ns, *name;
	char *pool; /* NULL = in none any more */
	struct ipaddr addr[2];
	uint8_t n; /* addresses, 1 or 2 */
};

struct assign_list {
	struct assignment *v;
	size_t n, cap;
};

/* What is wrong: "assignments.json:3: damaged: its checksum is wrong". */
struct assign_error {
	char text[512];
};

/* Append a copy. */
void assign_add(struct assign_list *l, const struct assignment *a);
void assign_fini(struct assign_list *l); /* frees what it owns, not l */

/**
 * assign_parse - read the text of a state file. Pure.
 * @file: its name, for err
 * @out:  starts zeroed; on -EINVAL it holds the entries that are good nevertheless
 * Return: 0 or -EINVAL with the first fault in err.
 */
int assign_parse(const char *text, size_t len, const char *file, struct assign_list *out,
    struct assign_error *err);
/* The text of a state file; the caller's. Pure. */
char *assign_print(const struct assign_list *l, size_t *len);

/**
 * assign_load - read a state file
 * @now_s: Unix time, for the name under which a damaged file is kept:
 * "FILE.bad-20260101T000000Z", and ".2" where that is taken
 * @out:   starts zeroed; may hold entries on an error, too
 * Return: 0, -ENOENT (no file yet), -EINVAL (damaged; kept aside, err says as what; go on with
 * out) or another -errno with err: what is there is not known, so do not save over it.
 */
int assign_load(
    const char *path, int64_t now_s, struct assign_list *out, struct assign_error *err);

/* Replace the file at once or not at all, on disk before the return; mode 0640. May take as
 * long as a disk does. Return: 0 or -errno: the old file is as it was, try again later. */
int assign_save(const char *path, const struct assign_list *l);
#endif
