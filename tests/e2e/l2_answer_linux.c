/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2_answer_linux.c - the responder alone, told what to do by lines on its standard input:
 *   links                  read all interfaces; all but lo may be used
 *   take ADDRESS[+N] IF..  N addresses from this one on
 *   leave ADDRESS[+N]
 *   defend ADDRESS
 *   counts ADDRESS         "counts REQUESTS RESPONSES GRATUITOUS CONFLICTS", or "counts none"
 *   stats                  "stats FRAMES MALFORMED REQUESTS RESPONSES GRATUITOUS ERRORS"
 *   problem IF             "problem TEXT", or "problem none"
 *   end
 * It says "conflict ADDRESS FOREIGN-MAC OUR-MAC" when it sees one.
 */
#include "announcer/l2/responder.h"
#include "announcer/util.h"
#include <event2/event.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <unistd.h>

enum { LINKS_MAX = 64, WORDS_MAX = 16 };

struct run {
	struct event_base *base;
	struct responder *responder;
	struct l2_link links[LINKS_MAX];
	size_t n;
	char line[512];
	size_t len;
};

static void on_conflict(const struct ipaddr *a, const uint8_t foreign[6], const uint8_t mine[6],
    uint32_t ifindex, void *arg)
{
	char text[PREFIX_STRLEN];

	(void)ifindex;
	(void)arg;
	printf("conflict %s", ipaddr_str(a, text));
	for (unsigned i = 0; i < 12; i++)
		printf("%s%02x", i % 6 ? ":" : " ", i < 6 ? foreign[i] : mine[i - 6]);
	printf("\n");
}

/* Its MAC and IPv6 addresses. Return: whether it has a MAC. */
static bool describe(struct l2_link *l, const struct ifaddrs *all)
{
	for (; all; all = all->ifa_next) {
		struct l2_addr a = {.usable = true, .addr.family = AF_INET6};
		const void *at = all->ifa_addr;

		if (!at || strcmp(all->ifa_name, l->name) != 0)
			continue;
		if (all->ifa_addr->sa_family == AF_PACKET) {
			memcpy(
			    l->mac, ((const struct sockaddr_ll *)at)->sll_addr, sizeof(l->mac));
			l->ethernet = true;
		} else if (all->ifa_addr->sa_family == AF_INET6) {
			memcpy(a.addr.addr, &((const struct sockaddr_in6 *)at)->sin6_addr, 16);
			l->addrs = xrealloc(l->addrs, l->n_addrs + 1, sizeof(a));
			l->addrs[l->n_addrs++] = a;
		}
	}
	return l->ethernet;
}

static void forget_links(struct run *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->links[i].addrs);
	memset(r->links, 0, sizeof(r->links));
	r->n = 0;
}

static void read_links(struct run *r)
{
	struct if_nameindex *all = if_nameindex();
	struct l2_iface ifaces[LINKS_MAX] = {0};
	struct l2_facts facts = {ifaces, 0};
	struct ifaddrs *addrs = NULL;

	forget_links(r);
	if (getifaddrs(&addrs))
		addrs = NULL;
	for (size_t i = 0; all && all[i].if_index && r->n < LINKS_MAX; i++) {
		struct l2_link *l = &r->links[r->n];

		snprintf(l->name, sizeof(l->name), "%s", all[i].if_name);
		l->ifindex = all[i].if_index;
		l->up = true;
		if (!describe(l, addrs) || !strcmp(l->name, "lo")) {
			free(l->addrs);
			memset(l, 0, sizeof(*l));
			continue;
		}
		ifaces[facts.n++].ifindex = l->ifindex;
		r->n++;
	}
	if_freenameindex(all);
	if (addrs)
		freeifaddrs(addrs);
	responder_set_links(r->responder, r->links, r->n, &facts);
}

