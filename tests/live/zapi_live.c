/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By hand: libzclient against a real zebra. Probes its release, says HELLO, asks for everything
 * and prints it, adds routes given as "PREFIX GATEWAY[@IFINDEX[*WEIGHT]]..." arguments, waits,
 * prints what zebra says, and hangs up (zebra then removes the routes).
 *
 *	zapi_live SOCKET RELEASE|auto SECONDS [-r TYPE] [ROUTE]...
 *	zapi_live /tmp/z/zserv.api auto 3 -r connected "203.0.113.1/32 10.9.0.11 10.9.0.12"
 */
#include "zclient/zclient.h"
#include "zclient/zprobe.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NH_MAX 16

static int dial(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || strlen(path) >= sizeof(sa.sun_path))
		return -1;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static enum zprobe_step probe_wait(struct zprobe *p, int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	uint8_t buf[4096];
	ssize_t n;

	if (p->out_len && write(fd, p->out, p->out_len) < 0)
		return zprobe_closed(p);
	if (poll(&pfd, 1, ZPROBE_TIMEOUT_MS) == 0)
		return zprobe_timeout(p);
	n = read(fd, buf, sizeof(buf));
	return n <= 0 ? zprobe_closed(p) : zprobe_feed(p, buf, (size_t)n);
}

static void probe(const char *path, struct zprobe *p)
{
	enum zprobe_step step;

	zprobe_init(p);
	do {
		int fd = dial(path);

		step = zprobe_connected(p);
		while (step == ZPROBE_WAIT)
			step = probe_wait(p, fd);
		close(fd);
	} while (step == ZPROBE_CONNECT);
	printf("probe: %s (ERROR is %u)\n", p->text, p->error_cmd);
}

static void print_nexthops(const struct zapi_nexthop *nh, uint16_t n)
{
	char buf[PREFIX_STRLEN];

	for (uint16_t i = 0; i < n; i++)
		printf(" [%s if %" PRIu32 " weight %" PRIu32 "%s%s]",
		    ipaddr_str(&nh[i].gate, buf), nh[i].ifindex, nh[i].weight,
		    nh[i].onlink ? " onlink" : "", nh[i].blackhole ? " blackhole" : "");
	putchar('\n');
}

static void on_capabilities(const struct zapi_caps *c, void *arg)
{
	(void)arg;
	printf("capabilities: ecmp %" PRIu32 " gr %d\n", c->ecmp, c->graceful_restart);
}

static void on_router_id(const struct zapi_router_id *id, void *arg)
{
	char buf[PREFIX_STRLEN];

	(void)arg;
	printf("router id: %s\n", ipaddr_str(&id->addr, buf));
}

static void on_interface(enum zapi_if_event event, const struct zapi_if *i, void *arg)
{
	(void)arg;
	printf("interface: event %d %s index %" PRIu32 " flags %#" PRIx64 " mtu %" PRIu32 "\n",
	    event, i->name, i->ifindex, i->flags, i->mtu);
}

static void on_address(bool added, const struct zapi_if_addr *a, void *arg)
{
	char buf[PREFIX_STRLEN];

	(void)arg;
	printf("address: %s %s/%u on %" PRIu32 "\n", added ? "add" : "delete",
	    ipaddr_str(&a->addr, buf), a->plen, a->ifindex);
}

static void on_vrf(bool added, const struct zapi_vrf *v, void *arg)
{
	(void)arg;
	printf("vrf: %s %s table %" PRIu32 "\n", added ? "add" : "delete", v->name, v->table);
}

static void on_nexthop(const struct zapi_nht *n, void *arg)
{
	char a[PREFIX_STRLEN], b[PREFIX_STRLEN];

	(void)arg;
	printf("nexthop: %s by %s %s", prefix_str(&n->asked, a), prefix_str(&n->matched, b),
	    zversion_type_name(n->type));
	print_nexthops(n->nh, n->n);
}

static void on_notify(const struct zapi_notify *n, void *arg)
{
	char buf[PREFIX_STRLEN];

	(void)arg;
	printf("notify: %s %s table %" PRIu32 "\n", prefix_str(&n->prefix, buf),
	    zapi_note_name(n->note), n->table);
}

static void on_route(bool added, const struct zapi_route *r, void *arg)
{
	char buf[PREFIX_STRLEN];

	(void)arg;
	printf("route: %s %s %s[%u] distance %u metric %" PRIu32, added ? "add" : "delete",
	    prefix_str(&r->prefix, buf), zversion_type_name(r->type), r->instance, r->distance,
	    r->metric);
	print_nexthops(r->nh, r->n);
}

static void on_error(const struct zapi_error *e, void *arg)
{
	(void)arg;
	printf("error: %s\n", zapi_error_name(e->code));
}

static void on_close_notify(const struct zapi_close *c, void *arg)
{
	(void)arg;
	printf("gone: %s[%u]\n", zversion_type_name(c->type), c->instance);
}

