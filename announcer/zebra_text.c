/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/zebra_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned zebra_text_clients(const char *text, const char *type, unsigned instance)
{
	static const char head[] = "Client: ", inst[] = " Instance: ";
	size_t len = strlen(type);
	unsigned found = 0;

	while ((text = strstr(text, head))) {
		unsigned long n = 0;

		text += sizeof(head) - 1;
		if (strncmp(text, type, len) || !strchr(" \r\n", text[len]))
			continue;
		if (!strncmp(text + len, inst, sizeof(inst) - 1))
			n = strtoul(text + len + sizeof(inst) - 1, NULL, 10);
		found += n == instance;
	}
	return found;
}

/* Whether a word stands in text before end. */
static const char *find(const char *text, const char *end, const char *word)
{
	const char *at = strstr(text, word);

	return at && at < end ? at : NULL;
}

/*
 * "Routing entry for 203.0.113.2/32
 *   Known via "openfabric", distance 115, metric 0, best
 *   * 10.0.3.10, via eth3, weight 1"
 * The entry that is best has the prefix; a "*" line says that the kernel has it (">*" in
 * Quagga).
 */
void zebra_text_entry(const char *text, const char *type, struct zebra_entry *e)
{
	static const char known[] = "Known via \"", dist[] = "distance ";

	*e = (struct zebra_entry){0};
	for (text = strstr(text, known); text; text = strstr(text, known)) {
		const char *name = text + sizeof(known) - 1;
		const char *line = name + strcspn(name, "\n"), *end = strstr(name, known), *d;
		size_t len = strcspn(name, "\"\n");

		end = end ? end : name + strlen(name);
		text = name;
		if (!find(name, line, ", best"))
			continue;
		d = find(name, line, dist);
		if (len == strlen(type) && !memcmp(name, type, len))
			e->installed = find(line, end, "\n  * ") || find(line, end, "\n  >* ");
		else
			snprintf(e->winner, sizeof(e->winner), "%.*s, distance %lu",
			    len > 32 ? 32 : (int)len, name,
			    d ? strtoul(d + sizeof(dist) - 1, NULL, 10) : 0);
	}
}

/* "f>* 203.0.113.1/32 [115/0] via ...", with an instance "f[5]>* ...". Lines of further next
 * hops start with a blank. */
static bool line_route(const char *line, char letter, unsigned instance, struct prefix *p)
{
	char word[PREFIX_STRLEN];
	unsigned long n = 0;
	size_t len;

	if (*line++ != letter)
		return false;
	if (*line == '[') {
		n = strtoul(line + 1, NULL, 10);
		line += strcspn(line, "]\n");
	}
	if (n != instance)
		return false;
	line += strcspn(line, " \n");
	line += strspn(line, " ");
	len = strcspn(line, " \n");
	if (len >= sizeof(word) || !memchr(line, '/', len))
		return false;
	memcpy(word, line, len);
	word[len] = '\0';
	return !prefix_parse(word, p);
}

bool zebra_text_route(const char **text, char letter, unsigned instance, struct prefix *p)
{
	while (**text) {
		const char *line = *text;

		*text += strcspn(*text, "\n");
		*text += **text == '\n';
		if (line_route(line, letter, instance, p))
			return true;
	}
	return false;
}

/* "openfabric                : deny-one  ": the name; NULL = no such line, or none. */
static const char *route_map_of(const char *text, const char *type)
{
	size_t len = strlen(type);

	while (*text) {
		const char *line = text;

		text += strcspn(text, "\n");
		text += *text == '\n';
		if (strncmp(line, type, len) != 0 || line[len] != ' ')
			continue;
		line += len;
		line += strspn(line, " ");
		if (*line++ != ':')
			continue;
		line += strspn(line, " ");
		return strncmp(line, "none", 4) || !strchr(" \r\n", line[4]) ? line : NULL;
	}
	return NULL;
}

void zebra_text_route_map(const char *text, const char *type, char name[ZEBRA_ROUTE_MAP_LEN])
{
	const char *at = route_map_of(text, type);

	if (!at)
		at = route_map_of(text, "any");
	snprintf(name, ZEBRA_ROUTE_MAP_LEN, "%.*s", at ? (int)strcspn(at, " \r\n") : 0,
	    at ? at : "");
}

unsigned zebra_text_downs(const char *text)
{
	static const char downs[] = "Link downs:";
	unsigned n = 0;

	while ((text = strstr(text, downs))) {
		text += sizeof(downs) - 1;
		n += (unsigned)strtoul(text, NULL, 10);
	}
	return n;
}
