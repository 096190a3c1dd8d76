/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the vty server is to be reached: socket files, a door through its life beside a daemon
 * of FRR's that comes and goes, links to FRR's sockets, and all of them together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/conf.h"
#include "announcer/loop.h"
#include "announcer/shell/client.h"
#include "announcer/util.h"
#include "announcer/vty/listen.h"
#include "announcer/vty/places.h"
#include "fake_outputs.h"
#include "quiet.h"
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct env {
	struct event_base *base;
	struct vty_server *server;
	char top[64], own[80], frr[80];
	char path[160];
	int stderr_saved;
};

static const struct vty_context ctx = {.version = "0.0.1", .started_s = 1767225600};

static int setup(void **state)
{
	struct env *e = xcalloc(1, sizeof(*e));

	e->base = loop_new();
	e->server = vty_server_new(e->base, &ctx);
	snprintf(e->top, sizeof(e->top), "/tmp/test_places.XXXXXX");
	assert_non_null(mkdtemp(e->top));
	snprintf(e->own, sizeof(e->own), "%s/own", e->top);
	snprintf(e->frr, sizeof(e->frr), "%s/frr", e->top);
	assert_int_equal(mkdir(e->own, 0755), 0);
	assert_int_equal(mkdir(e->frr, 0755), 0);
	e->stderr_saved = quiet_begin();
	*state = e;
	return 0;
}

/* Each test leaves both folders empty. */
static int teardown(void **state)
{
	struct env *e = *state;

	vty_server_free(e->server);
	event_base_free(e->base);
	quiet_end(e->stderr_saved);
	assert_int_equal(rmdir(e->own), 0);
	assert_int_equal(rmdir(e->frr), 0);
	assert_int_equal(rmdir(e->top), 0);
	free(e);
	return 0;
}

static const char *in(struct env *e, const char *dir, const char *file)
{
	snprintf(e->path, sizeof(e->path), "%s/%s", dir, file);
	return e->path;
}

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	return sa;
}

/* As a daemon of FRR's does: whatever is there goes. Return: its socket, which nobody can
 * connect to yet. */
static int deaf_at(const char *path)
{
	struct sockaddr_un sa = address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(chmod(path, 0750), 0);
	return fd;
}

static int daemon_at(const char *path)
{
	int fd = deaf_at(path);

	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static int mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	return st.st_mode & 07777;
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Who answers at path says `echo us`. */
static bool is_us(struct env *e, const char *path)
{
	struct sockaddr_un sa = address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char got[16] = "";
	ssize_t n = 0;

	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(send(fd, "echo us", 8, 0), 8);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 100 && n <= 0; i++) {
		event_base_loop(e->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		n = recv(fd, got, sizeof(got), 0);
	}
	close(fd);
	return n >= 3 && memcmp(got, "us\n", 3) == 0;
}

/* ---- the socket file ---- */

static void what_is_in_the_way_is_judged(void **state)
{
	struct env *e = *state;
	const char *path = in(e, e->own, "grevyd.vty");
	char deep[256];
	struct vty_listen l;
	int fd;

	assert_int_equal(vty_listen_look(path, NULL), 0);
	close(daemon_at(path));
	assert_int_equal(client_open(e->own), -ECONNREFUSED);
	assert_int_equal(vty_listen_look(path, NULL), 0);
	assert_int_equal(vty_listen_open(&l, path, NULL, 0770), 0);
	assert_int_equal(mode_of(path), 0770);
	vty_listen_close(&l);
	assert_int_equal(client_open(e->own), -ENOENT);

	fd = daemon_at(path);
	assert_int_equal(vty_listen_open(&l, path, NULL, 0770), -EADDRINUSE);
	close(fd);
	unlink(path);

	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(vty_listen_look(path, NULL), -ENOTSOCK);
	assert_int_equal(vty_listen_open(&l, path, NULL, 0770), -ENOTSOCK);
	close(fd);
	unlink(path);

	/* nor a link to a socket that is somebody's */
	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(vty_listen_open(&l, path, NULL, 0770), -ENOTSOCK);
	unlink(path);

	snprintf(deep, sizeof(deep), "%s/a/b.vty", e->own);
	assert_int_equal(vty_listen_open(&l, deep, NULL, 0770), -ENOENT);
	memset(deep, 'x', 200);
	deep[200] = '\0';
	assert_int_equal(vty_listen_open(&l, deep, NULL, 0770), -ENAMETOOLONG);
	assert_int_equal(client_open(deep), -ENAMETOOLONG);
}

static void a_file_that_took_our_place_is_not_ours_to_remove(void **state)
{
	struct env *e = *state;
	const char *path = in(e, e->own, "bgpd.vty");
	struct vty_listen l;

	assert_int_equal(vty_listen_open(&l, path, NULL, 0770), 0);
	assert_true(vty_listen_stands(&l));
	close(daemon_at(path));
	assert_false(vty_listen_stands(&l));
	vty_listen_close(&l);
	assert_int_equal(unlink(path), 0);
}

static void owner_and_mode_are_those_of_another(void **state)
{
	struct env *e = *state;
	char zebra[160];
	struct stat st;
	struct vty_listen l;
	int fd;

	snprintf(zebra, sizeof(zebra), "%s/zebra.vty", e->frr);
	fd = daemon_at(zebra);
	if (geteuid() == 0)
		assert_int_equal(chown(zebra, 12345, 54321), 0);
	assert_int_equal(vty_listen_open(&l, in(e, e->frr, "bgpd.vty"), zebra, 0770), 0);
	assert_int_equal(mode_of(e->path), 0750);
	assert_int_equal(stat(e->path, &st), 0);
	if (geteuid() == 0) {
		assert_int_equal(st.st_uid, 12345);
		assert_int_equal(st.st_gid, 54321);
	}
	vty_listen_close(&l);
	close(fd);
	unlink(zebra);
}

/* ---- a door ---- */

static struct door *door_at(struct env *e, const char *path, unsigned patience_s)
{
	const struct door_place place = {
	    .path = path, .mode = 0770, .patience_s = patience_s, .dialect = VTY_FRR};

	return door_new(e->base, e->server, &place);
}

static void a_door_is_kept_up(void **state)
{
	struct env *e = *state;
	const char *path = in(e, e->own, "bgpd.vty");
	struct door *d = door_at(e, path, 0);

	assert_int_equal(door_state(d), DOOR_FREE);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_OPEN);
	assert_true(is_us(e, path));
	unlink(path);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_OPEN);
	assert_true(is_us(e, path));
	door_free(d);
	assert_false(is_there(path));
}