static void on_bad(uint16_t cmd, size_t len, void *arg)
{
	(void)arg;
	printf("BAD: command %u, %zu bytes\n", cmd, len);
}

static void on_unknown(uint16_t cmd, size_t len, void *arg)
{
	(void)arg;
	printf("UNKNOWN: command %u, %zu bytes\n", cmd, len);
}

static const struct zclient_ops ops = {
    .on_capabilities = on_capabilities,
    .on_router_id = on_router_id,
    .on_interface = on_interface,
    .on_address = on_address,
    .on_vrf = on_vrf,
    .on_nexthop = on_nexthop,
    .on_notify = on_notify,
    .on_route = on_route,
    .on_error = on_error,
    .on_close_notify = on_close_notify,
    .on_bad = on_bad,
    .on_unknown = on_unknown,
};

static void must(const char *what, int err)
{
	if (err)
		printf("%s: %s\n", what, strerror(-err));
}

/* "10.9.0.11@3*2"; "@1" is interface only, "blackhole" is what it says. */
static void parse_nexthop(char *s, struct zapi_nexthop *nh)
{
	char *weight = strchr(s, '*'), *ifindex = strchr(s, '@');

	memset(nh, 0, sizeof(*nh));
	if (weight)
		*weight++ = '\0';
	if (ifindex)
		*ifindex++ = '\0';
	nh->weight = weight ? (uint32_t)strtoul(weight, NULL, 10) : 0;
	nh->ifindex = ifindex ? (uint32_t)strtoul(ifindex, NULL, 10) : 0;
	if (!strcmp(s, "blackhole"))
		nh->blackhole = ZBH_NULL;
	else if (*s && ipaddr_parse(s, &nh->gate) < 0)
		printf("not an address: %s\n", s);
}

static void send_route(struct zclient *c, char *text)
{
	struct zapi_nexthop nh[NH_MAX];
	struct zapi_route r = {.type = ZTYPE_OPENFABRIC,
	    .has = ZHAS_DISTANCE | ZHAS_METRIC | ZHAS_TAG,
	    .distance = 20,
	    .metric = 20,
	    .tag = 7,
	    .nh = nh};
	char *save = NULL, *word = strtok_r(text, " ", &save);

	if (!word || prefix_parse(word, &r.prefix) < 0) {
		printf("not a prefix: %s\n", text);
		return;
	}
	while ((word = strtok_r(NULL, " ", &save)) && r.n < NH_MAX)
		parse_nexthop(word, &nh[r.n++]);
	for (uint16_t i = 0; i < r.n; i++) {
		struct zapi_nht_reg reg = {.addr = nh[i].gate};

		if (reg.addr.family)
			must("nexthop-register", zclient_send_nexthop_register(c, &reg));
	}
	must("route-add", zclient_send_route_add(c, &r));
}

static void greet(struct zclient *c)
{
	struct zapi_hello hello = {.type = ZTYPE_OPENFABRIC, .notify = true};
	struct zapi_gr pending = {.code = ZGR_PENDING, .family = AF_INET};

	must("hello", zclient_send_hello(c, &hello));
	must("notify-request", zclient_send_notify_request(c, true));
	must("capabilities", zclient_send_graceful_restart(c, &pending));
	must("router-id", zclient_send_router_id_add(c, 0, AF_INET));
	must("interfaces", zclient_send_interface_add(c, 0));
}

static void run(struct zclient *c, int fd, int seconds)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	uint8_t buf[4096];
	const void *out;
	size_t len;
	ssize_t n;

	while ((out = zclient_out(c, &len)) && (n = write(fd, out, len)) > 0)
		zclient_out_done(c, (size_t)n);
	while (poll(&pfd, 1, 1000 * seconds) > 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		must("feed", zclient_feed(c, buf, (size_t)n));
}

int main(int argc, char **argv)
{
	const struct zapi_version *lo, *hi;
	struct zclient *c;
	int release[3], i = 4;

	if (argc < 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(argv[2], "auto")) {
		struct zprobe p;

		probe(argv[1], &p);
		lo = p.lo;
		hi = p.hi;
	} else {
		must(argv[2], zversion_parse(argv[2], release));
		lo = hi = zversion_find(release[0], release[1], release[2], NULL);
	}
	c = lo ? zclient_new(lo, &ops, NULL) : NULL;
	if (!c)
		return 1;
	zclient_set_range(c, hi);
	greet(c);
	if (i + 1 < argc && !strcmp(argv[i], "-r")) {
		struct zapi_redist n = {
		    .type = zversion_type_named(argv[i + 1]), .family = AF_INET};

		must("redistribute", zclient_send_redistribute_add(c, &n));
		i += 2;
	}
	for (; i < argc; i++)
		send_route(c, argv[i]);
	run(c, dial(argv[1]), (int)strtol(argv[3], NULL, 10));
	printf("bad bodies: %" PRIu64 "\n", zclient_stats(c)->bad);
	zclient_free(c);
	return 0;
}
