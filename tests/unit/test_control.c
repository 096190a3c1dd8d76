/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the controller asks to be written, change by change; the clock is a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/control.h"
#include "announcer/desired.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <cmocka.h>
#include <stdio.h>

struct world {
	struct store *st;
	struct alloc *a;
	struct rib *rib;
	struct desired *d;
	struct policy *policy;
	struct control *c;
	int64_t now;
	int64_t again; /* what control_run() said */
	uint64_t serial;
	char sent[2048];
	char version[16]; /* of the last wish */
};

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

		assert_int_equal(cmd->type, K8S_STATUS);
		snprintf(buf, sizeof(buf), "%s/%s(%s) =", s->ns, s->name, s->uid);
		add(w, buf);
		for (size_t i = 0; i < s->n; i++) {
			add(w, " ");
			add(w, ipaddr_str(&s->addr[i], addr));
		}
		add(w, s->pool ? " of " : s->clear ? " cleared" : "");
		add(w, s->pool ? s->pool : "");
		add(w, "\n");
		w->serial = s->serial;
		snprintf(w->version, sizeof(w->version), "%s", s->version ? s->version : "");
	}
	k8s_command_free(cmd);
}

static void rules(struct world *w, const char *pools, bool controller)
{
	struct policy *next = pools_make(pools);

	desired_set_rules(w->d,
	    &(struct alloc_rules){.policy = next, .lb_class = "", .controller = controller});
	pools_free(w->policy);
	w->policy = next;
}

/* As the daemon does it. Return: what was sent. */
static const char *run(struct world *w)
{
	w->sent[0] = '\0';
	desired_run(w->d, NULL);
	rib_commit(w->rib);
	w->again = control_run(w->c, w->now);
	return w->sent;
}

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	log_set_level(LOG_LEVEL_ERR);
	w->now = 1000000;
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

static int teardown(void **state)
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
static const char *put(struct world *w, const char *path, const char *spec)
{
	char full[256];

	snprintf(full, sizeof(full), "%s%s", strstr(spec, "uid=") ? "" : "uid=u1 ", spec);
	store_apply(w->st, put_event(service(path, full)));
	return run(w);
}

static const char *gone(struct world *w, const char *path)
{
	store_apply(w->st, gone_event(K8S_SERVICE, path));
	return run(w);
}

static void wrote(struct world *w, const char *version, const char *error, bool again)
{
	const struct k8s_wrote o = {.ns = (char *)"default",
	    .name = (char *)"web",
	    .version = (char *)version,
	    .error = (char *)error,
	    .again = again,
	    .serial = w->serial};

	control_wrote(w->c, &o, w->now);
}

static const char *later(struct world *w, int64_t ms)
{
	w->now += ms;
	w->sent[0] = '\0';
	w->again = control_run(w->c, w->now);
	return w->sent;
}

#define NOTHING(text) assert_string_equal(text, "")
#define SENT(text)    assert_string_equal(w->sent, text)
#define GIVEN         "default/web IPAllocated: Assigned IP [\"192.0.2.1\"]\n"
#define WISH          "default/web(u1) = 192.0.2.1 of lan\n"

static void test_new_service(void **state)
{
	struct world *w = *state;
	struct control_stats st;

	put(w, "default/web", "version=7 tcp=80");
	SENT(GIVEN WISH);
	assert_string_equal(w->version, "7");
	control_stats(w->c, &st);
	assert_int_equal(st.waiting, 1);
	wrote(w, "9", NULL, false);
	NOTHING(run(w));
	NOTHING(put(w, "default/web", "version=8 tcp=80 tcp=81")); /* older than our write */
	NOTHING(later(w, 1000));
	NOTHING(put(w, "default/web", "version=9 tcp=80 tcp=81 status=192.0.2.1 from=lan"));
	NOTHING(later(w, 1000));
	assert_int_equal(w->again, -1);
	control_stats(w->c, &st);
	assert_int_equal(st.waiting, 0);
	assert_int_equal(st.sent, 1);
	assert_int_equal(st.done, 1);
	assert_int_equal(st.failed, 0);
}

static void test_shown_before_answered(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7");
	NOTHING(put(w, "default/web", "version=9 status=192.0.2.1 from=lan"));
	wrote(w, "9", NULL, false);
	NOTHING(later(w, 0));
	assert_int_equal(w->again, -1);
}

static void test_only_ours(void **state)
{
	struct world *w = *state;

	NOTHING(put(w, "default/web", "version=7 type=ClusterIP"));
	NOTHING(put(w, "default/web", "version=7 class=other status=203.0.113.1"));
	NOTHING(put(w, "default/dns", "version=7 status=192.0.2.5 from=lan")); /* it is so */
	store_apply(w->st, put_event(service("default/old", "tcp=1")));        /* of no API */
	NOTHING(run(w));
}

