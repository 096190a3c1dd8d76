/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Look-ups in the version table. */
#include "zclient/zversion.h"
#include "zclient/zversion_table.h"
#include <errno.h>
#include <string.h>

#define RIB_INSTANCE_MAX 255 /* of zebra's RIB from 8.4 on; larger ones are cut and leak */

static int row_cmp(const struct zapi_version *v, int major, int minor, int patch)
{
	if (v->major != major)
		return v->major - major;
	if (v->minor != minor)
		return v->minor - minor;
	return patch < 0 ? -1 : v->patch - patch;
}

const struct zapi_version *zversion_find(int major, int minor, int patch, bool *exact)
{
	const struct zapi_version *v = zversion_rows;

	for (size_t i = 0; i < zversion_rows_n; i++)
		if (row_cmp(&zversion_rows[i], major, minor, patch) <= 0)
			v = &zversion_rows[i];
	if (exact)
		*exact = v->major == major && v->minor == minor;
	return v;
}

/* A number of at most 255 and what follows it; NULL = none. */
static const char *parse_number(const char *s, int *v)
{
	if (*s < '0' || *s > '9')
		return NULL;
	for (*v = 0; *s >= '0' && *s <= '9'; s++) {
		*v = *v * 10 + (*s - '0');
		if (*v > UINT8_MAX)
			return NULL;
	}
	return s;
}

int zversion_parse(const char *text, int release[3])
{
	static const char space[] = " \t\r\n";
	int v[3] = {0, 0, -1};

	for (text += strspn(text, space); *text && (*text < '0' || *text > '9');
	     text += strspn(text, space))
		text += strcspn(text, space);
	text = parse_number(text, &v[0]);
	if (!text || *text != '.')
		return -EINVAL;
	text = parse_number(text + 1, &v[1]);
	if (!text)
		return -EINVAL;
	if (*text == '.' && !parse_number(text + 1, &v[2]))
		v[2] = -1;
	memcpy(release, v, sizeof(v));
	return 0;
}

const struct zapi_version *zversion_row(size_t i)
{
	return i < zversion_rows_n ? &zversion_rows[i] : NULL;
}

uint16_t zversion_cmd(const struct zapi_version *v, enum zapi_cmd cmd)
{
	return (unsigned)cmd < ZCMDS ? zversion_cmds[cmd].number[v->cmd_set] : ZCMD_ABSENT;
}

enum zapi_cmd zversion_cmd_of(const struct zapi_version *v, uint16_t number)
{
	for (unsigned i = 0; i < ZCMDS && number != ZCMD_ABSENT; i++)
		if (zversion_cmds[i].number[v->cmd_set] == number)
			return (enum zapi_cmd)i;
	return ZCMD_UNKNOWN;
}

const char *zversion_cmd_name(enum zapi_cmd cmd)
{
	return (unsigned)cmd < ZCMDS ? zversion_cmds[cmd].name : "unknown";
}

int zversion_type(const struct zapi_version *v, enum zapi_type type)
{
	uint16_t n =
	    (unsigned)type < ZTYPES ? zversion_types[type].number[v->type_set] : ZCMD_ABSENT;

	return n == ZCMD_ABSENT ? -1 : n;
}

enum zapi_type zversion_type_of(const struct zapi_version *v, uint8_t number)
{
	for (unsigned i = 0; i < ZTYPES; i++)
		if (zversion_types[i].number[v->type_set] == number)
			return (enum zapi_type)i;
	return ZTYPE_UNKNOWN;
}

const char *zversion_type_name(enum zapi_type type)
{
	return (unsigned)type < ZTYPES ? zversion_types[type].name : "unknown";
}

char zversion_type_letter(enum zapi_type type)
{
	return (unsigned)type < ZTYPES ? zversion_types[type].letter : '?';
}

int zversion_type_kernel(const struct zapi_version *v, enum zapi_type type)
{
	int kernel = (unsigned)type < ZTYPES ? zversion_types[type].kernel : -1;

	return kernel >= 0 && v->kernel ? v->kernel : kernel;
}

enum zapi_type zversion_type_named(const char *name)
{
	for (unsigned i = 0; i < ZTYPES; i++)
		if (!strcmp(zversion_types[i].name, name))
			return (enum zapi_type)i;
	return ZTYPE_UNKNOWN;
}

int zversion_type_check(const struct zapi_version *v, enum zapi_type type, uint16_t instance)
{
	if ((unsigned)type >= ZTYPES || !zversion_types[type].sendable)
		return -EPERM;
	if (zversion_type(v, type) < 0)
		return -EOPNOTSUPP;
	/* zebra would take us for no daemon: no notifications, and routes that outlive us. */
	if (type == ZTYPE_STATIC && !(v->features & ZF_HELLO_STATIC))
		return -EOPNOTSUPP;
	if (instance && !(v->features & ZF_INSTANCE))
		return -ERANGE;
	if (instance > RIB_INSTANCE_MAX || (type == ZTYPE_TABLE && !instance))
		return -ERANGE;
	return 0;
}