static void a_daemon_has_its_place(void **state)
{
	struct env *e = *state;
	const char *path = in(e, e->frr, "bgpd.vty");
	struct door *d = door_at(e, path, 0);
	int fd = daemon_at(path);
	char c;

	/* it runs: one connection is kept, and nothing is said */
	door_look(d);
	assert_int_equal(door_state(d), DOOR_HELD);
	int held = accept(fd, NULL, NULL);
	assert_true(held >= 0);
	door_look(d);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	assert_int_equal(accept(fd, NULL, NULL), -1);
	assert_int_equal(recv(held, &c, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);

	/* it ends, and its file stays behind as FRR's do */
	close(held);
	close(fd);
	event_base_loop(e->base, EVLOOP_ONCE);
	assert_int_equal(door_state(d), DOOR_FREE);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_OPEN);
	assert_true(is_us(e, path));

	/* it is back */
	fd = daemon_at(path);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_HELD);
	door_free(d);
	assert_true(is_there(path));
	assert_int_equal(mode_of(path), 0750);
	close(fd);
	unlink(path);
}

/* The moment between a daemon's unlink(2) and its bind(2) is not ours. */
static void a_place_that_is_free_for_a_moment_is_not_taken(void **state)
{
	struct env *e = *state;
	const char *path = in(e, e->frr, "bgpd.vty");
	struct door *d = door_at(e, path, 1000);
	int fd = daemon_at(path);

	door_look(d);
	assert_int_equal(door_state(d), DOOR_HELD);
	unlink(path);
	close(fd);
	while (door_state(d) == DOOR_HELD)
		event_base_loop(e->base, EVLOOP_ONCE);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_FREE);
	assert_false(is_there(path));
	door_free(d);
}

/* Nor is the one between its bind(2) and its listen(2), however long the place was free. */
static void a_daemon_that_is_deaf_for_a_moment_keeps_its_place(void **state)
{
	static const struct timeval patience = {1, 100000};
	struct env *e = *state;
	const char *path = in(e, e->frr, "bgpd.vty");
	struct door *d = door_at(e, path, 1);
	int fd;

	event_base_loopexit(e->base, &patience);
	event_base_loop(e->base, EVLOOP_NO_EXIT_ON_EMPTY);
	fd = deaf_at(path);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_FREE);
	assert_int_equal(listen(fd, 8), 0);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_HELD);
	door_free(d);
	close(fd);
	unlink(path);
}

