/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_show.c - show running-config: the configuration in force, as text in the manner of FRR
 * or as data. It may be long, so it is made key by key and element by element; when another
 * configuration comes into force meanwhile, the answer ends and says so.
 */
#include "announcer/conf_show.h"
#include "announcer/conf_place.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include <json-c/json.h>
#include <unistd.h>

enum { HOST_LEN = 256 };

/* JSON: values, then where they come from. */
enum pass { PASS_VALUES, PASS_FROM, PASS_DONE };

struct config_job {
	unsigned long serial; /* of the configuration that is shown */
	struct conf *defaults;
	struct config_facts facts;
	struct config_text text;
	struct config_walk walk;
	/* JSON: where we are */
	enum pass pass;
	const struct conf_key *inner; /* in a section with lists; NULL = not in one */
	size_t item;
	bool open; /* the list is begun */
};

/* ---- text ---- */

static const struct {
	const char *name;
	config_show_fn *show;
} in_frr_words[] = {
    {"peers",           config_show_peers      },
    {"bgp-communities", config_show_communities},
    {"bfd-profiles",    config_show_bfd        },
    {"bgp",	     config_show_bgp        },
};

/* Sections whose keys are lines of their own rather than a block. */
static bool is_flat(const char *section)
{
	static const char *const flat[] = {"multipath", "kernel", "http", "vty", "log"};

	for (size_t i = 0; i < ARRAY_LEN(flat); i++)
		if (strcmp(flat[i], section) == 0)
			return true;
	return false;
}

static void put_section(struct config_text *t, const char *name, struct json_object *v)
{
	struct buf before = {0};

	config_separate(t);
	config_put_from(t, conf_out_place(v));
	config_put_facts(t, name);
	if (is_flat(name)) {
		buf_fmt(&before, "%s ", name);
		config_put_members(t, before.p, v);
	} else {
		config_put(t, "", name, v);
	}
	config_separate(t);
	free(before.p);
}

/* A key of the top level that has no words of FRR. */
static void put_plain(struct config_text *t, const char *name, struct json_object *v)
{
	if (!config_shown(t, v)) {
		config_put_facts(t, name);
	} else if (json_object_is_type(v, json_type_object)) {
		put_section(t, name, v);
	} else {
		if (!conf_out_place(v))
			config_line(t, "! defaults");
		config_put_from(t, conf_out_place(v));
		config_put(t, "", name, v);
	}
}

static bool plain_step(struct config_text *t, struct config_walk *k)
{
	bool list = k->key->type->kind == CONF_LIST;
	struct json_object *v;

	if (list && k->item >= conf_list_count(t->conf, k->key))
		return false;
	if (list) {
		v = conf_list_item(&k->out, t->conf, k->key, k->item);
		config_separate(t);
		config_put_element(t, k->key->name, v, k->item++);
		config_separate(t);
		json_object_put(v);
		return true;
	}
	if (strcmp(k->key->name, "router-id") == 0 && config_has_bgp(t->conf))
		return false;
	v = conf_out_key(&k->out, t->conf, k->key);
	if (strcmp(k->key->name, "zebra") == 0 && config_has_bgp(t->conf))
		json_object_object_del(v, "redistribute");
	if (v)
		put_plain(t, k->key->name, v);
	else
		config_put_facts(t, k->key->name);
	json_object_put(v);
	return false;
}

static void text_debug(struct config_text *t)
{
	for (size_t i = 0; log_area(i); i++)
		if (log_debugs(log_area(i)))
			config_line(t, "debug %s", log_area(i));
}

/* The next piece. Return: there are more. */
static bool text_step(struct config_job *job)
{
	struct config_walk *k = &job->walk;
	config_show_fn *show = plain_step;

	if (!k->key->name) {
		text_debug(&job->text);
		config_separate(&job->text);
		config_line(&job->text, "end");
		return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(in_frr_words); i++)
		if (strcmp(in_frr_words[i].name, k->key->name) == 0)
			show = in_frr_words[i].show;
	if (show(&job->text, k))
		return true;
	*k = (struct config_walk){.out = k->out, .key = k->key + 1};
	return true;
}

static void text_note(const char *note, void *arg)
{
	config_line(arg, "! %s", note);
}