static void test_only_while_leading_and_listed(void **state)
{
	struct world *w = *state;

	control_set_leading(w->c, false);
	NOTHING(put(w, "default/web", "version=7"));
	control_set_listed(w->c, false);
	control_set_leading(w->c, true);
	NOTHING(run(w));
	control_set_listed(w->c, true);
	NOTHING(later(w, 0)); /* alloc has not run since */
	run(w);
	SENT(GIVEN WISH);
	control_set_leading(w->c, false); /* forgets it */
	NOTHING(later(w, 100000));
	control_set_leading(w->c, true);
	run(w);
	SENT(GIVEN WISH);
}

static void test_new_leader_takes_over(void **state)
{
	struct world *w = *state;

	control_set_leading(w->c, false);
	rules(w, "lan:192.0.2.1-192.0.2.9", false);
	put(w, "default/new", "uid=u2 version=6 created=1");
	NOTHING(put(w, "default/web", "version=7 created=2 status=192.0.2.1 from=lan"));
	control_set_leading(w->c, true);
	rules(w, "lan:192.0.2.1-192.0.2.9", true);
	run(w); /* who holds an address keeps it */
	SENT("default/new IPAllocated: Assigned IP [\"192.0.2.2\"]\n"
	     "default/new(u2) = 192.0.2.2 of lan\n");
}

/* The rules wait for the source to be back; what they are until then is not for us to write. */
static void test_leader_without_the_rules(void **state)
{
	struct world *w = *state;

	control_set_leading(w->c, false);
	rules(w, "lan:192.0.2.1-192.0.2.9", false);
	put(w, "default/new", "uid=u2 version=6 created=1");
	put(w, "default/web", "version=7 created=2 status=198.51.100.1 from=wan");
	control_set_leading(w->c, true);
	NOTHING(run(w));
	NOTHING(put(w, "default/web", "version=8 created=2 status=198.51.100.1 from=wan"));
	NOTHING(later(w, 60000));
	rules(w, "lan:192.0.2.1-192.0.2.9", true);
	run(w);
	SENT("default/new IPAllocated: Assigned IP [\"192.0.2.1\"]\n"
	     "default/new(u2) = 192.0.2.1 of lan\n"
	     "default/web ClearAssignment: 198.51.100.1: not assigned any more\n"
	     "default/web IPAllocated: Assigned IP [\"192.0.2.2\"]\n"
	     "default/web(u1) = 192.0.2.2 of lan\n");
}

static void test_lost_address_is_cleared(void **state)
{
	struct world *w = *state;

	NOTHING(put(w, "default/web", "version=7 status=192.0.2.5 from=lan"));
	rules(w, "lan:198.51.100.1-198.51.100.9", true);
	run(w);
	SENT("default/web ClearAssignment: 192.0.2.5: not assigned any more\n"
	     "default/web IPAllocated: Assigned IP [\"198.51.100.1\"]\n"
	     "default/web(u1) = 198.51.100.1 of lan\n");
	wrote(w, "8", NULL, false);
	rules(w, "lan6:2001:db8::1-2001:db8::9", true);
	run(w);
	assert_non_null(strstr(w->sent, "! default/web AllocationFailed: Failed to allocate IP "
					"for \"default/web\": "));
	assert_non_null(strstr(
	    w->sent, "default/web ClearAssignment: 198.51.100.1: not assigned any more"));
	assert_non_null(strstr(w->sent, "default/web(u1) =\n"));
	assert_string_equal(w->version, "8");
	NOTHING(run(w)); /* told once */
}

/* Compat 3.6; but not for who begins without pools: that is a mistake in its configuration. */
static void test_all_pools_gone(void **state)
{
	struct world *w = *state;

	NOTHING(put(w, "default/web", "version=7 status=192.0.2.5 from=lan"));
	rules(w, "", true);
	run(w);
	assert_non_null(strstr(w->sent, "AllocationFailed"));
	assert_non_null(strstr(w->sent, "default/web(u1) =\n"));
	control_set_leading(w->c, false);
	control_set_leading(w->c, true);
	put(w, "default/web", "version=9 status=192.0.2.5 from=lan");
	assert_non_null(strstr(w->sent, "AllocationFailed"));
	assert_null(strstr(w->sent, "(u1)"));
}

