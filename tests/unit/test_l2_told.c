/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ServiceL2Status objects, Events and who had an address last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "k8s/l2_status.h"
#include "tests/unit/l2_told_world.h"
#include <cmocka.h>

/* ---- our object ---- */

static void an_owner_has_an_object(void **st)
{
	struct world *w = *st;

	assert_string_equal(run(w), "");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), ASSIGNED "+ own default/web: eth1\n");
	assert_string_equal(run(w), "");
	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	assert_string_equal(later(w, 30000), "");
	assert_int_equal(w->again, -1);
	sees(w, "192.0.2.1", L2_OWNER, "n1", "312");
	assert_string_equal(run(w), "~ l2-a default/web: br0 eth1 eth2\n");
	object(w, "l2-a", "n1", "{\"name\":\"eth2\"},{\"name\":\"eth1\"},{\"name\":\"br0\"}");
	assert_string_equal(later(w, 60000), "");
	sees(w, "192.0.2.1", L2_OTHER, "n2", "");
	assert_string_equal(run(w), "- l2-a\n");
	assert_string_equal(run(w), "");
	assert_string_equal(later(w, 30000), "- l2-a\n");
	object(w, "l2-a", NULL, "");
	assert_string_equal(later(w, 60000), "");
	assert_int_equal(w->again, -1);
}

static void what_is_not_so_is_asked_for_again(void **st)
{
	struct world *w = *st;

	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), ASSIGNED "+ own default/web: eth1\n");
	assert_int_equal(w->again, 30000);
	assert_string_equal(later(w, 30000), "+ own default/web: eth1\n");
	bare_object(w, "l2-a", "n1", "web", 1); /* created, its status not written yet */
	assert_string_equal(run(w), "");
	assert_string_equal(later(w, 30000), "~ l2-a default/web: eth1\n");
	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	assert_string_equal(run(w), "");
	/* somebody else writes, and deletes it */
	object(w, "l2-a", "n1", "{\"name\":\"eth7\"}");
	assert_string_equal(run(w), "~ l2-a default/web: eth1\n");
	object(w, "l2-a", NULL, "");
	assert_string_equal(later(w, 30000), "+ own default/web: eth1\n");
}

static void a_change_back_is_asked_for(void **st)
{
	struct world *w = *st;

	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	run(w);
	sees(w, "192.0.2.1", L2_OTHER, "n2", "");
	assert_string_equal(run(w), "- own\n"); /* it may be on its way */
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), ASSIGNED "+ own default/web: eth1\n");
	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	assert_string_equal(run(w), "");
	sees(w, "192.0.2.1", L2_OTHER, "n2", "");
	assert_string_equal(run(w), "- l2-a\n");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1"); /* before it is gone: no other Event */
	assert_string_equal(run(w), "~ l2-a default/web: eth1\n");
}

static void after_a_restart_nothing_is_told(void **st)
{
	struct world *w = *st;

	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), "");
}

static void all_that_share_an_address_have_one(void **st)
{
	struct world *w = *st;

	put(w, "default/web", "share=k tcp=80 status=192.0.2.1");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), ASSIGNED "+ own default/web: eth1\n");
	put(w, "default/dns", "share=k udp=53 status=192.0.2.1");
	assert_string_equal(run(w),
	    "default/dns nodeAssigned: announcing from node \"n1\" with protocol \"layer2\"\n"
	    "+ own default/dns: eth1\n");
}

static void a_service_that_goes(void **st)
{
	struct world *w = *st;
	struct l2_told_stats stats;

	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	run(w);
	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	assert_string_equal(run(w), "");
	l2_told_stats(w->t, &stats);
	assert_int_equal(stats.ours, 1);
	assert_int_equal(stats.objects, 1);
	apply(w, gone_event(K8S_SERVICE, "default/web"));
	assert_string_equal(run(w), "- l2-a\n");
	object(w, "l2-a", NULL, "");
	assert_string_equal(run(w), "");
	l2_told_stats(w->t, &stats);
	assert_int_equal(stats.ours, 0);
	assert_int_equal(stats.objects, 0);
}

/* ---- those of others ---- */

