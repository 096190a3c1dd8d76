/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Lease begins and ends with nothing of ours on the way; what needs none goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "k8s/source.h"
#include "tests/unit/fake_client.h"
#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <time.h>

#define LEASE                                                                                  \
	"{\"metadata\":{\"name\":\"l\",\"resourceVersion\":\"1\"},\"spec\":"                   \
	"{\"holderIdentity\":\"%s\",\"leaseDurationSeconds\":15}}"

struct world {
	struct event_base *base;
	struct source *source;
	bool left;
};

static void on_event(struct k8s_event *ev, void *arg)
{
	(void)arg;
	k8s_event_free(ev);
}

static void on_left(void *arg)
{
	((struct world *)arg)->left = true;
}

/* The place of the request of this method to a path with this in it; -1 = there is none. */
static int find(const char *method, const char *part)
{
	struct client *c = fake_newest();

	for (size_t i = 0; i < fake_n(c); i++)
		if (strcmp(fake_rq(c, i)->method, method) == 0 &&
		    strstr(fake_rq(c, i)->path, part))
			return (int)i;
	return -1;
}

static size_t wait_for(struct world *w, const char *method, const char *part)
{
	time_t end = time(NULL) + 20;

	while (find(method, part) < 0 && time(NULL) < end)
		event_base_loop(w->base, EVLOOP_ONCE);
	if (find(method, part) < 0)
		fail_msg("no %s of %s", method, part);
	return (size_t)find(method, part);
}

static void command(struct world *w, struct k8s_command *c)
{
	assert_int_equal(source_command(w->source, c), 0);
}

static void elect(struct world *w, const char *name)
{
	struct k8s_command *c = k8s_command_new(K8S_ELECT);

	c->elect = xcalloc(1, sizeof(*c->elect));
	c->elect->ns = xstrdup(name ? "sys" : NULL);
	c->elect->name = xstrdup(name);
	c->elect->identity = xstrdup(name ? "us" : NULL);
	command(w, c);
}

static void wish(struct world *w)
{
	struct k8s_command *c = k8s_command_new(K8S_STATUS);

	c->status = xcalloc(1, sizeof(*c->status));
	c->status->ns = xstrdup("lab");
	c->status->name = xstrdup("web");
	c->status->uid = xstrdup("u");
	c->status->version = xstrdup("7");
	command(w, c);
}

static void notice(struct world *w)
{
	struct k8s_command *c = k8s_command_new(K8S_NOTICE);

	c->notice = xcalloc(1, sizeof(*c->notice));
	c->notice->ns = xstrdup("lab");
	c->notice->name = xstrdup("web");
	c->notice->uid = xstrdup("u");
	c->notice->reason = xstrdup("IPAllocated");
	c->notice->text = xstrdup("Assigned");
	command(w, c);
}

/* The leader, with a status and an Event on the way. */
static int set_up(void **state)
{
	const struct k8s_source_conf conf = {.kubeconfig = (char *)"/none"};
	struct world *w = xcalloc(1, sizeof(*w));
	char body[160];

	w->base = event_base_new();
	w->source = source_new(w->base, on_event, w);
	command(w, source_command_new(&conf));
	elect(w, "l");
	snprintf(body, sizeof(body), LEASE, "");
	fake_answer(fake_newest(), wait_for(w, "GET", "/leases/l"), 200, body);
	snprintf(body, sizeof(body), LEASE, "us");
	fake_answer(fake_newest(), wait_for(w, "PUT", "/leases/l"), 200, body);
	wish(w);
	notice(w);
	wait_for(w, "PATCH", "/services/web/status");
	wait_for(w, "POST", "/events");
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	source_free(w->source);
	event_base_free(w->base);
	free(w);
	return 0;
}

/* The Lease is given back, and nothing else is on the way. */
static void only_the_lease(struct world *w)
{
	char body[160];
	size_t i = wait_for(w, "PUT", "/leases/l");

	assert_non_null(strstr(fake_rq(fake_newest(), i)->body, "\"holderIdentity\":\"\""));
	assert_int_equal(find("PATCH", ""), -1);
	assert_int_equal(find("POST", ""), -1);
	snprintf(body, sizeof(body), LEASE, "");
	fake_answer(fake_newest(), i, 200, body);
}