/* "ADDRESS+N": N. */
static unsigned long addresses(char *word, struct ipaddr *a)
{
	char *plus = strchr(word, '+');
	unsigned long n = 1;

	if (plus) {
		*plus = '\0';
		n = strtoul(plus + 1, NULL, 10);
	}
	return ipaddr_parse(word, a) ? 0 : n;
}

static void take_or_leave(struct run *r, char **word, size_t n_words)
{
	uint32_t ifindex[WORDS_MAX];
	struct ipaddr a;
	unsigned long n = addresses(word[1], &a);
	size_t n_ifindex = 0;

	for (size_t i = 2; i < n_words; i++)
		ifindex[n_ifindex++] = if_nametoindex(word[i]);
	for (; n; n--) {
		if (n_ifindex)
			responder_take(r->responder, &a, ifindex, n_ifindex);
		else
			responder_leave(r->responder, &a);
		ipaddr_next(&a);
	}
}

static void say_counts(const struct run *r, char *word)
{
	struct responder_counts c;
	struct ipaddr a;

	if (addresses(word, &a) && responder_counts(r->responder, &a, &c))
		printf(
		    "counts %u %u %u %u\n", c.requests, c.responses, c.gratuitous, c.conflicts);
	else
		printf("counts none\n");
}

static void say_stats(const struct run *r)
{
	struct responder_stats s;

	responder_stats(r->responder, &s);
	printf("stats %llu %llu %llu %llu %llu %llu\n", (unsigned long long)s.frames,
	    (unsigned long long)s.malformed, (unsigned long long)s.requests,
	    (unsigned long long)s.responses, (unsigned long long)s.gratuitous,
	    (unsigned long long)s.send_errors);
}

static void command(struct run *r, char *line)
{
	char *word[WORDS_MAX], *rest = NULL;
	struct ipaddr a;
	const char *problem;
	size_t n = 0;

	for (char *w = strtok_r(line, " ", &rest); w && n < WORDS_MAX;
	     w = strtok_r(NULL, " ", &rest))
		word[n++] = w;
	if (n == 1 && !strcmp(word[0], "links")) {
		read_links(r);
	} else if (n == 1 && !strcmp(word[0], "end")) {
		event_base_loopbreak(r->base);
	} else if (n == 1 && !strcmp(word[0], "stats")) {
		say_stats(r);
	} else if (n > 1 && (!strcmp(word[0], "take") || !strcmp(word[0], "leave"))) {
		take_or_leave(r, word, n);
	} else if (n == 2 && !strcmp(word[0], "defend") && addresses(word[1], &a)) {
		responder_defend(r->responder, &a);
	} else if (n == 2 && !strcmp(word[0], "counts")) {
		say_counts(r, word[1]);
	} else if (n == 2 && !strcmp(word[0], "problem")) {
		problem = responder_problem(r->responder, if_nametoindex(word[1]));
		printf("problem %s\n", problem ? problem : "none");
	} else {
		printf("what?\n");
	}
}

static void on_input(evutil_socket_t fd, short what, void *arg)
{
	struct run *r = arg;
	ssize_t n = read((int)fd, r->line + r->len, sizeof(r->line) - 1 - r->len);
	char *end;

	(void)what;
	if (n <= 0) {
		event_base_loopbreak(r->base);
		return;
	}
	r->len += (size_t)n;
	r->line[r->len] = '\0';
	while ((end = strchr(r->line, '\n'))) {
		*end++ = '\0';
		command(r, r->line);
		r->len -= (size_t)(end - r->line);
		memmove(r->line, end, r->len + 1);
	}
}

int main(void)
{
	static const struct responder_ops ops = {on_conflict};
	static struct run r;
	struct event *input;

	setvbuf(stdout, NULL, _IOLBF, 0);
	r.base = event_base_new();
	r.responder = responder_new(r.base, &ops, &r);
	read_links(&r);
	input = event_new(r.base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, &r);
	event_add(input, NULL);
	printf("ready\n");
	event_base_dispatch(r.base);
	event_free(input);
	responder_free(r.responder);
	event_base_free(r.base);
	forget_links(&r);
	return 0;
}
