/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * choose.c - which interfaces are for layer 2. A node in a container, as in kind, hangs on a
 * veth itself: so a veth is a pod's only if it has neither a subnet nor the default route.
 * Subnets that say nothing about a LAN do not count: link-local ones, which every interface
 * has, and single addresses, which network plugins put on theirs.
 */
#include "announcer/l2/links.h"
#include "announcer/util.h"
#include <fnmatch.h>

/* What network plugins, kube-proxy and container engines make, MetalLB's own list among them.
 * Of OVS only what is made for pods and tunnels: br-ex and its like carry the node's address.
 */
#define HEX4 "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
static const char *const cni_names[] = {"antrea-*", "br-" HEX4 HEX4 HEX4, "cali*", "cbr*",
    "cilium_*", "cni*", "docker*", "dummy*", "flannel*", "genev_sys_*", "kube-bridge",
    "kube-dummy-if", "kube-ipvs*", "lxc*", "nerdctl*", "nodelocaldns*", "ovn-k8s-*",
    "ovs-system", "podman*", "tunl*", "virbr*", "vxlan.calico", "vxlan-v6.calico",
    "vxlan_sys_*", "weave"};

const struct l2_choice_text *l2_choice_text(enum l2_choice c)
{
	static const struct l2_choice_text texts[L2_CHOICES] = {
	    [L2_CHOSEN] = {"chosen",       "it is for layer 2"                                        },
	    [L2_LOOPBACK] = {"loopback",     "it is the loopback"                                       },
	    [L2_NOT_ETHERNET] = {"not-ethernet", "it has no Ethernet address"                               },
	    [L2_NO_ARP] = {"no-arp",       "it does without ARP or broadcasts"                        },
	    [L2_PORT] = {"port",
			   "it is a port of a bridge, bond or the like, which answers itself"         },
	    [L2_POD] = {"pod",          "its other end is in another network namespace, as a pod's"},
	    [L2_CNI] = {"cni",
			   "it is a network plugin's, kube-proxy's or a container engine's"           },
	    [L2_EXCLUDED] = {"excluded",     "l2.exclude-interfaces has it"                             },
	    [L2_NOT_NAMED] = {"not-named",    "l2.interfaces names others"                               },
	    [L2_NO_SUBNET] = {"no-subnet",
			   "it has neither a subnet of the node nor its default route"                },
	    [L2_TWIN] = {"twin",         "the interface that it is made of is in the same subnet and "
				 "answers"                          },
	    [L2_DOWN] = {"down",         "it is down or has no carrier"                             },
	};

	return &texts[c];
}

static bool matches(const struct strlist *patterns, const char *name)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (!fnmatch(patterns->v[i], name, 0))
			return true;
	return false;
}

static bool is_cni(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(cni_names); i++)
		if (!fnmatch(cni_names[i], name, 0))
			return true;
	return false;
}

static bool is_lan(const struct l2_addr *a)
{
	return a->plen < 8 * ipaddr_len(a->addr.family) && !ipaddr_is_linklocal(&a->addr);
}

static bool has_lan(const struct l2_link *l)
{
	for (size_t i = 0; i < l->n_addrs; i++)
		if (is_lan(&l->addrs[i]))
			return true;
	return false;
}

/* Something of the node goes over it. */
static bool is_used(const struct l2_link *l)
{
	return l->default4 || l->default6 || has_lan(l);
}

static bool has_subnet_of(const struct l2_link *l, const struct l2_addr *a)
{
	struct prefix want = prefix_of(&a->addr, a->plen);

	for (size_t i = 0; i < l->n_addrs; i++) {
		struct prefix have = prefix_of(&l->addrs[i].addr, l->addrs[i].plen);

		if (prefix_same(&want, &have))
			return true;
	}
	return false;
}

static bool shares_subnet(const struct l2_link *a, const struct l2_link *b)
{
	for (size_t i = 0; i < a->n_addrs; i++)
		if (is_lan(&a->addrs[i]) && has_subnet_of(b, &a->addrs[i]))
			return true;
	return false;
}

/* It sends with a MAC of its own into the LAN of its parent. */
static bool is_macvlan(const struct l2_link *l)
{
	return !strcmp(l->kind, "macvlan") || !strcmp(l->kind, "macvtap") ||
	       !strcmp(l->kind, "ipvlan");
}

/* What holds without a look at others. */
static enum l2_choice choose_alone(const struct l2_link *l, const struct l2_rules *r)
{
	bool named = strlist_has(r->names, l->name);

	if (l->loopback)
		return L2_LOOPBACK;
	if (!l->ethernet)
		return L2_NOT_ETHERNET;
	if (l->noarp || !l->broadcast)
		return L2_NO_ARP;
	if (l->master)
		return L2_PORT;
	if (!named && l->elsewhere && !strcmp(l->kind, "veth") && !is_used(l))
		return L2_POD;
	if (!named && is_cni(l->name))
		return L2_CNI;
	if (matches(r->exclude, l->name))
		return L2_EXCLUDED;
	if (r->names->n && !matches(r->names, l->name))
		return L2_NOT_NAMED;
	if (!r->names->n && !is_used(l) && !strlist_has(r->advertised, l->name))
		return L2_NO_SUBNET;
	return l->up ? L2_CHOSEN : L2_DOWN;
}

enum l2_choice l2_choose(const struct l2_link *v, size_t n, size_t at, const struct l2_rules *r)
{
	const struct l2_link *l = &v[at];
	enum l2_choice c = choose_alone(l, r);

	if (c != L2_CHOSEN || l->elsewhere || !is_macvlan(l) || strlist_has(r->names, l->name))
		return c;
	for (size_t i = 0; i < n; i++)
		if (v[i].ifindex == l->parent && shares_subnet(l, &v[i])) {
			enum l2_choice of = choose_alone(&v[i], r);

			/* Where that is down this one is, or is just going to be. */
			return of == L2_CHOSEN || of == L2_DOWN ? L2_TWIN : c;
		}
	return c;
}

static int cmp_prefix(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

static int cmp_name(const void *a, const void *b)
{
	const struct l2_iface *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void put_subnets(struct l2_iface *to, const struct l2_link *l)
{
	size_t n = 0;

	to->subnets = xcalloc(l->n_addrs, sizeof(*to->subnets));
	for (size_t i = 0; i < l->n_addrs; i++)
		if (is_lan(&l->addrs[i]))
			to->subnets[n++] = prefix_of(&l->addrs[i].addr, l->addrs[i].plen);
	qsort(to->subnets, n, sizeof(*to->subnets), cmp_prefix);
	for (size_t i = 0; i < n; i++)
		if (!i || !prefix_same(&to->subnets[i], &to->subnets[to->n_subnets - 1]))
			to->subnets[to->n_subnets++] = to->subnets[i];
}

void l2_facts_make(
    struct l2_facts *to, const struct l2_link *v, size_t n, const struct l2_rules *r)
{
	*to = (struct l2_facts){.v = xcalloc(n, sizeof(*to->v))};
	for (size_t i = 0; i < n; i++) {
		struct l2_iface *f = &to->v[to->n];

		if (l2_choose(v, n, i, r) != L2_CHOSEN)
			continue;
		memcpy(f->name, v[i].name, sizeof(f->name));
		f->ifindex = v[i].ifindex;
		f->default4 = v[i].default4;
		f->default6 = v[i].default6;
		f->named = r->names->n > 0;
		put_subnets(f, &v[i]);
		to->n++;
	}
	qsort(to->v, to->n, sizeof(*to->v), cmp_name);
}
