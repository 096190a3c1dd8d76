/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_text.c - differences between zebra's word and the kernel, in words. */
#include "announcer/audit_text.h"
#include <stdio.h>
#include <sys/socket.h>

#define MAIN_TABLE 254

const char *audit_kind_name(enum audit_kind k)
{
	static const char *const names[AUDIT_KINDS] = {
	    "missing", "different", "stray", "foreign"};

	return names[k];
}

/* "protocol static", "protocol 77" */
static const char *protocol_text(const struct audit_view *v, char *buf, size_t size)
{
	if (v->protocol_name)
		snprintf(buf, size, "protocol %s", v->protocol_name);
	else
		snprintf(buf, size, "protocol %u", v->protocol);
	return buf;
}

const char *audit_text(const struct audit_view *v, char *buf)
{
	char protocol[40], gate[PREFIX_STRLEN + 5] = "", a[PREFIX_STRLEN];

	switch (v->kind) {
	case AUDIT_MISSING:
		return "not in the kernel, though zebra confirmed it";
	case AUDIT_DIFFERENT:
		return "in the kernel over other next hops or weights than zebra confirmed";
	default:
		break;
	}
	if (v->via.gate.family)
		snprintf(gate, sizeof(gate), " via %s", ipaddr_str(&v->via.gate, a));
	snprintf(buf, AUDIT_TEXT_LEN, "%s, %s%s, metric %u",
	    v->kind == AUDIT_STRAY
		? "left in the kernel by somebody, unknown to zebra"
		: "a route of another owner is in the kernel in place of ours",
	    protocol_text(v, protocol, sizeof(protocol)), gate, v->metric);
	return buf;
}

const char *audit_del_text(const struct audit_view *v, char *buf)
{
	char p[PREFIX_STRLEN], table[24] = "";

	if (v->table != MAIN_TABLE)
		snprintf(table, sizeof(table), " table %u", v->table);
	snprintf(buf, AUDIT_TEXT_LEN, "ip%s route del %s proto %u metric %u%s",
	    v->prefix.family == AF_INET6 ? " -6" : "", prefix_str(&v->prefix, p), v->protocol,
	    v->metric, table);
	return buf;
}

const char *audit_cure(const struct audit_view *v, char *buf)
{
	switch (v->kind) {
	case AUDIT_STRAY:
	case AUDIT_FOREIGN:
		return audit_del_text(v, buf);
	default:
		snprintf(buf, AUDIT_TEXT_LEN,
		    v->tries ? "journalctl -u frr; dmesg; repairs so far: %u"
			     : "wait: zebra is about to be told again",
		    v->tries);
		break;
	}
	return buf;
}
