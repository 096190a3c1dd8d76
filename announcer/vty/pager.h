/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pager.h - long answers page by page, for grevysh on a terminal. */
#ifndef GREVY_VTY_PAGER_H
#define GREVY_VTY_PAGER_H

/* Lines of the terminal on stdout; 0 = it is none, or does not tell. */
int pager_rows(void);

/* Print text on stdout: through $PAGER when that is set, else `rows` lines at a time (0: all
 * at once): blank = a page, return = a line, q = enough. What fits is just printed. */
void pager_print(const char *text, int rows);
#endif