/* Compat 3.1 step 11: the annotation is written with the address, and by itself. */
static void test_annotation(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7 status=192.0.2.5"); /* as MetalLB 0.12 leaves it */
	SENT("default/web(u1) = 192.0.2.5 of lan\n");
	wrote(w, "8", NULL, false);
	NOTHING(put(w, "default/web", "version=8 status=192.0.2.5 from=lan"));
	rules(w, "house:192.0.2.1-192.0.2.9", true); /* the pool has another name */
	run(w);
	SENT("default/web(u1) = 192.0.2.5 of house\n");
	wrote(w, "9", NULL, false);
	NOTHING(put(w, "default/web", "version=9 status=192.0.2.5 from=house"));
	put(w, "default/web", "version=10 status=192.0.2.5"); /* somebody took it away */
	SENT("default/web(u1) = 192.0.2.5 of house\n");
}

/* The order in which they stand is kept; entries without an address go. */
static void test_ingress(void **state)
{
	struct world *w = *state;

	rules(w, "lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9", true);
	put(w, "default/web", "version=7 fam=64 status=2001:db8::1,192.0.2.1");
	SENT("default/web(u1) = 2001:db8::1 192.0.2.1 of lan\n");
	wrote(w, "8", NULL, false);
	NOTHING(
	    put(w, "default/web", "version=8 fam=64 status=2001:db8::1,192.0.2.1 from=lan"));
	put(w, "default/dns", "uid=u2 version=9 status=192.0.2.2 from=lan hosts");
	SENT("default/dns(u2) = 192.0.2.2 of lan\n");
}

/* Compat 3.1 step 1: of what is no LoadBalancer any more, nothing is left. */
static void test_no_balancer_any_more(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7");
	wrote(w, "8", NULL, false);
	NOTHING(put(w, "default/web", "version=8 status=192.0.2.1 from=lan"));
	put(w, "default/web", "version=9 type=ClusterIP from=lan");
	SENT("default/web(u1) = cleared\n");
	assert_string_equal(w->version, "9");
	NOTHING(run(w));
	wrote(w, "10", NULL, false);
	NOTHING(
	    put(w, "default/web", "version=9 type=NodePort from=lan")); /* older than that */
	NOTHING(put(w, "default/web", "version=11 type=ClusterIP from=lan")); /* once more? */
	later(w, 30000);
	SENT("default/web(u1) = cleared\n");
	wrote(w, "12", NULL, false);
	NOTHING(put(w, "default/web", "version=12 type=ClusterIP"));
	put(w, "default/web", "version=13"); /* and it is one again: at once */
	SENT(GIVEN WISH);
	wrote(w, NULL, "the Service is no LoadBalancer any more", false);
	put(w, "default/old", "uid=u2 version=4 type=ClusterIP status=203.0.113.1");
	SENT("default/old(u2) = cleared\n");
	control_set_class(w->c, "ours"); /* that is another controller's, perhaps */
	run(w);
	SENT("");
	put(w, "default/more", "uid=u3 version=4 type=ClusterIP from=lan");
	SENT("default/more(u3) = cleared\n");
}

/* What a cluster is like that MetalLB leaves: nothing is written. */
static void test_metallbs_cluster_is_adopted(void **state)
{
	struct world *w = *state;

	rules(w,
	    "lan:192.0.2.1-192.0.2.9 six:2001:db8::1-2001:db8::9,198.51.100.1-198.51.100.9",
	    true);
	control_set_listed(w->c, false);
	put(w, "default/a", "uid=u1 version=1 tcp=80 share=k status=192.0.2.3 from=lan");
	put(w, "default/b", "uid=u2 version=2 udp=80 share=k status=192.0.2.3 from=lan");
	put(w, "default/c",
	    "uid=u3 version=3 fam=64 status=2001:db8::7,198.51.100.7 from=six policy=require");
	put(w, "default/d", "uid=u4 version=4 type=ClusterIP");
	put(w, "default/e", "uid=u5 version=5 ips=192.0.2.9 old status=192.0.2.9 from=lan");
	control_set_listed(w->c, true);
	run(w);
	SENT("");
	assert_int_equal(w->again, -1);
}

static bool event(struct world *w, const char *spec, const char *says)
{
	static unsigned uid;
	char full[256];

	snprintf(full, sizeof(full), "uid=e%u version=7 %s", ++uid, spec);
	put(w, "default/web", full);
	return strstr(w->sent, says);
}

