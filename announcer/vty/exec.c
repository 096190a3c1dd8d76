/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec.c - one command line from its text to its answer: parse, run, filter. A long answer is
 * made by steps, each when somebody asks for the next piece.
 *
 * A command that changes something leaves a line in the log that says who and what, also when
 * it was not allowed. A question mark at the end asks for help, as in a shell whose key was not
 * caught.
 */
#include "announcer/vty/exec.h"
#include "announcer/clock.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vty/filter.h"
#include "announcer/vty/frr.h"
#include "announcer/vty/listen.h"
#include "announcer/vty/words.h"
#include "announcer/vty/writer.h"

enum { STEP_ROWS = 64, STEP_BYTES = 16384, STEP_NS = 500000 };

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

/* Who may, and what is to be done about it. */
static void forbidden(const struct vty_session *s, struct buf *to)
{
	const char *group = s->group ? s->group : VTY_GROUP;

	buf_fmt(to,
	    "Not allowed: this is for root and members of group %s "
	    "(as root: usermod -a -G %s USER; then log in again)",
	    group, group);
}

enum vty_rc vty_forbid(struct vty_request *rq)
{
	struct buf b = {0};
	enum vty_rc rc;

	forbidden(rq->session, &b);
	rc = vty_fail(rq, "%s", b.p);
	free(b.p);
	return rc;
}

bool vty_said(const struct vty_request *rq, const char *keyword)
{
	return tree_said(rq->said, rq->n_said, keyword);
}

