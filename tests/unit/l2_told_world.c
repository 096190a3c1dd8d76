/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/log.h"
#include "announcer/util.h"
#include "k8s/l2_status.h"
#include "tests/unit/l2_told_world.h"
#include "tests/unit/pools.h"
#include <cmocka.h>
#include <stdio.h>

/* ---- what it is given ---- */

static struct seen *find(struct world *w, const struct ipaddr *a)
{
	for (size_t i = 0; i < w->n_seen; i++)
		if (ipaddr_cmp(&w->seen[i].addr, a) == 0)
			return &w->seen[i];
	return NULL;
}

static bool look(const struct ipaddr *a, struct l2_owners_view *v, void *arg)
{
	struct seen *s = find(arg, a);

	if (!s)
		return false;
	*v = (struct l2_owners_view){
	    .addr = *a,
	    .state = s->state,
	    .owner = s->owner,
	    .ifindex = s->ifindex,
	    .n_ifindex = s->state == L2_OWNER ? s->n : 0,
	    .mac = {2, 0, 0, 0, 0, 9}
        };
	return true;
}

static const char *ifname(uint32_t ifindex, void *arg)
{
	static const char *const names[] = {NULL, "eth1", "eth2", "br0"};

	(void)arg;
	return ifindex < ARRAY_LEN(names) ? names[ifindex] : NULL;
}

static void add(char *to, size_t size, const char *text)
{
	size_t len = strlen(to);

	assert_true(len + strlen(text) < size);
	snprintf(to + len, size - len, "%s", text);
}

static void recorded(const struct ipaddr *a, const char *node, void *arg)
{
	struct world *w = arg;
	char buf[PREFIX_STRLEN];

	add(w->recorded, sizeof(w->recorded), ipaddr_str(a, buf));
	add(w->recorded, sizeof(w->recorded), "=");
	add(w->recorded, sizeof(w->recorded), node ? node : "-");
	add(w->recorded, sizeof(w->recorded), " ");
}

static void on_wish(struct world *w, const struct k8s_l2_wish *k)
{
	char buf[512], own[K8S_L2_NAME] = "";

	assert_string_equal(k->ns, NS);
	if (k->gone) {
		snprintf(buf, sizeof(buf), "- %s%s%s\n",
		    strlen(k->name) == K8S_L2_NAME - 1 ? "own" : k->name,
		    k->version ? " @" : "", k->version ? k->version : "");
	} else {
		assert_string_equal(k->node, "n1");
		k8s_l2_status_name(own, "n1", k->service_ns, k->service);
		snprintf(buf, sizeof(buf), "%s %s %s/%s: %s\n", k->there ? "~" : "+",
		    strcmp(k->name, own) ? k->name : "own", k->service_ns, k->service,
		    k->interfaces);
	}
	add(w->sent, sizeof(w->sent), buf);
}

static void on_send(struct k8s_command *cmd, void *arg)
{
	struct world *w = arg;
	const struct k8s_notice *n = cmd->notice;
	char buf[1024];

	if (cmd->type == K8S_L2) {
		on_wish(w, cmd->l2);
	} else {
		assert_int_equal(cmd->type, K8S_NOTICE);
		assert_string_equal(n->node, "n1");
		assert_string_equal(n->uid, "u1");
		snprintf(buf, sizeof(buf), "%s%s/%s %s: %s\n", n->warning ? "! " : "", n->ns,
		    n->name, n->reason, n->text);
		add(w->sent, sizeof(w->sent), buf);
	}
	k8s_command_free(cmd);
}

static const struct l2_told_ops ops = {look, ifname, recorded, on_send};

/* ---- what is done to it ---- */

const char *run(struct world *w)
{
	w->sent[0] = '\0';
	w->again = l2_told_run(w->t, w->now);
	return w->sent;
}

const char *later(struct world *w, int64_t ms)
{
	w->now += ms;
	return run(w);
}

void apply(struct world *w, struct k8s_event *ev)
{
	w->recorded[0] = '\0';
	store_apply(w->st, ev);
	alloc_run(w->a);
	l2_told_collect(w->t);
	alloc_clear_changed(w->a);
	store_clean(w->st);
}

