/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bgp_lab.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>

size_t lab_hex(const char *hex, uint8_t *to, size_t cap)
{
	size_t n = 0;

	for (; *hex && *hex != '#'; hex++) {
		if (!isxdigit((unsigned char)*hex))
			continue;
		if (n / 2 == cap)
			abort();
		to[n / 2] = (uint8_t)(to[n / 2] << 4);
		to[n / 2] |=
		    (uint8_t)(isdigit((unsigned char)*hex) ? *hex - '0' : *hex - 'a' + 10);
		n++;
	}
	if (n % 2)
		abort();
	return n / 2;
}

struct bgp_update_from lab_from(const char *sender)
{
	struct bgp_update_from from = {.families = BGP_IPV4 | BGP_IPV6};

	from.ibgp = sender[0] == 'i';
	from.as4 = sender[1] == '4';
	from.asn = (uint32_t)strtoul(sender + 2, NULL, 10);
	if (ipaddr_parse("10.9.0.2", &from.local) < 0)
		abort();
	return from;
}

FILE *lab_open(const char *file, const char *mode)
{
	const char *dir = getenv("TEST_DATA");
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/bgp/%s", dir ? dir : "tests/data", file);
	f = fopen(path, mode);
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

/* The next word into `to`, cut short. Return: behind it. */
static const char *word(const char *s, char *to, size_t size)
{
	size_t len = strcspn(s, " \n");

	snprintf(to, size, "%.*s", (int)len, s);
	s += len;
	return s + strspn(s, " ");
}

bool lab_next(FILE *f, struct lab_msg *m)
{
	char line[3 * BGP_MESSAGE_MAX];
	const char *rest;

	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		rest = word(line, m->name, sizeof(m->name));
		rest = word(rest, m->sender, 3);
		rest = word(rest, m->sender + 2, sizeof(m->sender) - 2);
		m->len = lab_hex(rest, m->bytes, sizeof(m->bytes));
		return true;
	}
	return false;
}

uint8_t *lab_copy(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	return copy;
}