const char *vty_arg(const struct vty_request *rq, const char *kind)
{
	for (size_t i = 0; i < rq->n_args; i++)
		if (words_is(rq->kinds[i], kind))
			return rq->args[i];
	return NULL;
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

static void audit(const struct vty_session *s, const char *line, const char *outcome)
{
	log_info("vty", "%s: %s%s", s->who ? s->who : "local", line, outcome);
}

struct vty_job {
	struct vty_request rq; /* rq.w NULL: no command, text is the answer */
	struct vty_parsed parsed;
	char *line; /* of which parsed borrows */
	struct filter *filter;
	bool made;       /* what the filter is to be given is whole */
	size_t passed;   /* of text: bytes that the filter took */
	struct buf text; /* the answer without a command; a piece on its way to the filter */
};

void vty_rows(struct vty_request *rq, vty_step_fn *step, void (*done)(void *state), void *state)
{
	rq->rows = (struct vty_rows){step, done, state};
}

bool vty_enough(struct vty_request *rq)
{
	return ++rq->step_rows >= STEP_ROWS || writer_size(rq->w) >= STEP_BYTES ||
	       clock_ns() - rq->step_ns >= STEP_NS;
}

static void rows_end(struct vty_request *rq)
{
	if (rq->rows.done)
		rq->rows.done(rq->rows.state);
	rq->rows = (struct vty_rows){0};
}

static void run(struct vty_job *job)
{
	const struct vty_parsed *p = &job->parsed;
	struct vty_request *rq = &job->rq;

	if (p->filter && p->cmd->flags & VTY_ENDLESS) {
		buf_str(&job->text, "% This has no end, and takes no |\n");
		rq->rc = VTY_NO_MATCH;
		return;
	}
	if (p->filter) {
		job->filter = filter_new(p->filter, &job->text);
		if (!job->filter) {
			rq->rc = VTY_NO_MATCH;
			return;
		}
	}
	rq->json = p->json || (rq->session->json && p->cmd->flags & VTY_JSON);
	rq->w = writer_new(rq->json);
	rq->kinds = p->kinds;
	rq->n_args = p->n_args;
	rq->said = p->said;
	rq->n_said = p->n_said;
	rq->rest = p->rest;
	for (size_t i = 0; i < p->n_args; i++)
		rq->args[i] = p->args[i];
	rq->rc = p->cmd->run(rq);
}

/* A line that is unknown: is it only that nobody said `enable`? */
static void tell_locked(struct vty_job *job)
{
	static struct log_bucket bucket;
	const struct vty_session *s = job->rq.session;
	struct vty_parsed p = {0};
	struct buf unknown = {0};
	enum vty_rc rc = VTY_NO_MATCH;

	if (!s->enabled)
		rc = tree_parse(&vty_commands, job->line, true, &p, &unknown);
	if (rc == VTY_OK && p.cmd) {
		buf_clear(&job->text);
		buf_str(&job->text, "% ");
		if (s->privileged)
			buf_str(&job->text, "Say `enable` first: this changes something");
		else
			forbidden(s, &job->text);
		buf_str(&job->text, "\n");
		job->rq.rc = VTY_WARNING;
		if (log_allowed(&bucket))
			audit(s, job->line, " (not allowed)");
	}
	tree_parsed_fini(&p);
	free(unknown.p);
}

struct vty_job *vty_begin(const struct vty_context *ctx, struct vty_session *session,
    const char *line, const struct vty_now *now)
{
	struct vty_job *job = xcalloc(1, sizeof(*job));
	bool frr = session->dialect == VTY_FRR;
	char *question = frr ? NULL : asks_help(line);

	job->line = xstrdup(line);
	job->rq = (struct vty_request){.ctx = ctx, .session = session, .now = *now};
	if (question) {
		tree_help(&vty_commands, question, session->enabled, &job->text);
		free(question);
		return job;
	}
	job->rq.rc = frr ? frr_parse(session, job->line, &job->parsed, &job->text)
	                 : tree_parse(&vty_commands, job->line, session->enabled, &job->parsed,
			       &job->text);
	if (job->rq.rc == VTY_OK && job->parsed.cmd)
		run(job);
	else if (job->rq.rc != VTY_OK && !frr)
		tell_locked(job);
	return job;
}

static void step_begin(struct vty_request *rq)
{
	rq->step_ns = clock_ns();
	rq->step_rows = 0;
}

/* The next piece, not filtered. Return: there is more. */
static bool make(struct vty_job *job, struct buf *to)
{
	struct vty_request *rq = &job->rq;
	size_t len = job->text.len;
	const char *text = job->text.p;

	step_begin(rq);
	if (rq->rows.step && !rq->rows.step(rq, rq->rows.state))
		rows_end(rq);
	if (rq->rows.step) {
		writer_take(rq->w, to);
		return true;
	}
	if (rq->w)
		text = writer_finish(rq->w, &len);
	if (len)
		buf_add(to, text, len);
	return false;
}

/* Lines of the piece to the filter, until that took long enough. Return: there are more. */
static bool filter_some(struct vty_job *job, struct buf *out)
{
	const struct buf *text = &job->text;

	step_begin(&job->rq);
	while (job->passed < text->len) {
		job->passed += filter_feed(
		    job->filter, text->p + job->passed, text->len - job->passed, out);
		if (clock_ns() - job->rq.step_ns >= STEP_NS)
			break;
	}
	if (job->passed < text->len)
		return true;
	buf_clear(&job->text);
	job->passed = 0;
	return false;
}

bool vty_more(struct vty_job *job, struct buf *out)
{
	if (!job->filter)
		return make(job, out);
	if (!job->text.len && !job->made)
		job->made = !make(job, &job->text);
	if (filter_some(job, out) || !job->made)
		return true;
	filter_end(job->filter, out);
	return false;
}

enum vty_rc vty_end(struct vty_job *job)
{
	enum vty_rc rc = job->rq.rc;

	rows_end(&job->rq);
	if (job->parsed.cmd && job->parsed.cmd->flags & VTY_VERB)
		audit(job->rq.session, job->line, rc == VTY_OK ? "" : " (refused)");
	tree_parsed_fini(&job->parsed);
	writer_free(job->rq.w);
	filter_free(job->filter);
	free(job->text.p);
	free(job->line);
	free(job);
	return rc;
}

enum vty_rc vty_execute(const struct vty_context *ctx, struct vty_session *session,
    const char *line, const struct vty_now *now, struct buf *reply)
{
	struct vty_job *job = vty_begin(ctx, session, line, now);

	while (vty_more(job, reply))
		;
	return vty_end(job);
}