static void each_family_may_have_its_owner(void **st)
{
	struct world *w = *st;

	put(w, "default/web", "fam=46 status=192.0.2.1,2001:db8::1");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	sees(w, "2001:db8::1", L2_OTHER, "n2", "");
	object(w, "l2-b", "n2", "");
	assert_string_equal(run(w), ASSIGNED "+ own default/web: eth1\n");
	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	assert_string_equal(later(w, 60000), ""); /* that of n2 is none too many */
	sees(w, "2001:db8::1", L2_OWNER, "n1", "12");
	assert_string_equal(run(w), "~ l2-a default/web: eth1 eth2\n");
	assert_string_equal(later(w, 2000), "- l2-b @7\n");
}

static void an_owner_deletes_what_others_left(void **st)
{
	struct world *w = *st;

	object(w, "l2-b", "n2", "{\"name\":\"eth1\"}");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), ASSIGNED "+ own default/web: eth1\n");
	assert_int_equal(w->again, 2000);
	assert_string_equal(later(w, 1999), "");
	assert_string_equal(later(w, 1), "- l2-b @7\n");
	object(w, "l2-b", NULL, "");
	assert_string_equal(later(w, 2000), "");
}

static void who_lets_go_deletes_its_own(void **st)
{
	struct world *w = *st;

	object(w, "l2-b", "n2", "");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	run(w);
	object(w, "l2-b", NULL, "");
	assert_string_equal(later(w, 2000), "");
}

static void nobody_else_deletes_anything(void **st)
{
	struct world *w = *st;

	object(w, "l2-b", "n2", "");
	object(w, "l2-c", "n3", "");
	object(w, "l2-mine", "n1", ""); /* such as MetalLB's speaker left behind */
	sees(w, "192.0.2.1", L2_OTHER, "n3", "");
	assert_string_equal(run(w), "- l2-mine\n");
	object(w, "l2-mine", NULL, "");
	assert_string_equal(later(w, 3600000), "");
}

static void one_of_ours_is_enough(void **st)
{
	struct world *w = *st;

	object(w, "l2-b", "n1", "{\"name\":\"eth1\"}");
	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), "");
	assert_string_equal(later(w, 2000), "- l2-b @7\n");
}

static void what_nobody_answers_for_goes_at_last(void **st)
{
	struct world *w = *st;

	bare_object(w, "l2-b", "n2", "old", 1);
	assert_string_equal(run(w), "");
	assert_in_range(w->again, 60000, 660000);
	assert_string_equal(later(w, 59999), "");
	w->now += w->again - 1;
	assert_string_equal(run(w), "");
	assert_string_equal(later(w, 1), "- l2-b @7\n");
	/* and not when somebody does, in the end */
	object(w, "l2-b", NULL, "");
	run(w);
	object(w, "l2-b", "n2", "");
	run(w);
	sees(w, "192.0.2.1", L2_OTHER, "n2", "");
	assert_string_equal(later(w, 3600000), "");
}

/* ---- who had it last ---- */

static void who_had_it_last_is_told(void **st)
{
	struct world *w = *st;

	object(w, "l2-b", "n2", "");
	assert_string_equal(w->recorded, "192.0.2.1=n2 ");
	bare_object(w, "l2-c", "n3", "web", 9); /* newer */
	assert_string_equal(w->recorded, "192.0.2.1=n3 ");
	bare_object(w, "l2-a", "n4", "web", 9); /* as new: the same one for all that look */
	assert_string_equal(w->recorded, "192.0.2.1=n4 ");
	object(w, "l2-c", NULL, "");
	assert_string_equal(w->recorded, "192.0.2.1=n4 ");
	object(w, "l2-a", NULL, "");
	assert_string_equal(w->recorded, "192.0.2.1=n2 ");
	object(w, "l2-b", NULL, "");
	assert_string_equal(w->recorded, ""); /* n2 had it last for all that */
}

static void also_when_the_service_comes_later(void **st)
{
	struct world *w = *st;

	bare_object(w, "l2-b", "n2", "late", 1);
	assert_string_equal(w->recorded, "");
	put(w, "default/late", "status=192.0.2.2");
	assert_string_equal(w->recorded, "192.0.2.2=n2 ");
}

