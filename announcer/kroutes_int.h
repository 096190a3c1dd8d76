/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kroutes_int.h - between the files of kroutes: kroutes.c (what is wanted, sent, answered),
 * kroutes_sets.c (next-hop objects), kroutes_links.c (interfaces, subnets), kroutes_told.c
 * (what the kernel tells), kroutes_view.c.
 */
#ifndef GREVY_KROUTES_INT_H
#define GREVY_KROUTES_INT_H
#include "announcer/kroutes_sets.h"
#include "announcer/kroutes_told.h"
#include "announcer/table.h"

#define NEVER INT64_MAX

/* The note of a route: the slot of its set, and what is known of it. */
enum {
	NOTE_SLOT = 0xffffff,  /* 0 = none, it is not ours to install */
	NOTE_QUEUED = 1 << 24, /* in queue */
	NOTE_THERE = 1 << 25,  /* the kernel has a route of ours */
	NOTE_DONE = 1 << 26,   /* and over what the set stands for */
	NOTE_EXISTS = 1 << 27, /* the kernel said that there is one */
	NOTE_FAULT = 1 << 28,  /* in faults */
	NOTE_HEIR = 1 << 29,   /* was DONE over the set that this one may inherit from */
	NOTE_STATE = NOTE_THERE | NOTE_DONE | NOTE_EXISTS | NOTE_HEIR,
};

struct kfault {
	struct prefix prefix;
	int error;
	unsigned tries;
	int64_t due_ms;
};

struct kgone {
	struct prefix prefix;
	struct kroute_key key;
};

enum { BATCH = 256 };

struct kroutes {
	struct rib *rib;
	struct kroutes_ops ops;
	void *arg;
	struct kroute_key key;
	uint8_t was_protocol; /* before a change of it; 0 = none */
	bool on, use_objects, whole;
	bool reading, read, dump_due;
	bool blind;            /* news were lost: nothing is sent before all was read */
	bool lost_news;        /* since the reading began */
	bool reread;           /* every route is to be compared with what was read */
	bool strays;           /* seen before kroutes_whole() */
	bool resolve, walk;    /* sets, routes are to be looked at again */
	bool leaving, garbage; /* the latter: sets or objects without use */
	int refused;
	int64_t now_ms, dump_ms, gone_ms, gc_ms, fault_ms;
	struct table sets, hops, objects, faults, foreigns;
	struct kset **slots;
	size_t n_slots, free_slot; /* the latter: none before it is free */
	size_t n_unowned;          /* objects that nobody owns */
	uint32_t next_id;
	struct prefix *queue; /* ring */
	size_t queue_at, n_queue, queue_cap;
	struct kgone *gone; /* ring, too */
	size_t gone_at, n_gone, gone_cap;
	struct kleft *left;
	size_t n_left, left_cap;
	struct klink *links;
	size_t n_links;
	struct ksubnet *subnets;
	size_t n_subnets;
	size_t n_routes, n_done, n_stale; /* with a set; DONE; THERE but not DONE */
	uint64_t sent, errors, repaired, swept;
	struct kroute_msg batch[BATCH];
	uint32_t *notes[BATCH];
};

extern const struct table_ops ksets_ops, khops_ops, kobjects_ops, kfaults_ops, kforeigns_ops;

/* kroutes.c */
void note_put(struct kroutes *k, uint32_t *note, uint32_t value);
void note_queue(struct kroutes *k, const struct prefix *p, uint32_t *note);
struct kset *note_set(const struct kroutes *k, uint32_t note); /* or NULL */
void gone_push(struct kroutes *k, const struct prefix *p, const struct kroute_key *key);
struct kfault *fault_find(const struct kroutes *k, const struct prefix *p);
/* It is tried again after a while. */
void fault_put(struct kroutes *k, const struct prefix *p, uint32_t *note, int error);
void fault_forget(struct kroutes *k, const struct prefix *p, uint32_t *note);

/* kroutes_send.c */
/* Send of queue, of gone, up to a budget. Return: there is more to be done at once. */
bool queue_run(struct kroutes *k);
bool gone_run(struct kroutes *k);
#endif
