/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part_text.h - objects of the policy from texts, and a part as text, field by field. */
#ifndef TESTS_PART_TEXT_H
#define TESTS_PART_TEXT_H
#include "announcer/part.h"

/* Of namespace metallb-system. json: "{...}", the whole object; the caller's. */
struct k8s_object *custom_object(const char *resource, const char *name, const char *json);
/* The object lan with labels app=a and zone=b, of this version of its API, read. */
struct part *part_of_spec(
    const char *resource, const char *version, const char *spec, struct conf_errors *errors);
/* config: the text of its key; NULL = there is no such key. */
struct k8s_object *configmap_object(const char *config);

/* Every field of every item, a line each: "pool lan", " addresses 192.0.2.0/24". The caller's.
 */
char *part_text(const struct part *p);

/* One rule: what is read, and a line of the part or the error it is refused with. */
struct part_row {
	const char *rule;  /* named after metallb-compat's section and field */
	const char *input; /* a spec in JSON; of a ConfigMap: YAML */
	const char *line;  /* of part_text(), or */
	const char *error; /* "spec.addresses: must ..." without the object's name */
};

#define READS(rule, input, line)                                                               \
	{                                                                                      \
		rule, input, line, NULL                                                        \
	}
#define REFUSED(rule, input, error)                                                            \
	{                                                                                      \
		rule, input, NULL, error                                                       \
	}

/* read: part_of_custom() or part_of_configmap() of a row's input. prefix: the object's name in
 * errors. Every row is judged before the test fails. */
void check_rows(const struct part_row *rows, size_t n,
    struct part *(*read)(const char *input, struct conf_errors *errors), const char *prefix);
#endif