static void what_cannot_be_is_told(void **state)
{
	struct env *e = *state;
	const char *path = in(e, e->frr, "bgpd.vty");
	struct door *d = door_at(e, path, 0);

	assert_int_equal(mkdir(path, 0755), 0);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_BLOCKED);
	assert_string_equal(door_error(d), strerror(ENOTSOCK));
	assert_int_equal(rmdir(path), 0);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_OPEN);
	assert_null(door_error(d));
	door_free(d);

	/* without FRR there is no folder: nothing to tell */
	d = door_at(e, in(e, e->frr, "none/bgpd.vty"), 0);
	door_look(d);
	assert_int_equal(door_state(d), DOOR_FREE);
	door_free(d);
}

/* ---- links ---- */

static bool links_to(struct env *e, const char *file)
{
	char link[160], want[160], to[160] = "";

	snprintf(link, sizeof(link), "%s/%s", e->own, file);
	snprintf(want, sizeof(want), "%s/%s", e->frr, file);
	return readlink(link, to, sizeof(to) - 1) > 0 && strcmp(to, want) == 0;
}

static void links_follow_the_daemons(void **state)
{
	static const char *const files[] = {
	    "zebra.vty", "staticd.vty", "ospfd-2.vty", "bgpd.vty", "zserv.api", "sharpd.vty"};
	struct env *e = *state;
	struct links *l = links_new(e->own, e->frr);

	links_look(l, NULL);
	assert_null(links_nth(l, 0));
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		close(daemon_at(in(e, e->frr, files[i])));
	links_look(l, "sharpd");
	links_look(l, "sharpd");
	assert_string_equal(links_nth(l, 0), "ospfd-2");
	assert_string_equal(links_nth(l, 1), "staticd");
	assert_string_equal(links_nth(l, 2), "zebra");
	assert_null(links_nth(l, 3));
	assert_true(links_to(e, "zebra.vty") && links_to(e, "ospfd-2.vty"));
	assert_false(is_there(in(e, e->own, "bgpd.vty")));
	assert_false(is_there(in(e, e->own, "zserv.api")));

	links_look(l, NULL);
	assert_true(links_to(e, "sharpd.vty"));
	unlink(in(e, e->frr, "staticd.vty"));
	unlink(in(e, e->own, "zebra.vty"));
	links_look(l, NULL);
	assert_true(links_to(e, "zebra.vty"));
	assert_false(is_there(in(e, e->own, "staticd.vty")));

	/* one that was killed leaves them to the next one */
	struct links *next = links_new(e->own, e->frr);

	links_look(next, NULL);
	assert_string_equal(links_nth(next, 0), "ospfd-2");
	links_free(next);
	assert_false(is_there(in(e, e->own, "zebra.vty")));
	links_free(l);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		unlink(in(e, e->frr, files[i]));
}

static void what_is_not_our_link_stays(void **state)
{
	struct env *e = *state;
	struct links *l = links_new(e->own, e->frr);
	char to[16] = "";

	close(daemon_at(in(e, e->frr, "zebra.vty")));
	close(daemon_at(in(e, e->frr, "ripd.vty")));
	close(open(in(e, e->own, "zebra.vty"), O_CREAT | O_WRONLY, 0600));
	assert_int_equal(symlink("elsewhere", in(e, e->own, "ripd.vty")), 0);
	links_look(l, NULL);
	assert_null(links_nth(l, 0));
	links_free(l);
	assert_int_equal(unlink(in(e, e->own, "zebra.vty")), 0);
	assert_int_equal(readlink(in(e, e->own, "ripd.vty"), to, sizeof(to)), 9);
	assert_int_equal(unlink(e->path), 0);
	unlink(in(e, e->frr, "zebra.vty"));
	unlink(in(e, e->frr, "ripd.vty"));
}

/* ---- all of them ---- */

static struct conf *conf_of(struct env *e, const char *attach_as, const char *frr)
{
	struct conf_errors errors = {0};
	char text[512];
	int len = snprintf(text, sizeof(text),
	    "zebra: {vty-socket: %s/zebra.vty}\nvty: {dir: %s, attach-as: %s}\n", frr, e->own,
	    attach_as);
	struct conf *c = conf_parse(text, (size_t)len, "test.yaml", &errors);

	assert_non_null(c);
	conf_errors_fini(&errors);
	return c;
}

/* What `show vty` says of these places. */
static void shows(const struct places *p, const char *line, const char *want)
{
	const struct vty_context with = {.version = "0.0.1", .places = p};
	const struct vty_now now = {.unix_s = 1};
	struct vty_session s = {.privileged = true};
	struct buf b = {0};

	assert_int_equal(vty_execute(&with, &s, line, &now, &b), VTY_OK);
	if (!strstr(b.p, want))
		fail_msg("%s: no '%s' in: %s", line, want, b.p);
	free(b.p);
}

