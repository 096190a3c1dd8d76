/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/log.h"
#include "announcer/util.h"
#include "k8s/decode_int.h"
#include "tests/unit/control_world.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

static void add(struct world *w, const char *text)
{
	size_t len = strlen(w->sent);

	snprintf(w->sent + len, sizeof(w->sent) - len, "%s", text);
}

static void on_send(struct k8s_command *cmd, void *arg)
{
	struct world *w = arg;
	char buf[1024], addr[PREFIX_STRLEN];

	if (cmd->type == K8S_NOTICE) {
		const struct k8s_notice *n = cmd->notice;

		snprintf(buf, sizeof(buf), "%s%s/%s %s: %s\n", n->warning ? "! " : "", n->ns,
		    n->name, n->reason, n->text);
		add(w, buf);
	} else {
		const struct k8s_status_wish *s = cmd->status;
		const struct k8s_pool_counts *k = s->counts;

		assert_int_equal(cmd->type, K8S_STATUS);
		snprintf(buf, sizeof(buf), "%s/%s(%s) =", s->ns, s->name, s->uid);
		add(w, buf);
		for (size_t i = 0; i < s->n; i++) {
			add(w, " ");
			add(w, ipaddr_str(&s->addr[i], addr));
		}
		snprintf(buf, sizeof(buf), " %" PRId64 "+%" PRId64 " %" PRId64 "+%" PRId64,
		    k ? k->assigned4 : 0, k ? k->available4 : 0, k ? k->assigned6 : 0,
		    k ? k->available6 : 0);
		add(w, k ? buf : "");
		add(w, s->pool ? " of " : s->clear ? " cleared" : "");
		add(w, s->pool ? s->pool : "");
		add(w, "\n");
		w->serial = s->serial;
		snprintf(w->version, sizeof(w->version), "%s", s->version ? s->version : "");
	}
	k8s_command_free(cmd);
}

void rules(struct world *w, const char *pools, bool controller)
{
	struct policy *next = pools_make(pools);
	struct alloc_rules r = {.policy = next,
	    .lb_class = w->lb_class,
	    .controller = controller,
	    .unsure = w->unsure};

	control_set_rules(w->c, &r);
	desired_set_rules(w->d, &r);
	pools_free(w->policy);
	w->policy = next;
}

/* As the daemon does it. Return: what was sent. */
const char *run(struct world *w)
{
	w->sent[0] = '\0';
	desired_run(w->d, NULL);
	rib_commit(w->rib);
	w->again = control_run(w->c, w->now);
	return w->sent;
}

int control_setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	log_set_level(LOG_LEVEL_ERR);
	w->now = 1000000;
	w->lb_class = "";
	w->st = store_new();
	w->rib = rib_new();
	w->a = alloc_new(w->st);
	w->d = desired_new(w->st, w->a, w->rib);
	w->c = control_new(w->st, w->a);
	control_set_send(w->c, on_send, w);
	desired_set_finished(w->d, control_collect, w->c);
	rules(w, "lan:192.0.2.1-192.0.2.9", true);
	control_set_leading(w->c, true);
	control_set_listed(w->c, true);
	run(w);
	*state = w;
	return 0;
}

int control_teardown(void **state)
{
	struct world *w = *state;

	control_free(w->c);
	desired_free(w->d);
	alloc_free(w->a);
	rib_free(w->rib);
	store_free(w->st);
	pools_free(w->policy);
	free(w);
	return 0;
}

/* spec: after "uid=u1 ", unless it has one. */
const char *put(struct world *w, const char *path, const char *spec)
{
	char full[256];

	snprintf(full, sizeof(full), "%s%s", strstr(spec, "uid=") ? "" : "uid=u1 ", spec);
	store_apply(w->st, put_event(service(path, full)));
	return run(w);
}

const char *gone(struct world *w, const char *path)
{
	store_apply(w->st, gone_event(K8S_SERVICE, path));
	return run(w);
}

/* An IPAddressPool; status may be "". */
const char *put_pool(struct world *w, const char *name, const char *uid, const char *status)
{
	char text[512];
	struct k8s_object o = {.kind = K8S_CUSTOM, .ns = "metallb-system", .name = name};

	snprintf(text, sizeof(text),
	    "{\"metadata\":{\"uid\":\"%s\"},\"spec\":{\"addresses\":[]}%s%s}", uid,
	    *status ? ",\"status\":" : "", status);
	o.raw =
	    (struct k8s_raw){.resource = "ipaddresspools", .text = text, .len = strlen(text)};
	store_apply(w->st, put_event(obj_done(&o)));
	return run(w);
}

void counts_wrote(struct world *w, const char *name, const char *version)
{
	const struct k8s_wrote o = {.ns = (char *)"metallb-system",
	    .name = (char *)name,
	    .counts = true,
	    .version = (char *)version,
	    .error = version ? NULL : (char *)"the pool is another one now",
	    .serial = w->serial};

	control_wrote(w->c, &o, w->now);
}

void wrote(struct world *w, const char *version, const char *error, bool again)
{
	const struct k8s_wrote o = {.ns = (char *)"default",
	    .name = (char *)"web",
	    .version = (char *)version,
	    .error = (char *)error,
	    .again = again,
	    .serial = w->serial};

	control_wrote(w->c, &o, w->now);
}

const char *later(struct world *w, int64_t ms)
{
	w->now += ms;
	w->sent[0] = '\0';
	w->again = control_run(w->c, w->now);
	return w->sent;
}