/* Compat 3.8: a row a reason, and what people look for in it. */
static void test_events(void **state)
{
	struct world *w = *state;

#define FAILED "! default/web AllocationFailed: Failed to allocate IP for \"default/web\": "
	assert_true(event(w, "", "default/web IPAllocated: Assigned IP [\"192.0.2.1\"]\n"));
	assert_null(strstr(w->sent, "deprecatedAnnotation"));
	assert_true(event(w, "old", "! default/web deprecatedAnnotation: "));
	assert_true(event(w, "fam=6", FAILED "no available IPs: "));
	assert_true(event(w, "pool=none", FAILED "unknown pool: "));
	assert_true(event(w, "ip=203.0.113.1", FAILED "not allowed in config: "));
	assert_true(
	    event(w, "ip=2001:db8::1", FAILED "requested IP does not match the ipFamily: "));
	assert_true(event(w, "ips=web", "! default/web LoadBalancerFailed: "));
	assert_true(
	    event(w, "ips=192.0.2.1 ip=192.0.2.1", "! default/web LoadBalancerFailed: "));
	assert_true(event(w, "ips=192.0.2.1,192.0.2.2", "! default/web LoadBalancerFailed: "));
	assert_true(event(w, "policy=require", "! default/web not enough clusterips: "));
	assert_true(event(w, "fam=46",
	    "default/web AdditionalAssignFailed: cannot assign additional IP in "
	    "PreferDualStack: "));
	rules(w, "lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9", true);
	assert_true(event(w, "fam=46 status=192.0.2.1 from=lan",
	    "default/web IPAllocated: Assigned additional IP \"2001:db8::1\"\n"));
	rules(w, "lan:198.51.100.1-198.51.100.9", true);
	assert_true(event(w, "status=192.0.2.1 from=lan",
	    "default/web ClearAssignment: 192.0.2.1: not assigned any more"));
	assert_non_null(strstr(w->sent, "IPAllocated: Assigned IP [\"198.51.100.1\"]\n"));
	rules(w, "lan:198.51.100.1-198.51.100.9 wan:203.0.113.1-203.0.113.9", true);
	assert_true(
	    event(w, "ip=203.0.113.1 pool=lan", FAILED "not compatible with requested pool: "));
	rules(w, "lan:buggy:198.51.100.0/24", true);
	assert_true(event(w, "ip=198.51.100.0", FAILED "not allowed in config: "));
}

static void test_notices_of_other_objects(void **state)
{
	struct world *w = *state;
	const struct k8s_notice n = {.ns = (char *)"metallb-system",
	    .name = (char *)"tor",
	    .api = (char *)"metallb.io/v1beta2",
	    .kind = (char *)"BGPPeer",
	    .reason = (char *)"Refused",
	    .text = (char *)"no",
	    .warning = true};

	assert_true(control_notice(w->c, &n));
	SENT("! metallb-system/tor Refused: no\n");
	control_set_leading(w->c, false);
	run(w);
	assert_false(control_notice(w->c, &n));
	SENT("");
}

static void test_failures_are_told_on_change(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7 ip=203.0.113.1");
	assert_non_null(strstr(w->sent, "! default/web AllocationFailed: Failed to allocate IP "
					"for \"default/web\": not allowed in config: asks for "
					"203.0.113.1, "));
	NOTHING(put(w, "default/web", "version=8 ip=203.0.113.1 tcp=5"));
	put(w, "default/web", "version=9 ip=203.0.113.2");
	assert_non_null(strstr(w->sent, "203.0.113.2"));
	put(w, "default/web", "version=10");
	SENT(GIVEN WISH);
	wrote(w, "11", NULL, false);
	put(w, "default/web",
	    "version=11 status=192.0.2.1 from=lan ip=203.0.113.2"); /* and keeps it */
	assert_non_null(strstr(w->sent, "AllocationFailed"));
	assert_null(strstr(w->sent, "(u1)"));
	put(w, "default/two", "uid=u2 version=3 fam=46");
	assert_non_null(strstr(w->sent, "default/two AdditionalAssignFailed: "));
	assert_non_null(strstr(w->sent, "default/two(u2) = 192.0.2.2 of lan\n"));
}

static void test_dual_stack(void **state)
{
	struct world *w = *state;

	rules(w, "lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9", true);
	put(w, "default/web", "version=7 fam=46");
	SENT("default/web IPAllocated: Assigned IP [\"192.0.2.1\" \"2001:db8::1\"]\n"
	     "default/web(u1) = 192.0.2.1 2001:db8::1 of lan\n");
	wrote(w, "8", NULL, false);
	NOTHING(
	    put(w, "default/web", "version=8 fam=46 status=2001:db8::1,192.0.2.1 from=lan"));
}