void put(struct world *w, const char *path, const char *spec)
{
	char full[256];

	snprintf(full, sizeof(full), "uid=u1 %s", spec);
	apply(w, put_event(service(path, full)));
}

/* What layer 2 says of an address from now on; ifindex: "12" = 1 and 2. */
void sees(
    struct world *w, const char *addr, enum l2_state state, const char *owner, const char *ifs)
{
	struct ipaddr a = obj_addr(addr);
	struct seen *s = find(w, &a);
	enum l2_state was = s ? s->state : L2_LISTENS;
	struct l2_owners_view v;

	if (!s)
		s = &w->seen[w->n_seen++];
	*s = (struct seen){.addr = a, .state = state, .owner = owner};
	for (; *ifs; ifs++)
		s->ifindex[s->n++] = (uint32_t)(*ifs - '0');
	assert_true(look(&a, &v, w));
	l2_told_news(w->t, &v, was);
}

/* status: of JSON, "" = none. */
struct object {
	const char *name, *node, *service, *status;
	int created;
};

static void give(struct world *w, const struct object *from)
{
	char text[1024];
	struct k8s_object o = {
	    .kind = K8S_CUSTOM,
	    .ns = NS,
	    .name = from->name,
	    .created_s = from->created,
	    .raw = {.resource = K8S_L2_RESOURCE, .text = text}
        };
	struct k8s_event *ev;

	snprintf(text, sizeof(text),
	    "{\"metadata\":{\"resourceVersion\":\"7\",\"labels\":{\"metallb.io/node\":\"%s\","
	    "\"metallb.io/service-namespace\":\"default\",\"metallb.io/service-name\":\"%s\"}}"
	    "%s}",
	    from->node ? from->node : "", from->service, from->status);
	o.raw.len = strlen(text);
	ev = k8s_event_new(from->node ? K8S_PUT : K8S_DELETE, obj_done(&o));
	w->recorded[0] = '\0';
	assert_true(l2_told_object(w->t, ev));
	k8s_event_free(ev);
}

/* An object of a node that is created, and says nothing yet. */
void bare_object(
    struct world *w, const char *name, const char *node, const char *service, int created)
{
	give(w, &(struct object){name, node, service, "", created});
}

void object(struct world *w, const char *name, const char *node, const char *ifs)
{
	char status[512];

	snprintf(status, sizeof(status),
	    ",\"status\":{\"node\":\"%s\",\"serviceName\":\"web\",\"serviceNamespace\":"
	    "\"default\",\"interfaces\":[%s]}",
	    node ? node : "", ifs);
	give(w, &(struct object){name, node, "web", status, 1});
}

bool state(struct world *w, enum k8s_phase phase, bool listed)
{
	struct k8s_resource r = {
	    .name = (char *)K8S_L2_RESOURCE ".metallb.io", .phase = phase, .listed = listed};
	struct k8s_cluster c = {.resources = &r, .n_resources = 1};
	const struct k8s_state st = {.cluster = &c};

	return l2_told_state(w->t, &st);
}

int l2_told_setup(void **st)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct alloc_rules r = {.lb_class = ""};

	log_set_level(LOG_LEVEL_ERR);
	w->now = 1000000;
	w->st = store_new();
	w->a = alloc_new(w->st);
	r.policy = w->policy =
	    pools_make("lan:layer2:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9");
	alloc_set_rules(w->a, &r);
	w->t = l2_told_new(w->a, "n1", &ops, w);
	l2_told_set_ns(w->t, NS);
	assert_false(state(w, K8S_LISTING, false));
	assert_true(state(w, K8S_WATCHING, true));
	put(w, "default/web", "status=192.0.2.1");
	*st = w;
	return 0;
}

int l2_told_teardown(void **st)
{
	struct world *w = *st;

	l2_told_free(w->t);
	alloc_free(w->a);
	store_free(w->st);
	pools_free(w->policy);
	free(w);
	return 0;
}