static void run_until_open(struct env *e, const struct door *d)
{
	while (door_state(d) != DOOR_OPEN)
		event_base_loop(e->base, EVLOOP_ONCE);
}

static void places_are_those_of_the_configuration(void **state)
{
	struct env *e = *state;
	struct places *p = places_new(e->base, e->server);
	struct conf *c = conf_of(e, "none", e->frr);
	int zebra = daemon_at(in(e, e->frr, "zebra.vty"));

	assert_int_equal(places_start(p, c), 0);
	conf_free(c);
	assert_int_equal(mode_of(in(e, e->own, "grevyd.vty")), 0666);
	assert_int_equal(mode_of(in(e, e->own, "bgpd.vty")), 0770);
	assert_true(is_us(e, e->path));
	assert_true(links_to(e, "zebra.vty"));
	assert_null(places_nth(p, 2));
	assert_string_equal(links_folder(places_links(p)), e->frr);

	/* attached by a reload, once the place was free for long enough */
	c = conf_of(e, "bgpd", e->frr);
	places_reload(p, c);
	places_reload(p, c);
	conf_free(c);
	assert_int_equal(door_state(places_nth(p, 2)), DOOR_FREE);
	shows(p, "show vty", "/frr/bgpd.vty    frr     free: ours in a moment\n");
	assert_false(is_there(in(e, e->frr, "bgpd.vty")));
	run_until_open(e, places_nth(p, 2));
	assert_int_equal(mode_of(e->path), 0750);
	assert_true(is_us(e, e->path));
	shows(p, "show vty", "/own/grevyd.vty  grevy   open\n");
	shows(p, "show vty", "\nLinks to FRR's: zebra\n");
	shows(p, "show vty json", "\"state\":\"open\"");

	/* by another name, and not at all */
	c = conf_of(e, "sharpd", e->frr);
	places_reload(p, c);
	conf_free(c);
	assert_false(is_there(e->path));
	assert_string_equal(door_path(places_nth(p, 2)), in(e, e->frr, "sharpd.vty"));
	c = conf_of(e, "none", e->frr);
	places_reload(p, c);
	assert_null(places_nth(p, 2));
	conf_free(c);
	assert_true(is_us(e, in(e, e->own, "bgpd.vty")));

	places_free(p);
	close(zebra);
	assert_int_equal(unlink(in(e, e->frr, "zebra.vty")), 0);
}

/* FRR's folder is ours: bgpd.vty is served there only on demand. */
static void one_folder_for_both(void **state)
{
	struct env *e = *state;
	struct places *p = places_new(e->base, e->server);
	struct conf *c = conf_of(e, "none", e->own);
	int zebra = daemon_at(in(e, e->own, "zebra.vty"));

	assert_int_equal(places_start(p, c), 0);
	assert_null(places_nth(p, 1));
	assert_false(is_there(in(e, e->own, "bgpd.vty")));
	conf_free(c);

	/* FRR moves: then there are links, and it is served */
	c = conf_of(e, "none", e->frr);
	close(zebra);
	unlink(in(e, e->own, "zebra.vty"));
	close(daemon_at(in(e, e->frr, "zebra.vty")));
	places_reload(p, c);
	assert_true(links_to(e, "zebra.vty"));
	assert_true(is_there(in(e, e->own, "bgpd.vty")));
	conf_free(c);
	places_free(p);
	unlink(in(e, e->frr, "zebra.vty"));
}

static void a_second_grevyd_is_refused(void **state)
{
	struct env *e = *state;
	struct places *first = places_new(e->base, e->server);
	struct places *second = places_new(e->base, e->server);
	struct conf *c = conf_of(e, "none", e->frr);

	assert_int_equal(places_start(first, c), 0);
	assert_int_equal(places_start(second, c), -EADDRINUSE);
	places_reload(second, c);
	places_free(second);
	assert_true(is_us(e, in(e, e->own, "grevyd.vty")));
	places_free(first);
	conf_free(c);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_is_in_the_way_is_judged),
	    TEST(a_file_that_took_our_place_is_not_ours_to_remove),
	    TEST(owner_and_mode_are_those_of_another),
	    TEST(a_door_is_kept_up),
	    TEST(a_daemon_has_its_place),
	    TEST(a_place_that_is_free_for_a_moment_is_not_taken),
	    TEST(a_daemon_that_is_deaf_for_a_moment_keeps_its_place),
	    TEST(what_cannot_be_is_told),
	    TEST(links_follow_the_daemons),
	    TEST(what_is_not_our_link_stays),
	    TEST(places_are_those_of_the_configuration),
	    TEST(one_folder_for_both),
	    TEST(a_second_grevyd_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
