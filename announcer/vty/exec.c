/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec.c - one command line from its text to its answer: parse, run, filter.
 *
 * A command that changes something leaves a line in the log that says who and what. A
 * question mark at the end asks for help, as in a shell whose key was not caught.
 */
#include "announcer/vty/exec.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vty/writer.h"

enum vty_rc vty_fail(struct vty_request *rq, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	writer_str(rq->w, "error", NULL, b.p);
	writer_line(rq->w, "%% %s", b.p);
	free(b.p);
	return VTY_WARNING;
}

bool vty_said(const struct vty_request *rq, const char *keyword)
{
	return tree_said(rq->said, rq->n_said, keyword);
}

/* The line without its final question mark; NULL: it has none that asks for help. */
static char *asks_help(const char *line)
{
	size_t n = strlen(line);
	char *s;

	while (n && strchr(" \t\r\n", line[n - 1]))
		n--;
	if (!n || line[n - 1] != '?' || strchr(line, '|') ||
	    strncmp(line + strspn(line, " \t"), "echo", 4) == 0)
		return NULL;
	s = xstrdup(line);
	s[n - 1] = '\0';
	return s;
}

static void audit(const struct vty_session *s, const char *line, enum vty_rc rc)
{
	log_info("vty", "%s: %s%s", s->who ? s->who : "local", line,
	    rc == VTY_OK ? "" : " (refused)");
}

static enum vty_rc run(const struct vty_context *ctx, struct vty_session *session,
    const struct vty_parsed *p, const struct vty_now *now, struct buf *reply)
{
	struct vty_request rq = {.ctx = ctx,
	    .session = session,
	    .w = writer_new(p->json),
	    .now = *now,
	    .n_args = p->n_args,
	    .said = p->said,
	    .n_said = p->n_said,
	    .rest = p->rest,
	    .json = p->json};
	enum vty_rc rc, filtered = VTY_OK;
	const char *text;
	size_t len;

	for (size_t i = 0; i < p->n_args; i++)
		rq.args[i] = p->args[i];
	rc = p->cmd->run(&rq);
	text = writer_finish(rq.w, &len);
	if (p->filter)
		filtered = tree_filter(p->filter, text, reply);
	else
		buf_add(reply, text, len);
	writer_free(rq.w);
	return rc == VTY_OK ? filtered : rc;
}

enum vty_rc vty_execute(const struct vty_context *ctx, struct vty_session *session,
    const char *line, const struct vty_now *now, struct buf *reply)
{
	char *question = asks_help(line);
	struct vty_parsed p;
	enum vty_rc rc;

	if (question) {
		tree_help(&vty_commands, question, session->enabled, reply);
		free(question);
		return VTY_OK;
	}
	rc = tree_parse(&vty_commands, line, session->enabled, &p, reply);
	if (rc != VTY_OK || !p.cmd)
		return rc;
	rc = run(ctx, session, &p, now, reply);
	if (p.cmd->flags & VTY_VERB)
		audit(session, line, rc);
	tree_parsed_fini(&p);
	return rc;
}
