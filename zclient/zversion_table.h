/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zversion_table.h - the tables behind zversion.h; for zversion.c only. Not installed. */
#ifndef ZCLIENT_ZVERSION_TABLE_H
#define ZCLIENT_ZVERSION_TABLE_H
#include "zclient/zversion.h"

/* Columns: the release whose numbers they are, valid until the next column's. */
enum zversion_cmd_set {
	C_1_2,
	C_3_0,
	C_4_0,
	C_5_0,
	C_6_0,
	C_7_0,
	C_7_2,
	C_7_3,
	C_7_4,
	C_7_5,
	C_8_0,
	C_8_1,
	C_8_2,
	C_9_1,
	C_10_0,
	C_10_2,
	CMD_SETS
};
enum zversion_type_set {
	T_1_2,
	T_3_0,
	T_4_0,
	T_5_0,
	T_6_0,
	T_7_0,
	T_7_2,
	T_7_3,
	T_7_5,
	T_10_0,
	TYPE_SETS
};

struct zversion_cmd_row {
	const char *name;
	uint16_t number[CMD_SETS]; /* ZCMD_ABSENT: not in this release */
};

struct zversion_type_row {
	const char *name;
	char letter;
	int16_t kernel; /* rtm_protocol, -1 = none */
	bool sendable;  /* routes of it may be sent */
	uint16_t number[TYPE_SETS];
};

extern const struct zversion_cmd_row zversion_cmds[ZCMDS];
extern const struct zversion_type_row zversion_types[ZTYPES];
extern const struct zapi_version zversion_rows[];
extern const size_t zversion_rows_n;
#endif
