/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the controller tells users in Events, with MetalLB's reasons; on change only. */
#include "announcer/control_int.h"
#include "announcer/util.h"
#include <stdio.h>

#define NOTE_LEN 768

static void tell(struct control *c, const struct store_service *svc, bool warning,
    const char *reason, const char *text)
{
	struct k8s_command *cmd = k8s_command_new(K8S_NOTICE);
	struct k8s_notice *n = xcalloc(1, sizeof(*n));

	if (!cmd)
		abort();
	n->ns = xstrdup(svc->ns);
	n->name = xstrdup(svc->name);
	n->uid = xstrdup(svc->obj->service.uid);
	n->reason = xstrdup(reason);
	n->text = xstrdup(text);
	n->warning = warning;
	cmd->notice = n;
	c->stats.notices++;
	c->send(cmd, c->arg);
}

/* Those of a that b has not. Return: how many. */
static size_t print_missing(
    const struct control_addrs *a, const struct control_addrs *b, const char *quote, char *buf)
{
	char one[PREFIX_STRLEN];
	size_t n = 0, len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < a->n && len < NOTE_LEN / 2; i++)
		if (!control_has(b, &a->addr[i]))
			len += (size_t)snprintf(buf + len, NOTE_LEN - len, "%s%s%s%s",
			    n++ ? " " : "", quote, ipaddr_str(&a->addr[i], one), quote);
	return n;
}

void control_tell_change(
    struct control *c, const struct alloc_service *as, const struct control_addrs *actual)
{
	const struct control_addrs want = {as->addr, as->n}, none = {NULL, 0};
	char list[NOTE_LEN], text[NOTE_LEN * 2];

	if (print_missing(actual, &want, "", list)) {
		snprintf(text, sizeof(text), "%s: not assigned any more%s%s", list,
		    as->text ? ": " : "", as->text ? as->text : "");
		tell(c, as->svc, false, "ClearAssignment", text);
	}
	if (print_missing(&want, actual, "\"", list)) {
		print_missing(&want, &none, "\"", list);
		snprintf(text, sizeof(text), "Assigned IP [%s]", list);
		tell(c, as->svc, false, "IPAllocated", text);
	}
}

void control_tell_failure(
    struct control *c, struct control_entry *e, const struct alloc_service *as)
{
	bool partial = as && as->state == ALLOC_PARTIAL;
	bool failed = as && (as->state == ALLOC_PENDING || as->state == ALLOC_KEPT);
	char text[NOTE_LEN];
	const char *why;

	if (!partial && !failed) {
		free(e->failure);
		e->failure = NULL;
		return;
	}
	why = as->text ? as->text : alloc_text(as->reason)->token;
	if (e->failure && strcmp(e->failure, why) == 0)
		return;
	free(e->failure);
	e->failure = xstrdup(why);
	if (partial)
		snprintf(text, sizeof(text), "%s", why);
	else
		snprintf(text, sizeof(text), "Failed to allocate IP for \"%s/%s\": %s", e->ns,
		    e->name, why);
	tell(c, as->svc, failed, partial ? "AdditionalAssignFailed" : "AllocationFailed", text);
}
