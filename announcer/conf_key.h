/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_key.h - inside the configuration reader: key tables, the types of values, errors with
 * their place. A key is a row: name, type, where its value goes. Only conf*.c and those that
 * show a configuration include this.
 */
#ifndef GREVY_CONF_KEY_H
#define GREVY_CONF_KEY_H
#include "announcer/conf_read.h"
#include "announcer/conf_rules.h"

struct conf_key;
struct conf_out; /* conf_out.h */

enum conf_kind {
	CONF_VALUE,
	CONF_SECTION, /* arg: struct conf_section */
	CONF_LIST,    /* arg: struct conf_list */
};

struct conf_type {
	/* Read v (never null) into the field of base that key names, or call conf_error(). */
	void (*parse)(struct conf_reader *r, struct json_object *v, void *base,
	    const struct conf_key *key);
	/* Give it back; NULL when it was not given. Itself NULL = never. */
	struct json_object *(*give)(
	    const struct conf_out *out, const void *base, const struct conf_key *key);
	enum conf_kind kind;
};

enum conf_key_flags {
	CONF_REQUIRED = 1,
	CONF_SECRET = 2,
	CONF_OMIT_ZERO = 4, /* 0 means not given */
	CONF_IPV4 = 8,      /* this family only */
	CONF_BOOL = 16,     /* the field of a word is a bool */
	CONF_LAYER2 = 32,   /* of layer2 pools only */
	CONF_SECONDS = 64,  /* a duration may be a plain number, too */
	CONF_IMPLIED = 128, /* what it is when it is not given depends on other keys */
	/* Of which dialects (conf_read.h) the key is none. */
	CONF_OURS = 256,     /* MetalLB never had it: the file's alone */
	CONF_NEWER = 512,    /* not the legacy ConfigMap's */
	CONF_OLDER = 1024,   /* not a custom resource's */
	CONF_REPEATS = 2048, /* a custom resource may hold a word twice: it counts once */
};

struct conf_key {
	const char *name; /* NULL ends a table */
	const struct conf_type *type;
	size_t off, off_n; /* the field; for lists also that of its count */
	unsigned flags;    /* enum conf_key_flags */
	const void *arg;   /* as the type says */
};

/* A row: KEY(name, type, place, flags, arg), and one of what is not built yet. */
#define CONF_KEY(name, type, place, flags, arg)                                                \
	{                                                                                      \
		name, &conf_##type##_type, place, flags, arg                                   \
	}
#define CONF_AT(type, field) offsetof(struct type, field), 0
#define CONF_LIST_AT(type, field, count)                                                       \
	offsetof(struct type, field), offsetof(struct type, count)
#define CONF_NOWHERE 0, 0
#define CONF_OFF(name, normal)                                                                 \
	{                                                                                      \
		name, &conf_off_type, 0, 0, 0, normal                                          \
	}

struct conf_word { /* arg of conf_word_type, ends with a NULL name */
	const char *name;
	int value;
};

struct conf_range { /* arg of conf_u32_type; of conf_duration_type in seconds */
	uint32_t min, max;
};

struct conf_section { /* arg of conf_section_type */
	const struct conf_key *keys;
	void (*check)(struct conf_reader *r, struct json_object *v); /* may be NULL */
};

struct conf_list { /* arg of conf_list_type */
	const struct conf_key *keys;
	size_t size;              /* of an element */
	void (*init)(void *elem); /* of a zeroed element; may be NULL */
	void (*check)(
	    struct conf_reader *r, struct json_object *v, void *elem); /* may be NULL */
	bool (*same)(const void *a, const void *b); /* duplicates are refused; may be NULL */
	const char *duplicate;                      /* what is said then */
};

extern const struct conf_type conf_bool_type, conf_u32_type, conf_text_type, conf_word_type,
    conf_ip_type, conf_duration_type, conf_words_type, conf_section_type, conf_section_off_type,
    conf_section_text_type, conf_list_type,
    conf_off_type,      /* arg: the documented default as JSON text, or NULL */
    conf_selector_type, /* of conf_selector_section: the only one of a struct selectors */
    conf_labels_type, conf_ranges_type, conf_communities_type, conf_route_type, conf_bgp_type,
    conf_kernel_type;

extern const struct conf_section conf_root, conf_bgp_section, conf_kernel_section,
    conf_l2_section, conf_selector_section,
    conf_legacy; /* the ConfigMap of MetalLB up to 0.12 */
extern const struct conf_list conf_selector_list, conf_pool_list, conf_peer_list, conf_bfd_list,
    conf_bgp_ad_list, conf_l2_ad_list, conf_old_pool_list; /* AddressPool of MetalLB 0.13 */
#endif
