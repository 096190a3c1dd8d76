/* SPDX-License-Identifier: GPL-2.0-or-later */
/* util.h - what every file of the daemon may use. In the daemon, out of memory aborts. */
#ifndef GREVY_UTIL_H
#define GREVY_UTIL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		abort();
	return p;
}

/* As realloc() of n * size bytes; an overflow aborts like a lack of memory. */
static inline void *xrealloc(void *old, size_t n, size_t size)
{
	void *p;

	if (size && n > (size_t)-1 / size)
		abort();
	p = realloc(old, n && size ? n * size : 1);
	if (!p)
		abort();
	return p;
}

/* NULL stays NULL. */
static inline char *xstrdup(const char *s)
{
	char *p;

	if (!s)
		return NULL;
	p = strdup(s);
	if (!p)
		abort();
	return p;
}

/* NULL is equal to NULL only. */
static inline bool text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* As bsearch(), but the place of the first of n sorted elements that is not before the key: n,
 * if all are. */
static inline size_t sorted_place(const void *key, const void *v, size_t n, size_t size,
    int (*cmp)(const void *key, const void *element))
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;

		if (cmp(key, (const char *)v + mid * size) > 0)
			low = mid + 1;
		else
			n = mid;
	}
	return low;
}

/* A secret that is to be freed; NULL is fine. */
static inline void wipe(char *s)
{
	volatile char *p = s;

	while (p && *p)
		*p++ = '\0';
}
#endif
