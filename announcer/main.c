/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - options, signals, start and end. The only place that exits, and only before the
 * loop runs.
 */
#include "announcer/conf.h"
#include "announcer/conf_frr.h"
#include "announcer/daemon.h"
#include "announcer/limits.h"
#include "announcer/loop.h"
#include "announcer/sdnotify.h"
#include "announcer/util.h"
#include "config.h"
#include "k8s/auth.h"
#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#ifdef HAVE_MALLOPT
#include <malloc.h>
#endif

#define CONF_FILE SYSCONFDIR "/grevy/grevyd.yaml"

enum { OPTION_FRR = 256, OPTION_ASN };
enum { LARGE = 128 << 10 }; /* bytes: glibc's own first threshold */
enum { FILES = 4096 };      /* open at once: operators' connections, BGP peers, and room */

struct options {
	const char *file, *pathspace, *zserv;
	bool check, print;
	enum conf_frr frr; /* what to print for; CONF_FRR_KINDS = our own configuration */
	uint32_t asn;
};

struct run {
	struct event_base *base;
	struct daemon *daemon;
	const struct options *opt;
};

static void usage(FILE *f)
{
	fputs(
	    "usage: grevyd [-f FILE] [-t] [-T [--frr-config[=bgp|ospf|ospf6]] [--asn NUMBER]]\n"
	    "              [-N PATHSPACE] [-z ZSERV] [-V]\n"
	    "  -f FILE       configuration (default " CONF_FILE ")\n"
	    "  -t            check the configuration and exit\n"
	    "  -T            the same, and print it normalised\n"
	    "  --frr-config[=bgp|ospf|ospf6]\n"
	    "                print lines for frr.conf instead: what hands our routes on\n"
	    "  --asn NUMBER  AS number in them (default: that of peers, else bgp.asn)\n"
	    "  -N PATHSPACE  zebra's and our sockets are one folder deeper, as FRR's -N\n"
	    "  -z ZSERV      zebra's socket, whatever the configuration says\n"
	    "  -V            version\n",
	    f);
}

static int usage_error(const char *what)
{
	fprintf(stderr, "grevyd: %s\n", what);
	usage(stderr);
	return -1;
}

static int parse_asn(const char *text, uint32_t *asn)
{
	char *end;
	unsigned long long n;

	if (!text || *text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || *end || !n || n > UINT32_MAX)
		return -EINVAL;
	*asn = (uint32_t)n;
	return 0;
}

static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option words[] = {
	    {"frr-config", optional_argument, NULL, OPTION_FRR},
	    {"asn",        required_argument, NULL, OPTION_ASN},
	    {0           },
	};
	int c;

	while ((c = getopt_long(argc, argv, "f:tTN:z:Vh", words, NULL)) != -1) {
		switch (c) {
		case 'f':
			o->file = optarg;
			break;
		case 'T':
			o->print = true;
			o->check = true;
			break;
		case 't':
			o->check = true;
			break;
		case OPTION_FRR:
			o->frr = conf_frr_named(optarg ? optarg : "bgp");
			o->check = o->print = true;
			if (o->frr == CONF_FRR_KINDS)
				return usage_error("--frr-config must be bgp, ospf or ospf6");
			break;
		case OPTION_ASN:
			if (parse_asn(optarg, &o->asn))
				return usage_error("--asn must be 1..4294967295");
			break;
		case 'N':
			o->pathspace = optarg;
			break;
		case 'z':
			o->zserv = optarg;
			break;
		case 'V':
			puts(PACKAGE_STRING);
			return 1;
		case 'h':
			usage(stdout);
			return 1;
		default:
			usage(stderr);
			return -1;
		}
	}
	if (optind < argc || (o->pathspace && strpbrk(o->pathspace, "/."))) {
		usage(stderr);
		return -1;
	}
	return 0;
}

/* "/run/frr/zserv.api" in pathspace "lab" is "/run/frr/lab/zserv.api". */
static void deeper(char **path, const char *pathspace, bool folder)
{
	const char *slash = folder ? *path + strlen(*path) : strrchr(*path, '/');
	size_t size = strlen(*path) + strlen(pathspace) + 3;
	char *to = xcalloc(1, size);
	int head = slash ? (int)(slash - *path) : 0;

	snprintf(to, size, "%.*s/%s%s", head, *path, pathspace,
	    folder  ? ""
	    : slash ? slash
		    : "");
	free(*path);
	*path = to;
}

/* What the command line says goes before the file. */
static void apply_options(struct conf *c, const struct options *o)
{
	if (o->pathspace) {
		deeper(&c->zebra.socket, o->pathspace, false);
		deeper(&c->zebra.vty_socket, o->pathspace, false);
		deeper(&c->vty_dir, o->pathspace, true);
		conf_set_origin(c, "zebra.socket", "option -N %s", o->pathspace);
		conf_set_origin(c, "zebra.vty-socket", "option -N %s", o->pathspace);
		conf_set_origin(c, "vty.dir", "option -N %s", o->pathspace);
	}
	if (o->zserv) {
		free(c->zebra.socket);
		c->zebra.socket = xstrdup(o->zserv);
		conf_set_origin(c, "zebra.socket", "option -z");
	}
}

