/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/shell/offers.h"
#include "announcer/shell/page.h"
#include "announcer/shell/shell.h"
#include "announcer/util.h"
#include <stdio.h>
#include <unistd.h>

#define MANY 100 /* as readline has it */

static int word_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add(struct offers *o, char *word, size_t *cap)
{
	if (o->n == *cap) {
		*cap = *cap ? *cap * 2 : 32;
		o->word = xrealloc(o->word, *cap, sizeof(*o->word));
	}
	o->word[o->n++] = word;
}

/* Take the text apart: words that begin with `partial`. */
static void split(struct offers *o, char *text, const char *partial, size_t len)
{
	size_t cap = 0, kept = 0;

	while (*text) {
		char *end = text + strcspn(text, "\n");
		char *next = end + (*end == '\n');

		*end = '\0';
		if (strncmp(text, partial, len) == 0)
			add(o, text, &cap);
		text = next;
	}
	if (o->n)
		qsort(o->word, o->n, sizeof(*o->word), word_cmp);
	for (size_t i = 0; i < o->n; i++)
		if (!kept || strcmp(o->word[kept - 1], o->word[i]) != 0)
			o->word[kept++] = o->word[i];
	o->n = kept;
}

/* Length of what the first and the last, and so all, begin with. */
static size_t common(const struct offers *o)
{
	const char *a = o->word[0], *b = o->word[o->n - 1];
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

void offers_init(struct offers *o, char *text, const char *line, size_t len)
{
	size_t from = len, n;

	while (from && !strchr(" \t|", line[from - 1]))
		from--;
	*o = (struct offers){0};
	split(o, text, line + from, len - from);
	n = o->n ? common(o) - (len - from) : 0;
	o->more = xcalloc(n + 2, 1);
	if (n)
		memcpy(o->more, o->word[0] + (len - from), n);
	if (o->n == 1)
		o->more[n] = ' ';
}

void offers_fini(struct offers *o)
{
	free(o->word);
	free(o->more);
}

static bool says_yes(struct shell *sh)
{
	char c;

	if (shell_wait(STDIN_FILENO, sh) || read(STDIN_FILENO, &c, 1) != 1)
		return false;
	return c == 'y' || c == 'Y' || c == ' ';
}

void offers_list(const struct offers *o, struct shell *sh)
{
	int cols = pager_cols();
	struct buf b = {0};
	struct pager *p;

	putchar('\n');
	if (o->n > MANY) {
		bool wanted;

		printf("Display all %zu possibilities? (y or n)", o->n);
		fflush(stdout);
		wanted = says_yes(sh);
		putchar('\n');
		fflush(stdout);
		if (!wanted)
			return;
	}
	page_columns(o->word, o->n, cols ? cols : 80, &b);
	p = pager_new(sh->paginate ? sh->rows : 0, NULL, shell_wait, sh);
	pager_write(p, b.p, b.len);
	pager_free(p);
	free(b.p);
}