static void text_head(struct vty_request *rq, struct config_text *t, const char *host)
{
	writer_line(rq->w, "Building configuration...");
	writer_blank(rq->w);
	writer_line(rq->w, "Current configuration:");
	config_line(t, "!");
	config_line(t, "grevy version %s", rq->ctx->version);
	config_line(t, "hostname %s", host);
	config_line(t, "! from %s", rq->ctx->conf->file);
	config_notes(rq->ctx, text_note, t);
	config_separate(t);
}

/* ---- JSON ---- */

static void put_json(struct writer *w, const char *key, struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_object:
		writer_object_begin(w, key, NULL);
		json_object_object_foreach(v, name, value) put_json(w, name, value);
		writer_object_end(w);
		break;
	case json_type_array:
		writer_array_begin(w, key);
		for (size_t i = 0; i < json_object_array_length(v); i++)
			put_json(w, NULL, json_object_array_get_idx(v, i));
		writer_array_end(w);
		break;
	case json_type_int:
		writer_num(w, key, NULL, json_object_get_int64(v));
		break;
	case json_type_boolean:
		writer_bool(w, key, NULL, json_object_get_boolean(v));
		break;
	default:
		writer_str(w, key, NULL, json_object_get_string(v));
		break;
	}
}

static void put_places(struct config_job *job, const char *path, struct json_object *v);

static void put_places_in(struct config_job *job, const char *path, struct json_object *v)
{
	struct buf b = {0};

	if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, name, value)
		{
			buf_clear(&b);
			buf_fmt(&b, "%s.%s", path, name);
			put_places(job, b.p, value);
		}
	} else if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			buf_clear(&b);
			buf_fmt(&b, "%s[%zu]", path, i);
			put_places(job, b.p, json_object_array_get_idx(v, i));
		}
	}
	free(b.p);
}

/* "bgp.neighbors[0].asn":"/etc/grevy/grevyd.yaml:14" */
static void put_places(struct config_job *job, const char *path, struct json_object *v)
{
	const struct conf_place *p = conf_out_place(v);
	struct buf b = {0};

	if (p)
		writer_str(job->text.w, path, NULL, config_from(job->text.conf, p, &b));
	put_places_in(job, path, v);
	free(b.p);
}

/* One value of the pass that we are in; path: as in put_places(). */
static void put_one(
    struct config_job *job, const char *key, const char *path, struct json_object *v)
{
	if (v && job->pass == PASS_VALUES)
		put_json(job->text.w, key, v);
	else if (v)
		put_places(job, path, v);
	json_object_put(v);
}

/* The next element of a list. Return: there may be more. */
static bool list_step(struct config_job *job, const struct conf_key *key, const char *path)
{
	struct writer *w = job->text.w;
	struct buf b = {0};

	if (job->item == conf_list_count(job->text.conf, key)) {
		if (job->open)
			writer_array_end(w);
		job->open = false;
		job->item = 0;
		return false;
	}
	if (!job->item && job->pass == PASS_VALUES) {
		writer_array_begin(w, key->name);
		job->open = true;
	}
	buf_fmt(&b, "%s[%zu]", path, job->item);
	put_one(
	    job, NULL, b.p, conf_list_item(&job->walk.out, job->text.conf, key, job->item++));
	free(b.p);
	return true;
}

static bool has_lists(const struct conf_key *key)
{
	const struct conf_section *section = key->arg;

	for (const struct conf_key *k = section->keys; k->name; k++)
		if (k->type->kind == CONF_LIST)
			return true;
	return false;
}

/* Into a section with lists: what else is in it, first. */
static bool section_enter(struct config_job *job, const struct conf_key *key)
{
	struct json_object *v = conf_out_key(&job->walk.out, job->text.conf, key);

	if (!v)
		return false;
	if (job->pass == PASS_VALUES) {
		writer_object_begin(job->text.w, key->name, NULL);
		json_object_object_foreach(v, name, value) put_json(job->text.w, name, value);
	} else {
		put_places(job, key->name, v);
	}
	json_object_put(v);
	job->inner = ((const struct conf_section *)key->arg)->keys;
	return true;
}

static bool section_step(struct config_job *job, const struct conf_key *key)
{
	struct buf b = {0};
	bool more = false;

	if (!job->inner && !section_enter(job, key))
		return false;
	if (!job->inner->name) {
		if (job->pass == PASS_VALUES)
			writer_object_end(job->text.w);
		job->inner = NULL;
		return false;
	}
	buf_fmt(&b, "%s.%s", key->name, job->inner->name);
	if (job->inner->type->kind == CONF_LIST)
		more = list_step(job, job->inner, b.p);
	if (!more)
		job->inner++;
	free(b.p);
	return true;
}