static void what_says_nothing_is_nothing(void **st)
{
	static const char *const texts[] = {"", "{", "[]", "null", "{\"metadata\":7}",
	    "{\"metadata\":{\"resourceVersion\":\"7\",\"labels\":{\"metallb.io/"
	    "node\":\"n2\"}}}",
	    "{\"metadata\":{\"resourceVersion\":\"7\",\"labels\":{\"metallb.io/node\":[],"
	    "\"metallb.io/service-namespace\":\"default\",\"metallb.io/"
	    "service-name\":\"web\"}}}"};
	struct world *w = *st;
	struct l2_told_stats stats;

	w->recorded[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct k8s_object o = {
		    .kind = K8S_CUSTOM,
		    .ns = NS,
		    .name = "l2-b",
		    .raw = {K8S_L2_RESOURCE, texts[i], strlen(texts[i])}
                };
		const struct k8s_event ev = {.type = K8S_PUT, .obj = &o};

		assert_true(l2_told_object(w->t, &ev));
		o.raw.resource = "ipaddresspools";
		assert_false(l2_told_object(w->t, &ev));
	}
	l2_told_stats(w->t, &stats);
	assert_int_equal(stats.objects, 0);
	assert_string_equal(w->recorded, "");
}

static void another_namespace_is_not_ours(void **st)
{
	struct world *w = *st;

	l2_told_set_ns(w->t, "other");
	object(w, "l2-b", "n2", "");
	assert_string_equal(w->recorded, "");
}

/* ---- rights ---- */

static void what_cannot_be_read_is_not_written(void **st)
{
	struct world *w = *st;

	assert_true(state(w, K8S_FORBIDDEN, false));
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), ASSIGNED);
	assert_true(state(w, K8S_ABSENT, false));
	assert_string_equal(later(w, 60000), "");
	assert_true(state(w, K8S_BACKOFF, false));
	assert_false(state(w, K8S_LISTING, false));
	assert_string_equal(run(w), "");
	assert_true(state(w, K8S_WATCHING, true));
	assert_string_equal(run(w), "+ own default/web: eth1\n");
}

/* ---- Events ---- */

#define FAILED                                                                                 \
	"! default/web announceFailed: the interfaces specified by LB IP \"192.0.2.1\" "       \
	"doesn't "                                                                             \
	"exist in assigned node \"n1\" with protocol \"layer2\": it has no interface that is " \
	"up "                                                                                  \
	"and for this address\n"

static void a_node_without_interface_says_so_once(void **st)
{
	struct world *w = *st;

	sees(w, "192.0.2.1", L2_NO_IFACE, "n1", "");
	assert_string_equal(run(w), "");
	assert_string_equal(later(w, 2000), FAILED);
	assert_string_equal(later(w, 60000), "");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), ASSIGNED "+ own default/web: eth1\n");
	sees(w, "192.0.2.1", L2_NO_IFACE, "n1", "");
	assert_string_equal(run(w), "- own\n");
	sees(w, "192.0.2.1", L2_OTHER, "n2", "");
	assert_string_equal(later(w, 2000), "");
}

#define CONFLICT "! default/web L2Conflict: another host, 02:00:00:00:00:09, answers "

static void a_conflict_is_told_now_and_then(void **st)
{
	static const uint8_t mac[] = {2, 0, 0, 0, 0, 9};
	struct world *w = *st;
	struct ipaddr a = obj_addr("192.0.2.1");

	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), "");
	for (int i = 0; i < 3; i++)
		l2_told_conflict(w->t, &a, mac, w->now + i);
	assert_string_equal(w->sent, CONFLICT "for 192.0.2.1, too; as does node n1\n");
	assert_string_equal(run(w), "");
	l2_told_conflict(w->t, &a, mac, w->now + 60000);
	assert_string_equal(w->sent, CONFLICT "for 192.0.2.1, too; as does node n1\n");
	w->sent[0] = '\0';
	sees(w, "192.0.2.1", L2_CONFLICT, NULL, "");
	assert_string_equal(
	    w->sent, CONFLICT "for 192.0.2.1, too: it has the address now, not node n1\n");
	assert_string_equal(run(w), "- l2-a\n");
	w->sent[0] = '\0';
	/* Looked for, and still there: it is not answered from here, and that was told. */
	l2_told_conflict(w->t, &a, mac, w->now + 180000);
	assert_string_equal(w->sent, "");
}