static void put(char *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(char *buf, const char *fmt, ...)
{
	size_t at = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	if ((size_t)vsnprintf(buf + at, LAB_TEXT - at, fmt, ap) >= LAB_TEXT - at)
		abort();
	va_end(ap);
}

static void put_addr(char *buf, const char *what, const struct ipaddr *a)
{
	char text[PREFIX_STRLEN];

	put(buf, " %s %s", what, ipaddr_str(a, text));
}

static void put_nlri(char *buf, const char *what, struct bgp_nlri n)
{
	char text[PREFIX_STRLEN];
	struct prefix p;

	while (bgp_nlri_next(&n, &p))
		put(buf, " %s %s", what, prefix_str(&p, text));
}

static void put_lists(const struct bgp_attrs *a, char *buf)
{
	char text[64];

	for (size_t i = 0; i < a->n_communities; i++)
		put(buf, " community %s", bgp_community_str(a->communities[i], text));
	for (size_t i = 0; i < a->n_clusters; i++)
		put(buf, " cluster %08x", (unsigned)a->clusters[i]);
	for (size_t i = 0; i < a->n_ext; i++)
		put(buf, " ext %016" PRIx64, a->ext[i]);
	for (size_t i = 0; i < a->n_large; i++)
		put(buf, " large %u:%u:%u", (unsigned)a->large[i].global,
		    (unsigned)a->large[i].local1, (unsigned)a->large[i].local2);
	for (size_t i = 0; i < a->unknown_len; i++)
		put(buf, "%s%02x", i ? "" : " unknown ", a->unknown[i]);
}

static void put_attrs(const struct bgp_attrs *a, char *buf)
{
	static const char *const origins[] = {"igp", "egp", "incomplete"};
	char text[8192];

	if (a->has & BGP_HAS_ORIGIN)
		put(buf, " origin %s", origins[a->origin]);
	if (a->has & BGP_HAS_AS_PATH)
		put(buf, " path [%s]", bgp_as_path_str(a, text, sizeof(text)));
	if (a->has & BGP_HAS_NEXTHOP)
		put_addr(buf, "nexthop", &a->nexthop);
	if (a->has & BGP_HAS_NEXTHOP && a->nexthop_ll_set)
		put_addr(buf, "link-local", &a->nexthop_ll);
	if (a->has & BGP_HAS_MED)
		put(buf, " med %u", (unsigned)a->med);
	if (a->has & BGP_HAS_LOCAL_PREF)
		put(buf, " local-pref %u", (unsigned)a->local_pref);
	if (a->has & BGP_HAS_ATOMIC)
		put(buf, " atomic");
	if (a->has & BGP_HAS_AGGREGATOR)
		put(buf, " aggregator %u %08x", (unsigned)a->aggregator_asn,
		    (unsigned)a->aggregator_id);
	if (a->has & BGP_HAS_ORIGINATOR)
		put(buf, " originator %08x", (unsigned)a->originator_id);
	put_lists(a, buf);
}

const char *lab_attrs_text(const struct bgp_attrs *a, char *buf)
{
	buf[0] = '\0';
	put_attrs(a, buf);
	return buf + (buf[0] == ' ');
}

const char *lab_update_text(const struct bgp_update *u, char *buf)
{
	static const char *const verdicts[] = {"good", "discarded", "withdrawn"};

	buf[0] = '\0';
	put(buf, "%s", verdicts[u->verdict]);
	if (u->verdict)
		put(buf, " (%s, attribute %u)", bgp_code_text(u->why), u->why_attr);
	if (u->end_of_rib)
		put(buf, " end-of-rib %s", u->end_of_rib == AF_INET ? "ipv4" : "ipv6");
	put_nlri(buf, "withdraw", u->withdrawn[0]);
	put_nlri(buf, "mp-withdraw", u->withdrawn[1]);
	put_nlri(buf, "reach", u->reach[0]);
	put_nlri(buf, "mp-reach", u->reach[1]);
	if (u->mp_nexthop.family)
		put_addr(buf, "mp-nexthop", &u->mp_nexthop);
	if (u->mp_nexthop_ll.family)
		put_addr(buf, "mp-link-local", &u->mp_nexthop_ll);
	put_attrs(&u->attrs, buf);
	return buf;
}

const char *lab_open_text(const struct bgp_open *o, char *buf)
{
	buf[0] = '\0';
	put(buf, "asn %u id %08x hold %u families %u", (unsigned)o->asn, (unsigned)o->id,
	    o->hold_s, o->families);
	if (o->caps & BGP_CAP_AS4)
		put(buf, " as4");
	if (o->caps & BGP_CAP_REFRESH)
		put(buf, " refresh");
	if (o->caps & BGP_CAP_MP)
		put(buf, " mp");
	if (o->caps & BGP_CAP_GRACEFUL)
		put(buf, " graceful %u%s%s families %u forwarding %u", o->restart_s,
		    o->restarting ? " restarting" : "", o->notification ? " N" : "",
		    o->gr_families, o->gr_forwarding);
	if (o->caps & ~15u)
		put(buf, " noted %u", o->caps & ~15u);
	if (o->caps & BGP_CAP_ADD_PATH)
		put(buf, " sends %u takes %u", o->add_path[0], o->add_path[1]);
	if (o->caps & BGP_CAP_HOST)
		put(buf, " host \"%s\" domain \"%s\"", o->host, o->domain);
	if (o->unknown_caps)
		put(buf, " unknown %u", o->unknown_caps);
	return buf;
}

const char *lab_error_text(const struct bgp_error *e, char *buf)
{
	buf[0] = '\0';
	put(buf, "%s", bgp_code_text(e->code));
	for (size_t i = 0; i < e->len; i++)
		put(buf, "%s%02x", i ? "" : " ", e->data[i]);
	return buf;
}

static const char *error(const struct bgp_error *e, char *buf)
{
	char text[LAB_TEXT];

	snprintf(buf, LAB_TEXT, "reset %.8000s", lab_error_text(e, text));
	return buf;
}

const char *lab_text(
    enum bgp_type type, const char *sender, const uint8_t *body, size_t len, char *buf)
{
	static uint64_t scratch[BGP_UPDATE_SCRATCH / sizeof(uint64_t)];
	struct bgp_update_from from = lab_from(sender);
	struct rd r = rd_of(body, len);
	struct bgp_error e = {0};
	struct bgp_update u;
	struct bgp_open o;
	uint8_t family;

	buf[0] = '\0';
	switch (type) {
	case BGP_OPEN:
		return bgp_open_decode(&r, &o, &e) ? error(&e, buf) : lab_open_text(&o, buf);
	case BGP_UPDATE:
		return bgp_update_decode(&r, &from, scratch, &u, &e) ? error(&e, buf)
		                                                     : lab_update_text(&u, buf);
	case BGP_NOTIFICATION:
		if (bgp_notification_decode(&r, &e))
			put(buf, "cut short");
		else
			lab_error_text(&e, buf);
		return buf;
	case BGP_ROUTE_REFRESH:
		if (bgp_refresh_decode(&r, &family, &e))
			return error(&e, buf);
		put(buf, "%s",
		    family == AF_INET    ? "ipv4"
		    : family == AF_INET6 ? "ipv6"
					 : "none");
		return buf;
	default:
		return buf;
	}
}
