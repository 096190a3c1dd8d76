/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/reflect_lab.h"
#include <stdlib.h>
#include <string.h>

static const char *const lab_v1[] = {"v1", NULL};
static const char *const lab_two[] = {"v1", "v1beta1", NULL};
const struct reflect_what lab_services = {
    .group = "", .versions = lab_v1, .resource = "services"};
const struct reflect_what lab_slices = {
    .group = "discovery.k8s.io", .versions = lab_two, .resource = "endpointslices"};
const struct reflect_what lab_pools = {.group = "metallb.io",
    .versions = lab_two,
    .resource = "ipaddresspools",
    .ns = "metallb-system",
    .optional = true};

void lab_init(struct lab *l, const struct reflect_what *what)
{
	*l = (struct lab){.now = 1000};
	reflect_init(&l->r, what, l->now);
}

int64_t lab_send(struct lab *l)
{
	int64_t waited = l->r.wake_ms > l->now ? l->r.wake_ms - l->now : 0;

	assert_false(l->r.busy);
	assert_true(l->r.wake_ms != REFLECT_NEVER);
	if (waited)
		assert_int_equal(reflect_next(&l->r, l->r.wake_ms - 1, l->rnd, &l->rq), 0);
	l->now += waited;
	assert_int_equal(reflect_next(&l->r, l->now, l->rnd, &l->rq), 1);
	assert_true(strlen(l->rq.path) < sizeof(l->path));
	memcpy(l->path, l->rq.path, strlen(l->rq.path) + 1);
	free(l->rq.path);
	l->rq.path = NULL;
	return waited;
}

void lab_expect(struct lab *l, const char *path)
{
	lab_send(l);
	assert_string_equal(l->path, path);
}

enum reflect_act lab_event(struct lab *l, enum reflect_item_type type, const char *rv)
{
	struct reflect_item it = {.type = type, .rv = rv};

	return reflect_item(&l->r, &it, l->now);
}

enum reflect_act lab_initial_end(struct lab *l, const char *rv)
{
	struct reflect_item it = {.type = REFLECT_BOOKMARK, .rv = rv, .initial_end = true};

	return reflect_item(&l->r, &it, l->now);
}

enum reflect_act lab_error(struct lab *l, int code, const char *message)
{
	struct reflect_item it = {.type = REFLECT_ERROR, .code = code, .message = message};

	return reflect_item(&l->r, &it, l->now);
}

enum reflect_act lab_done(struct lab *l, const struct reflect_end *end)
{
	return reflect_done(&l->r, end, l->now, l->rnd);
}

enum reflect_act lab_answer(struct lab *l, int status, const char *text)
{
	struct reflect_end end = {.status = status, .text = text};

	reflect_head(&l->r, status, l->now);
	return lab_done(l, &end);
}

enum reflect_act lab_ended(struct lab *l)
{
	struct reflect_end end = {.status = 200};

	return lab_done(l, &end);
}

enum reflect_act lab_broken(struct lab *l, int error, const char *text)
{
	struct reflect_end end = {
	    .error = error, .text = text, .status = l->r.answered ? 200 : 0};

	return lab_done(l, &end);
}

enum reflect_act lab_page(struct lab *l, const char *rv, const char *cont)
{
	struct reflect_end end = {.status = 200, .rv = rv, .cont = cont};

	reflect_head(&l->r, 200, l->now);
	return lab_done(l, &end);
}

void lab_watch_from(struct lab *l, const char *rv)
{
	l->r.no_stream = true;
	lab_send(l);
	assert_int_equal(l->rq.ask, REFLECT_LIST);
	assert_int_equal(lab_page(l, rv, NULL), REFLECT_SWEEP);
	lab_send(l);
	assert_int_equal(l->rq.ask, REFLECT_WATCH);
	reflect_head(&l->r, 200, l->now);
	assert_int_equal(l->r.phase, K8S_WATCHING);
}