/* ---- the end ---- */

static void who_ends_takes_its_objects_along(void **st)
{
	struct world *w = *st;

	put(w, "default/dns", "status=192.0.2.2");
	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	bare_object(w, "l2-b", "n2", "api", 1);
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	sees(w, "192.0.2.2", L2_OWNER, "n1", "1");
	run(w);
	w->sent[0] = '\0';
	assert_int_equal(l2_told_leave(w->t), 2);
	assert_non_null(strstr(w->sent, "- l2-a\n"));
	assert_non_null(strstr(w->sent, "- own\n"));
	assert_int_equal(strlen(w->sent), strlen("- l2-a\n- own\n"));
	sees(w, "192.0.2.1", L2_OTHER, "n2", "");
	assert_string_equal(later(w, 3600000), "");
}

static void without_layer_2_ours_go(void **st)
{
	struct world *w = *st;

	object(w, "l2-a", "n1", "{\"name\":\"eth1\"}");
	object(w, "l2-b", "n2", "");
	w->sent[0] = '\0';
	l2_told_set_ns(w->t, NULL);
	assert_string_equal(w->sent, "- l2-a\n");
	object(w, "l2-a", NULL, "");
	assert_string_equal(later(w, 3600000), "");
	assert_true(state(w, K8S_LISTING, false)); /* nobody waits for it */
}

/* As a reload makes it: what had its addresses by the old name lets go, and what begins anew
 * knows nothing. */
static void another_name_of_this_node(void **st)
{
	struct world *w = *st;

	object(w, "l2-a", "n9", "{\"name\":\"eth1\"}");
	object(w, "l2-b", "n2", "");
	run(w);
	l2_told_set_self(w->t, "n9");
	w->recorded[0] = w->sent[0] = '\0';
	l2_told_set_self(w->t, "n1");
	assert_string_equal(w->sent, "- l2-a\n");
	assert_string_equal(w->recorded, "192.0.2.1=n9 ");
	object(w, "l2-a", NULL, "");
	assert_string_equal(w->recorded, "192.0.2.1=n2 ");
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_non_null(strstr(run(w), "+ own default/web: eth1\n"));
}

static void with_an_api_only_later(void **st)
{
	struct world *w = *st;

	l2_told_set_ns(w->t, NULL);
	sees(w, "192.0.2.1", L2_OWNER, "n1", "1");
	assert_string_equal(run(w), "");
	l2_told_set_ns(w->t, NS);
	assert_true(state(w, K8S_WATCHING, true));
	assert_string_equal(run(w), ASSIGNED "+ own default/web: eth1\n");
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, l2_told_setup, l2_told_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(an_owner_has_an_object),
	    TEST(what_is_not_so_is_asked_for_again),
	    TEST(a_change_back_is_asked_for),
	    TEST(after_a_restart_nothing_is_told),
	    TEST(all_that_share_an_address_have_one),
	    TEST(a_service_that_goes),
	    TEST(each_family_may_have_its_owner),
	    TEST(an_owner_deletes_what_others_left),
	    TEST(who_lets_go_deletes_its_own),
	    TEST(nobody_else_deletes_anything),
	    TEST(one_of_ours_is_enough),
	    TEST(what_nobody_answers_for_goes_at_last),
	    TEST(who_had_it_last_is_told),
	    TEST(also_when_the_service_comes_later),
	    TEST(what_says_nothing_is_nothing),
	    TEST(another_namespace_is_not_ours),
	    TEST(what_cannot_be_read_is_not_written),
	    TEST(with_an_api_only_later),
	    TEST(a_node_without_interface_says_so_once),
	    TEST(a_conflict_is_told_now_and_then),
	    TEST(who_ends_takes_its_objects_along),
	    TEST(without_layer_2_ours_go),
	    TEST(another_name_of_this_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