/* tell is given each error; the first is copied to `first`, if there is room for it. */
static struct conf *load(
    const struct options *o, void (*tell)(const char *line), char *first, size_t size)
{
	struct conf_errors errors = {0};
	struct conf *c = conf_load(o->file, &errors);

	for (size_t i = 0; i < errors.lines.n; i++)
		tell(errors.lines.v[i]);
	if (errors.more)
		tell("... and more");
	if (size)
		snprintf(first, size, "%s", errors.lines.n ? errors.lines.v[0] : "");
	conf_errors_fini(&errors);
	if (c)
		apply_options(c, o);
	return c;
}

static void tell_stderr(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static void tell_log(const char *line)
{
	log_err("conf", "%s", line);
}

static void on_stop(evutil_socket_t sig, short what, void *arg)
{
	struct run *r = arg;

	(void)what;
	log_info("main", "signal %d: leaving", (int)sig);
	sdnotify("STOPPING=1");
	event_base_loopbreak(r->base);
}

/* A bad file leaves the running configuration in force. */
static void on_reload(evutil_socket_t sig, short what, void *arg)
{
	struct run *r = arg;
	struct conf *next;
	char error[256];

	(void)sig;
	(void)what;
	sdnotify("RELOADING=1");
	next = load(r->opt, tell_log, error, sizeof(error));
	if (next) {
		daemon_reload(r->daemon, next);
	} else {
		log_err("conf", "%s: not taken, the running configuration stays in force",
		    r->opt->file);
		daemon_refused(r->daemon, error);
	}
	daemon_rescan(r->daemon);
	sdnotify("READY=1");
}

static int run(const struct options *o, struct conf *conf)
{
	static const int stops[] = {SIGTERM, SIGINT};
	struct run r = {.opt = o, .base = loop_new()};
	struct event *sig[ARRAY_LEN(stops) + 1];
	size_t files = limits_files(FILES);

	if (!r.base) {
		log_err("main", "no event loop: %m");
		conf_free(conf);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	log_set_level(conf->log_level);
	log_set_json(conf->log_json);
	log_info("main", "%s, configuration %s", PACKAGE_STRING, conf->file);
	if (files < FILES)
		log_warn(
		    "main", "only %zu files may be open, %d would be better", files, FILES);
	for (size_t i = 0; i < ARRAY_LEN(stops); i++)
		sig[i] = evsignal_new(r.base, stops[i], on_stop, &r);
	sig[ARRAY_LEN(stops)] = evsignal_new(r.base, SIGHUP, on_reload, &r);
	for (size_t i = 0; i < ARRAY_LEN(sig); i++)
		event_add(sig[i], NULL);
	r.daemon = daemon_new(r.base, conf);
	if (r.daemon) {
		sdnotify("READY=1");
		event_base_dispatch(r.base);
	}
	daemon_free(r.daemon);
	for (size_t i = 0; i < ARRAY_LEN(sig); i++)
		event_free(sig[i]);
	event_base_free(r.base);
	return r.daemon ? 0 : 1;
}

/* A file that is named may come later, so what is wrong with it is only told. */
static void check_kubeconfig(const struct conf *c)
{
	struct auth_where where = {.kubeconfig = c->kubeconfig, .context = c->context};
	struct auth_error err = {{0}};
	struct auth *a = NULL;

	if (c->kubeconfig && auth_load(&where, &a, &err))
		fprintf(stderr, "%s\n", err.text);
	auth_free(a);
}

/* -t, -T. Consumes conf. Return: the exit status. */
static int check(const struct options *o, struct conf *conf)
{
	const char *error = NULL;

	for (size_t i = 0; i < conf->warnings.n; i++)
		fprintf(stderr, "%s\n", conf->warnings.v[i]);
	check_kubeconfig(conf);
	if (o->frr != CONF_FRR_KINDS)
		error = conf_frr_print(conf, o->frr, o->asn, stdout, stderr);
	else if (o->print)
		conf_print(conf, stdout);
	if (error)
		fprintf(stderr, "%s: %s\n", conf->file, error);
	conf_free(conf);
	return error ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options o = {.file = CONF_FILE, .frr = CONF_FRR_KINDS};
	struct conf *conf;
	int rc = parse_options(argc, argv, &o);

	if (rc)
		return rc > 0 ? 0 : 2;
#if defined(HAVE_MALLOPT) && defined(M_ARENA_MAX)
	/* Objects are made by one thread and freed by the other: one arena keeps them dense. */
	mallopt(M_ARENA_MAX, 1);
	/* glibc would raise it with the first large table that is freed, and those after it
	 * would leave holes between small ones. */
	mallopt(M_MMAP_THRESHOLD, LARGE);
#endif
	conf = load(&o, tell_stderr, NULL, 0);
	if (!conf)
		return 1;
	if (o.check)
		return check(&o, conf);
	/* Not safe beside other threads, so now. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		fputs("grevyd: libcurl does not start\n", stderr);
		conf_free(conf);
		return 1;
	}
	rc = run(&o, conf);
	curl_global_cleanup();
	return rc;
}
