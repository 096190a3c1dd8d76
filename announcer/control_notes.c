/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the controller tells users in Events, with MetalLB's reasons; on change only. */
#include "announcer/control_int.h"
#include "announcer/util.h"
#include <stdio.h>

#define NOTE_LEN 768

/* n: ns, name, uid, api, kind and text, borrowed. */
static void send_notice(struct control *c, const struct k8s_notice *n)
{
	struct k8s_command *cmd = k8s_command_new(K8S_NOTICE);
	struct k8s_notice *to = xcalloc(1, sizeof(*to));

	if (!cmd)
		abort();
	to->ns = xstrdup(n->ns);
	to->name = xstrdup(n->name);
	to->uid = n->uid ? xstrdup(n->uid) : NULL;
	to->api = n->kind ? xstrdup(n->api) : NULL;
	to->kind = n->kind ? xstrdup(n->kind) : NULL;
	to->reason = xstrdup(n->reason);
	to->text = xstrdup(n->text);
	to->warning = n->warning;
	cmd->notice = to;
	c->stats.notices++;
	c->send(cmd, c->arg);
}

bool control_notice(struct control *c, const struct k8s_notice *n)
{
	if (c->active)
		send_notice(c, n);
	return c->active;
}

static void tell(struct control *c, const struct store_service *svc, bool warning,
    const char *reason, const char *text)
{
	send_notice(c, &(struct k8s_notice){.ns = (char *)svc->ns,
			   .name = (char *)svc->name,
			   .uid = (char *)svc->obj->service.uid,
			   .reason = (char *)reason,
			   .text = (char *)text,
			   .warning = warning});
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

/* Who else has it, or NULL. */
static const struct alloc_service *other_user(
    const struct control *c, const struct alloc_service *as, const struct ipaddr *addr)
{
	const struct alloc_addr *aa = alloc_addr(c->alloc, addr);

	for (size_t i = 0; aa && i < aa->n_users; i++)
		if (aa->users[i] != as)
			return aa->users[i];
	return NULL;
}

/* Why it does not have this address any more. */
static void print_cause(const struct control *c, const struct alloc_service *as,
    const struct ipaddr *addr, char *buf)
{
	const struct alloc_service *other = other_user(c, as, addr);
	enum alloc_loss loss = as->loss;

	if (loss == ALLOC_LOSS_NONE || ipaddr_cmp(&as->lost, addr) != 0) /* it is not ours */
		loss = c->policy && policy_pool_of(c->policy, addr) ? ALLOC_LOSS_NONE
		                                                    : ALLOC_LOSS_NO_POOL;
	if (loss == ALLOC_LOSS_IN_USE && other)
		snprintf(buf, NOTE_LEN, "address also in use by %s/%s", other->svc->ns,
		    other->svc->name);
	else
		snprintf(buf, NOTE_LEN, "%s",
		    loss == ALLOC_LOSS_NONE ? "it was not assigned" : alloc_loss_text(loss));
}

static void tell_cleared(
    struct control *c, const struct alloc_service *as, const struct control_addrs *actual)
{
	const struct control_addrs want = {as->addr, as->n};
	char list[NOTE_LEN], cause[NOTE_LEN], text[NOTE_LEN * 3];
	size_t i = 0;

	if (!print_missing(actual, &want, "", list))
		return;
	while (control_has(&want, &actual->addr[i]))
		i++;
	print_cause(c, as, &actual->addr[i], cause);
	snprintf(text, sizeof(text), "%s: not assigned any more: %s", list, cause);
	tell(c, as->svc, false, "ClearAssignment", text);
}

void control_tell_change(
    struct control *c, const struct alloc_service *as, const struct control_addrs *actual)
{
	const struct control_addrs want = {as->addr, as->n}, none = {NULL, 0};
	char list[NOTE_LEN], text[NOTE_LEN * 2];

	tell_cleared(c, as, actual);
	if (!print_missing(&want, actual, "\"", list))
		return;
	if (actual->n && !print_missing(actual, &want, "", text)) {
		snprintf(text, sizeof(text), "Assigned additional IP %s", list);
	} else {
		print_missing(&want, &none, "\"", list);
		snprintf(text, sizeof(text), "Assigned IP [%s]", list);
	}
	tell(c, as->svc, false, "IPAllocated", text);
	if (as->svc->obj->service.old_prefix)
		tell(c, as->svc, true, "deprecatedAnnotation",
		    "it has annotations of metallb.universe.tf/: write them with metallb.io/");
}

/* What MetalLB calls it: the reason of the Event, and the words that people look for. */
static const struct failure {
	const char *event, *words;
} failures[ALLOC_REASONS] = {
    [ALLOC_NO_FIT] = {"AllocationFailed",      "no available IPs"                        },
    [ALLOC_POOL_FULL] = {"AllocationFailed",      "no available IPs"                        },
    [ALLOC_COOLING] = {"AllocationFailed",      "no available IPs"                        },
    [ALLOC_UNKNOWN_POOL] = {"AllocationFailed",      "unknown pool"                            },
    [ALLOC_OUTSIDE] = {"AllocationFailed",      "not allowed in config"                   },
    [ALLOC_BUGGY] = {"AllocationFailed",      "not allowed in config"                   },
    [ALLOC_OTHER_POOL] = {"AllocationFailed",      "not compatible with requested pool"      },
    [ALLOC_NOT_FOR_IT] = {"AllocationFailed",      "pool not compatible for ip assignment"   },
    [ALLOC_IN_USE] = {"AllocationFailed",      "address also in use"                     },
    [ALLOC_FAMILY] = {"AllocationFailed",      "requested IP does not match the ipFamily"},
    [ALLOC_BAD_REQUEST] = {"LoadBalancerFailed",    "invalid request"                         },
    [ALLOC_TWO_REQUESTS] = {"LoadBalancerFailed",    "invalid request"                         },
    [ALLOC_TWO_OF_FAMILY] = {"LoadBalancerFailed",    "invalid request"                         },
    [ALLOC_NOT_DUAL] = {"not enough clusterips", NULL                                      },
};

/* Return: the reason of the Event. */
static const char *print_failure(const struct alloc_service *as, const char *why, char *text)
{
	const struct failure *f = &failures[as->reason];
	const char *words = f->words ? f->words : "", *sep = f->words ? ": " : "";

	if (as->state == ALLOC_PARTIAL) {
		snprintf(
		    text, NOTE_LEN, "cannot assign additional IP in PreferDualStack: %s", why);
		return "AdditionalAssignFailed";
	}
	snprintf(text, NOTE_LEN, "Failed to allocate IP for \"%s/%s\": %s%s%s", as->svc->ns,
	    as->svc->name, words, sep, why);
	return f->event ? f->event : "AllocationFailed";
}

void control_tell_failure(
    struct control *c, struct control_entry *e, const struct alloc_service *as)
{
	bool partial = as && as->state == ALLOC_PARTIAL;
	bool failed = as && (as->state == ALLOC_PENDING || as->state == ALLOC_KEPT);
	char text[NOTE_LEN];
	const char *why, *event;

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
	event = print_failure(as, why, text);
	tell(c, as->svc, failed, event, text);
}
