/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/owners_lab.h"
#include "announcer/util.h"

enum { CANDIDATES = 8 };

static void add(struct lab *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct lab *l, const char *fmt, ...)
{
	size_t len = strlen(l->said);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->said + len, sizeof(l->said) - len, fmt, ap);
	va_end(ap);
}

static const char *last(const struct ipaddr *a)
{
	static char text[PREFIX_STRLEN];

	ipaddr_str(a, text);
	return strrchr(text, '.') ? strrchr(text, '.') + 1 : text;
}

static void on_take(const struct ipaddr *a, const uint32_t *ifindex, size_t n, void *arg)
{
	add(arg, "take %s", last(a));
	for (size_t i = 0; i < n; i++)
		add(arg, " if%u", ifindex[i]);
	add(arg, "; ");
}

static void on_leave(const struct ipaddr *a, void *arg)
{
	add(arg, "leave %s; ", last(a));
}

static void on_defend(const struct ipaddr *a, void *arg)
{
	add(arg, "defend %s; ", last(a));
}

static void on_probe(const struct ipaddr *a, const uint32_t *ifindex, size_t n, void *arg)
{
	add(arg, "probe %s", last(a));
	for (size_t i = 0; i < n; i++)
		add(arg, " if%u", ifindex[i]);
	add(arg, "; ");
}

static void on_claim(const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg)
{
	static const char *const names[] = {"none", "wants", "owns"};

	assert_true((stamp != 0) == (what == L2_CLAIM_OWNS));
	add(arg, "%s %s; ", names[what], last(a));
}

static const char *const states[L2_STATES] = {[L2_OWNER] = "owner",
    [L2_OTHER] = "other",
    [L2_WAITS] = "waits",
    [L2_LISTENS] = "listens",
    [L2_NO_IFACE] = "no-iface",
    [L2_NOBODY] = "nobody",
    [L2_CONFLICT] = "conflict"};

static void on_news(const struct l2_owners_view *now, enum l2_state was, void *arg)
{
	add(arg, "%s>%s", states[was], states[now->state]);
	if (now->owner)
		add(arg, ":%s", now->owner);
	add(arg, "; ");
}

static const struct l2_owners_ops ops = {.take = on_take,
    .leave = on_leave,
    .defend = on_defend,
    .probe = on_probe,
    .claim = on_claim,
    .news = on_news};

struct ipaddr addr(const char *s)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(s, &a), 0);
	return a;
}

static struct prefix prefix(const char *s)
{
	struct prefix p;

	assert_int_equal(prefix_parse(s, &p), 0);
	return p;
}

void expect(struct lab *l, const char *want)
{
	assert_string_equal(l->said, want);
	*l->said = '\0';
}

void run(struct lab *l)
{
	int64_t ms = l2_owners_run(l->o, l->now, 1000000u + (uint64_t)l->now);

	l->due = ms < 0 ? INT64_MAX : l->now + ms;
}

void pass(struct lab *l, int64_t ms)
{
	int64_t until = l->now + ms;

	run(l);
	while (l->due <= until) {
		l->now = l->due > l->now ? l->due : l->now + 1;
		run(l);
	}
	l->now = until;
}

static void facts(struct l2_facts *f, unsigned which)
{
	static struct prefix nets[2];
	static struct l2_iface v[2];

	nets[0] = prefix("192.0.2.0/24");
	nets[1] = prefix("198.51.100.0/24");
	*f = (struct l2_facts){.v = v};
	if (which & ETH0)
		v[f->n++] = (struct l2_iface){.name = "eth0",
		    .ifindex = 1,
		    .subnets = &nets[0],
		    .n_subnets = 1,
		    .default4 = true};
	if (which & ETH1)
		v[f->n++] = (struct l2_iface){
		    .name = "eth1", .ifindex = 2, .subnets = &nets[1], .n_subnets = 1};
}

void own_facts(struct lab *l, unsigned which)
{
	struct l2_facts f;

	facts(&f, which);
	l2_owners_set_facts(l->o, &f);
}

void peer(struct lab *l, const char *name, unsigned flags)
{
	const uint32_t heard = flags & ON1 ? 2 : 1;
	struct l2_facts f;
	struct l2_peer p = {.node = name,
	    .alive = flags & ALIVE,
	    .known = flags & KNOWN,
	    .cut_off = flags & CUT_OFF,
	    .leaving = flags & LEAVING,
	    .facts = &f,
	    .heard = &heard,
	    .n_heard = flags & ALIVE};

	facts(&f, flags & NO_NET ? 0 : flags & BOTH ? ETH0 | ETH1 : flags & ON1 ? ETH1 : ETH0);
	l2_owners_set_peer(l->o, &p);
}

void want(struct lab *l, const char *address, const char *candidates)
{
	struct l2_candidate v[CANDIDATES];
	struct strlist only[CANDIDATES] = {{0}};
	struct l2_wish w = {.addr = addr(address), .key = addr(address), .v = v};
	char text[256], *at = text;

	snprintf(text, sizeof(text), "%s", candidates);
	for (char *word; (word = strsep(&at, " ")) && *word;) {
		struct l2_candidate *c = &v[w.n];
		char *iface = strchr(word, '@'), *drains = strchr(word, '!'),
		     *preference = strchr(word, ':');

		*c = (struct l2_candidate){.node = word, .draining = drains};
		if (iface) {
			*iface = '\0';
			strlist_add(&only[w.n], iface + 1);
			c->interfaces = &only[w.n];
		}
		if (drains)
			*drains = '\0';
		if (preference) {
			*preference = '\0';
			c->preference = (uint32_t)strtoul(preference + 1, NULL, 10);
		}
		w.n++;
	}
	l2_owners_want(l->o, &w);
	for (size_t i = 0; i < CANDIDATES; i++)
		strlist_fini(&only[i]);
}

void claims(
    struct lab *l, const char *node, const char *address, enum l2_claim what, uint64_t stamp)
{
	const struct ipaddr a = addr(address);

	l2_owners_claimed(l->o, node, &a, what, stamp);
}

const char *ranked(const char *others, bool first)
{
	static char text[PREFIX_STRLEN];

	for (unsigned i = 1; i < 255; i++) {
		struct ipaddr a;
		bool before = true, after = true;

		snprintf(text, sizeof(text), "192.0.2.%u", i);
		a = addr(text);
		for (const char *p = others; *p; p++) {
			const char name[2] = {*p, '\0'};
			bool less = l2_rank(name, &a) < l2_rank("a", &a);

			before &= less;
			after &= !less;
		}
		if (first ? before : after)
			return text;
	}
	fail();
	return NULL;
}

void open_lab(struct lab *l, unsigned flags)
{
	*l = (struct lab){.now = 5000, .due = INT64_MAX};
	l->o = l2_owners_new("a", &ops, l);
	own_facts(l, ETH0 | ETH1);
	if (flags & HEARTBEAT)
		l2_owners_set_heartbeat(l->o, true, LISTEN);
	run(l);
	if (!(flags & LISTENING))
		pass(l, LISTEN);
}

void close_lab(struct lab *l)
{
	l2_owners_free(l->o);
}

static const char *line(const char *fmt, const char *address)
{
	static char text[512];
	const char *p = strrchr(address, '.') + 1;
	size_t n = 0;

	for (const char *c = fmt; *c; c++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, *c == '#' ? "%s" : "%.1s", *c == '#' ? p : c);
	return text;
}

void saw(struct lab *l, const char *fmt, const char *address)
{
	expect(l, line(fmt, address));
}