static void json_facts(struct config_job *job)
{
	struct writer *w = job->text.w;

	writer_object_begin(w, "learned", NULL);
	for (size_t i = 0; i < job->facts.n; i++) {
		writer_object_begin(w, job->facts.v[i].key, NULL);
		writer_str(w, "value", NULL, job->facts.v[i].value);
		writer_str(w, "from", NULL, job->facts.v[i].from);
		writer_object_end(w);
	}
	writer_object_end(w);
}

static void json_pass_end(struct config_job *job)
{
	writer_object_end(job->text.w);
	job->walk.key = conf_root.keys;
	if (++job->pass == PASS_FROM)
		writer_object_begin(job->text.w, "from", NULL);
	else
		json_facts(job);
}

static bool json_step(struct config_job *job)
{
	const struct conf_key *key = job->walk.key;
	bool more = false;

	if (job->pass == PASS_DONE)
		return false;
	if (!key->name) {
		json_pass_end(job);
		return true;
	}
	if (key->type->kind == CONF_LIST)
		more = list_step(job, key, key->name);
	else if (key->type->kind == CONF_SECTION && has_lists(key))
		more = section_step(job, key);
	else
		put_one(job, key->name, key->name,
		    conf_out_key(&job->walk.out, job->text.conf, key));
	if (!more)
		job->walk.key++;
	return true;
}

/* Close what is open, but for the outermost object. */
static void json_abandon(struct config_job *job)
{
	struct writer *w = job->text.w;

	if (job->open)
		writer_array_end(w);
	if (job->inner && job->pass == PASS_VALUES)
		writer_object_end(w);
	if (job->pass != PASS_DONE)
		writer_object_end(w);
}

static void json_note(const char *note, void *arg)
{
	writer_list_add(arg, note);
}

static void json_head(struct vty_request *rq, const char *host)
{
	struct writer *w = rq->w;

	writer_str(w, "version", NULL, rq->ctx->version);
	writer_str(w, "hostname", NULL, host);
	writer_str(w, "file", NULL, rq->ctx->conf->file);
	writer_list_begin(w, "differs", NULL);
	config_notes(rq->ctx, json_note, w);
	writer_list_end(w);
	writer_object_begin(w, "configuration", NULL);
}

/* ---- the command ---- */

static void job_free(void *arg)
{
	struct config_job *job = arg;

	config_facts_fini(&job->facts);
	conf_free(job->defaults);
	free(job);
}

static bool job_step(struct vty_request *rq, void *arg)
{
	struct config_job *job = arg;

	if (rq->ctx->conf->serial != job->serial) {
		if (rq->json)
			json_abandon(job);
		rq->rc = vty_fail(rq, "Another configuration came into force: ask again.");
		return false;
	}
	do {
		if (!(rq->json ? json_step(job) : text_step(job)))
			return false;
	} while (!vty_enough(rq));
	return true;
}

enum vty_rc show_running_config(struct vty_request *rq)
{
	struct conf_errors none = {0};
	struct config_job *job;
	char host[HOST_LEN] = "";

	if (!rq->ctx->conf)
		return vty_fail(rq, "There is no configuration.");
	/* FRR's shell would write it into frr.conf. */
	if (rq->session->dialect == VTY_FRR)
		return VTY_OK;
	job = xcalloc(1, sizeof(*job));
	job->serial = rq->ctx->conf->serial;
	job->defaults = conf_parse("", 0, "", &none);
	config_facts(rq->ctx, &job->facts);
	job->text = (struct config_text){.w = rq->w,
	    .conf = rq->ctx->conf,
	    .facts = &job->facts,
	    .all = vty_said(rq, "all")};
	job->walk = (struct config_walk){
	    .key = conf_root.keys,
	    .out = {.hide = true,
		    .no_lists = true,
		    .conf = rq->ctx->conf,
		    .defaults = job->defaults}
        };
	gethostname(host, sizeof(host) - 1);
	if (rq->json)
		json_head(rq, host);
	else
		text_head(rq, &job->text, host);
	vty_rows(rq, job_step, job_free, job);
	return VTY_OK;
}
