/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * objects.h - Kubernetes objects from one line each, for tests:
 *   service("default/web", "local share=k tcp=80 udp=53 created=7
 * status=192.0.2.1,2001:db8::1") also: type=ClusterIP class=c ip=A ips=A,B pool=p fam=4|6|46|64
 * from=POOL (its annotation) hosts (status has a host name, too) old (prefix)
 * policy=require|prefer selector=a=b label=a=b uid=u version=7 space("shop", "tier=gold")
 * slice("default/web-1", "web", "10.0.0.1@n1 10.0.0.2@n2:draining 10.0.0.3@:unready")
 * node("n1", "192.0.2.1 2001:db8::1 notready netdown exclude key=value")
 */
#ifndef TESTS_OBJECTS_H
#define TESTS_OBJECTS_H
#include "k8s/event.h"

#define OBJ_WORD 128

struct k8s_object *service(const char *path, const char *spec);
struct k8s_object *slice(const char *path, const char *svc, const char *eps);
struct k8s_object *node(const char *name, const char *spec);
struct k8s_object *space(const char *name, const char *spec);

struct k8s_event *put_event(struct k8s_object *o);
struct k8s_event *gone_event(enum k8s_kind kind, const char *path);

/* The next word of *s up to any of `stop`, into buf of OBJ_WORD bytes; false at the end. */
bool obj_word(const char **s, const char *stop, char *buf);
struct ipaddr obj_addr(const char *s);
/* "ns/name" into an object's ns and name, which live in buf of OBJ_WORD bytes. */
void obj_name(struct k8s_object *o, const char *path, char *buf);
/* A loose object in one block. */
struct k8s_object *obj_done(const struct k8s_object *loose);
#endif