static void at_the_end(void **state)
{
	struct world *w = *state;

	source_leave(w->source, on_left, w);
	assert_int_equal(find("PATCH", ""), -1);
	assert_int_equal(find("POST", ""), -1);
	assert_false(w->left);
	only_the_lease(w);
	assert_true(w->left);
}

static void when_no_controller_is_wanted(void **state)
{
	struct world *w = *state;

	elect(w, NULL);
	assert_int_equal(find("PATCH", ""), -1);
	assert_int_equal(find("POST", ""), -1);
	only_the_lease(w);
}

static void when_the_lease_is_another(void **state)
{
	struct world *w = *state;

	elect(w, "other");
	assert_int_equal(find("PATCH", ""), -1);
	only_the_lease(w);
	wait_for(w, "GET", "/leases/other");
}

/* What was asked for before it was known that the Lease was lost is not done when it is back.
 */
static void what_a_former_term_left(void **state)
{
	struct world *w = *state;
	char body[160];

	fake_answer(fake_newest(), wait_for(w, "PUT", "/leases/l"), 409, "{}");
	snprintf(body, sizeof(body), LEASE, "");
	fake_answer(fake_newest(), wait_for(w, "GET", "/leases/l"), 200, body);
	wait_for(w, "PUT", "/leases/l");
	wish(w);
	notice(w);
	snprintf(body, sizeof(body), LEASE, "us");
	fake_answer(fake_newest(), wait_for(w, "PUT", "/leases/l"), 200, body);
	for (size_t n = fake_total(fake_newest()); fake_total(fake_newest()) == n;)
		event_base_loop(w->base, EVLOOP_ONCE); /* the next renewal */
	assert_int_equal(find("PATCH", ""), -1);
	assert_int_equal(find("POST", ""), -1);
	wish(w);
	wait_for(w, "PATCH", "/services/web/status");
}

static void own_notice(struct world *w)
{
	struct k8s_command *c = k8s_command_new(K8S_NOTICE);

	c->notice = xcalloc(1, sizeof(*c->notice));
	c->notice->ns = xstrdup("lan");
	c->notice->name = xstrdup("web");
	c->notice->reason = xstrdup("nodeAssigned");
	c->notice->text = xstrdup("announcing");
	c->notice->node = xstrdup("n1");
	command(w, c);
}

static void own_object(struct world *w, bool gone)
{
	struct k8s_command *c = k8s_command_new(K8S_L2);

	c->l2 = xcalloc(1, sizeof(*c->l2));
	c->l2->ns = xstrdup("lan");
	c->l2->name = xstrdup("l2-a");
	c->l2->gone = gone;
	c->l2->node = xstrdup("n1");
	c->l2->service_ns = xstrdup("lan");
	c->l2->service = xstrdup("web");
	c->l2->interfaces = xstrdup("eth0");
	command(w, c);
}

/* What a node says of itself is bound to no Lease. */
static void a_node_needs_no_lease(void **state)
{
	struct world *w = *state;
	const struct fake_rq *rq;

	elect(w, NULL);
	only_the_lease(w);
	own_notice(w);
	rq = fake_rq(fake_newest(), wait_for(w, "POST", "/lan/events"));
	assert_non_null(
	    strstr(rq->body, "\"source\":{\"component\":\"grevy\",\"host\":\"n1\"}"));
	assert_non_null(strstr(rq->body, "\"reportingInstance\":\"n1\""));
	own_object(w, false);
	wait_for(w, "POST", "/lan/servicel2statuses");
}

/* And it takes it back before it leaves. */
static void a_node_takes_back_what_it_said(void **state)
{
	struct world *w = *state;

	elect(w, NULL);
	only_the_lease(w);
	own_object(w, true);
	source_leave(w->source, on_left, w);
	assert_false(w->left);
	fake_answer(fake_newest(), wait_for(w, "DELETE", "/servicel2statuses/l2-a"), 200, "{}");
	assert_true(w->left);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(at_the_end),
	    CASE(when_no_controller_is_wanted),
	    CASE(when_the_lease_is_another),
	    CASE(what_a_former_term_left),
	    CASE(a_node_needs_no_lease),
	    CASE(a_node_takes_back_what_it_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