static void test_overwritten(void **state)
{
	struct world *w = *state;
	struct control_stats st;

	put(w, "default/web", "version=10");
	wrote(w, "11", NULL, false);
	NOTHING(put(w, "default/web", "version=11 status=192.0.2.1 from=lan"));
	put(w, "default/web",
	    "version=12 status=192.0.2.9 from=lan"); /* the first time at once */
	SENT(WISH);
	assert_string_equal(w->version, "12");
	wrote(w, "13", NULL, false);
	NOTHING(
	    put(w, "default/web", "version=14 status=192.0.2.9 from=lan")); /* then slower */
	assert_in_range(w->again, 0, 2000);
	NOTHING(later(w, 1999));
	later(w, 1);
	SENT(WISH);
	wrote(w, "15", NULL, false);
	NOTHING(put(w, "default/web", "version=16 status="));
	assert_in_range(w->again, 0, 4000);
	NOTHING(later(w, 3999));
	control_stats(w->c, &st);
	assert_int_equal(st.fought, 3);
	NOTHING(
	    put(w, "default/web", "version=17 status=192.0.2.1 from=lan")); /* they gave way */
	NOTHING(later(w, 10000));
	assert_int_equal(w->again, -1);
	w->now += 700000;
	put(w, "default/web", "version=18 status=192.0.2.9 from=lan");
	SENT(WISH); /* long ago */
}

static void test_refused(void **state)
{
	struct world *w = *state;
	struct control_stats st;

	put(w, "default/web", "version=7");
	wrote(w, NULL, "HTTP 403: no", true);
	control_stats(w->c, &st);
	assert_int_equal(st.waiting, 1);
	assert_int_equal(st.failed, 1);
	assert_string_equal(st.error, "default/web: HTTP 403: no");
	NOTHING(later(w, 100000)); /* it is tried by itself */
	wrote(w, NULL, "the Service is gone", false);
	NOTHING(later(w, 29999));
	assert_int_equal(w->again, 1);
	later(w, 1); /* the store has it still */
	assert_non_null(strstr(w->sent, WISH));
	NOTHING(gone(w, "default/web"));
	wrote(w, NULL, "the Service is gone", false);
	NOTHING(later(w, 100000));
	assert_int_equal(w->again, -1);
	control_stats(w->c, &st);
	assert_int_equal(st.waiting, 0);
}

static void test_another_of_the_same_name(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7");
	wrote(w, "100", NULL, false);
	put(w, "default/web", "uid=u2 version=8"); /* its DELETE was not seen */
	assert_non_null(strstr(w->sent, "default/web(u2) = 192.0.2.1 of lan\n"));
	assert_string_equal(w->version, "8");
}

static void test_answer_to_an_older_wish(void **state)
{
	struct world *w = *state;
	uint64_t first;

	put(w, "default/web", "version=7");
	first = w->serial;
	put(w, "default/web", "version=8 ip=192.0.2.7");
	assert_non_null(strstr(w->sent, "default/web(u1) = 192.0.2.7 of lan\n"));
	w->serial = first;
	wrote(w, "9", NULL, false); /* it was on its way already */
	NOTHING(put(w, "default/web", "version=9 ip=192.0.2.7 status=192.0.2.1 from=lan"));
	w->serial = first + 1;
	wrote(w, "10", NULL, false);
	NOTHING(later(w, 0));
	NOTHING(put(w, "default/web", "version=10 ip=192.0.2.7 status=192.0.2.7 from=lan"));
}

static void test_reverted_without_other_change(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7 tcp=80");
	wrote(w, "9", NULL, false);
	NOTHING(run(w));
	/* 9 and its undoing came as one: the content is as it was, only the version is new. */
	NOTHING(put(w, "default/web", "version=10 tcp=80"));
	later(w, 1000);
	SENT(WISH);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_new_service),
	    TEST(test_shown_before_answered),
	    TEST(test_only_ours),
	    TEST(test_only_while_leading_and_listed),
	    TEST(test_new_leader_takes_over),
	    TEST(test_leader_without_the_rules),
	    TEST(test_lost_address_is_cleared),
	    TEST(test_all_pools_gone),
	    TEST(test_annotation),
	    TEST(test_ingress),
	    TEST(test_no_balancer_any_more),
	    TEST(test_metallbs_cluster_is_adopted),
	    TEST(test_events),
	    TEST(test_notices_of_other_objects),
	    TEST(test_failures_are_told_on_change),
	    TEST(test_dual_stack),
	    TEST(test_overwritten),
	    TEST(test_refused),
	    TEST(test_another_of_the_same_name),
	    TEST(test_answer_to_an_older_wish),
	    TEST(test_reverted_without_other_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
