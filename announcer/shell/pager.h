/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pager.h - long answers page by page, as they come: what is not looked at is not read, so
 * that the daemon makes no more of it.
 */
#ifndef GREVY_SHELL_PAGER_H
#define GREVY_SHELL_PAGER_H
#include <stdbool.h>
#include <stddef.h>

struct pager;

/* The terminal on stdout; 0 = it is none, or does not tell. */
int pager_rows(void);
int pager_cols(void);

/* Wait until stdin can be read. Return: 0, or what is no key: the answer is to end. */
typedef int pager_wait_fn(int fd, void *arg);

/**
 * pager_new - a pager for one answer
 * @rows: lines of a page; -1 = as many as the terminal has, 0 = all at once
 * @program: a command line that the answer goes through if it is longer than a page; NULL or
 *           "" = we do it: blank = a page, return = a line, q = enough
 */
struct pager *pager_new(int rows, const char *program, pager_wait_fn *wait, void *arg);

/* Return: 0, or not 0: it was enough. */
int pager_write(struct pager *p, const char *text, size_t len);

/* Where the program reads: POLLERR there tells that it is gone. -1 = none runs. */
int pager_fd(const struct pager *p);

/* Print what was held back, and wait until the program ends. NULL is fine. */
void pager_free(struct pager *p);
#endif
