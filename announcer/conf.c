/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf.c - reads grevyd.yaml into a fresh struct conf, all or nothing, and compares two for a
 * reload. The keys are tables in conf_keys.c, conf_pools.c and conf_peers.c; conf_read.c walks
 * the file by them; conf_check.c judges the whole; conf_out.c and conf_yaml.c give it back.
 */
#include "announcer/conf.h"
#include "announcer/conf_check.h"
#include "announcer/conf_place.h"
#include "announcer/util.h"
#include "k8s/yamldoc.h"
#include <errno.h>
#include <json-c/json.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)1 << 20)

static struct conf *conf_new(const char *name)
{
	static unsigned long serial;
	struct conf *c = xcalloc(1, sizeof(*c));

	c->file = xstrdup(name);
	c->serial = ++serial;
	c->lb_class = xstrdup("");
	c->lease = xstrdup("grevy-system/grevy-controller");
	c->state_file = xstrdup("/var/lib/grevy/assignments.json");
	c->zebra.socket = xstrdup("/run/frr/zserv.api");
	c->zebra.vty_socket = xstrdup("/run/frr/zebra.vty");
	c->zebra.frr_version = xstrdup("auto");
	c->zebra.route_type = xstrdup("auto");
	c->zebra.distance = 20;
	c->zebra.metric = 20;
	c->zebra.stale_s = 600;
	c->hold_on_exit = true;
	c->http_listen = xstrdup("127.0.0.1:7473");
	c->vty_dir = xstrdup("/run/grevy");
	c->log_level = LOG_LEVEL_INFO;
	conf_bgp_init(c);
	conf_l2_init(c);
	return c;
}

static void lists_free(struct conf *c)
{
	for (size_t i = 0; i < c->n_communities; i++) {
		free(c->communities[i].alias);
		free(c->communities[i].value);
	}
	free(c->communities);
	for (size_t i = 0; i < c->n_bfd; i++)
		free(c->bfd[i].name);
	free(c->bfd);
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	conf_peers_fini(c);
	conf_bgp_fini(c);
	conf_l2_fini(c);
	lists_free(c);
	policy_fini(&c->policy);
	strlist_fini(&c->zebra.redistribute);
	strlist_fini(&c->warnings);
	conf_places_free(c->places);
	free(c->zebra.socket);
	free(c->zebra.vty_socket);
	free(c->zebra.frr_version);
	free(c->zebra.route_type);
	free(c->file);
	free(c->node_name);
	free(c->manifests);
	free(c->kubeconfig);
	free(c->context);
	free(c->lb_class);
	free(c->lease);
	strlist_fini(&c->policy_from);
	free(c->state_file);
	free(c->http_listen);
	free(c->vty_dir);
	free(c->vty_attach_as);
	free(c);
}

const char *conf_zebra_off(const struct conf *c)
{
	if (c->zebra.enabled == CONF_NO)
		return "zebra: enabled: no";
	if (c->zebra.enabled == CONF_AUTO && c->role == CONF_NODE &&
	    (c->n_peers || c->has_peers))
		return "zebra: enabled: auto means no on role node with peers, so that nothing "
		       "is announced twice";
	return NULL;
}

void conf_errors_fini(struct conf_errors *e)
{
	strlist_fini(&e->lines);
	e->more = 0;
}

static void errors_add(
    struct conf_errors *errors, const char *name, const struct yamldoc_error *at)
{
	size_t len = strlen(name) + strlen(at->what) + 32;
	char *s = xcalloc(len, 1);

	snprintf(s, len, "%s:%u:%u: %s", name, at->line, at->col, at->what);
	strlist_add(&errors->lines, s);
	free(s);
}

static void root_read(
    struct conf_reader *r, const struct yamldoc *doc, const struct conf_section *section)
{
	struct json_object *nothing = doc->n ? NULL : json_object_new_object();
	struct json_object *root = doc->n ? doc->docs[0] : nothing;

	if (doc->n > 1)
		conf_error(r, doc->docs[1], NULL, "must be one document");
	if (!json_object_is_type(root, json_type_object)) {
		conf_error(r, root, NULL, "must be a mapping of keys");
		return;
	}
	conf_read_map(r, root, r->conf, section->keys);
	r->map = root;
	section->check(r, root);
	json_object_put(nothing);
}

static struct conf *text_parse(
    struct conf_reader *r, const struct conf_section *section, struct conf_errors *errors)
{
	struct yamldoc_error at;
	struct yamldoc doc;
	int rc = yamldoc_parse(r->text, r->len, &doc, &at);

	if (rc == -ENOMEM)
		abort();
	if (rc < 0) {
		errors_add(errors, r->name, &at);
		return NULL;
	}
	r->conf = conf_new(r->name);
	root_read(r, &doc, section);
	conf_places_sort(r->conf);
	yamldoc_fini(&doc);
	if (r->n_lines) {
		conf_free(r->conf);
		r->conf = NULL;
	}
	conf_errors_give(r, errors);
	return r->conf;
}

struct conf *conf_parse(
    const char *text, size_t len, const char *name, struct conf_errors *errors)
{
	struct conf_reader r = {.dialect = CONF_FILE, .name = name, .text = text, .len = len};

	return text_parse(&r, &conf_root, errors);
}

struct conf *conf_parse_legacy(
    const char *text, size_t len, const char *name, struct conf_errors *errors)
{
	struct conf_reader r = {.dialect = CONF_LEGACY, .name = name, .text = text, .len = len};

	return text_parse(&r, &conf_legacy, errors);
}

static void errors_add_file(struct conf_errors *errors, const char *path, const char *what)
{
	size_t len = strlen(path) + strlen(what) + 32;
	char *s = xcalloc(len, 1);

	snprintf(s, len, "%s: cannot be read: %s", path, what);
	strlist_add(&errors->lines, s);
	free(s);
}

static int64_t changed_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

bool conf_file_differs(const struct conf *c)
{
	struct stat st;

	return c->changed_ns && (stat(c->file, &st) < 0 || changed_ns(&st) != c->changed_ns);
}

struct conf *conf_load(const char *path, struct conf_errors *errors)
{
	struct conf *c = NULL;
	FILE *f = fopen(path, "re");
	int64_t changed;
	struct stat st;
	char *text;
	size_t len;

	if (!f) {
		errors_add_file(errors, path, strerror(errno));
		return NULL;
	}
	changed = fstat(fileno(f), &st) < 0 ? 0 : changed_ns(&st);
	text = xcalloc(FILE_MAX + 1, 1);
	errno = 0;
	len = fread(text, 1, FILE_MAX + 1, f);
	if (ferror(f))
		errors_add_file(errors, path, strerror(errno));
	else if (len > FILE_MAX)
		errors_add_file(errors, path, "larger than 1 MiB");
	else
		c = conf_parse(text, len, path, errors);
	if (c)
		c->changed_ns = changed;
	free(text);
	fclose(f);
	return c;
}
