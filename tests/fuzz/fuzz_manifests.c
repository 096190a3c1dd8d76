/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a manifest: trees and their marks, objects of documents and list items, digests.
 */
#include "k8s/digest.h"
#include "k8s/manifest_text.h"
#include "k8s/yamldoc.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static int look(struct json_object *doc, void *arg)
{
	unsigned line, col;

	yamldoc_mark(doc, &line, &col);
	require(line > 0 && col > 0);
	++*(size_t *)arg;
	return 0;
}

static void read_objects(const char *text, size_t len, bool yaml)
{
	struct manifest_text a, b;
	struct manifest_fault fault;
	int rc = manifest_text_parse(text, len, &a, &fault);

	require(yaml || rc);
	require(!rc || fault.what[0]);
	if (rc)
		return;
	require(manifest_text_parse(text, len, &b, &fault) == 0 && a.n == b.n);
	for (size_t i = 0; i < a.n; i++) {
		require(k8s_object_equal(a.v[i].obj, b.v[i].obj));
		require(k8s_object_digest(a.v[i].obj) == k8s_object_digest(b.v[i].obj));
	}
	for (size_t i = 1; i < a.n; i++)
		require(!k8s_object_equal(a.v[i - 1].obj, a.v[i].obj));
	manifest_text_fini(&a);
	manifest_text_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct yamldoc doc;
	struct yamldoc_error err = {0};
	size_t n = 0;
	struct yamldoc_user user = {.doc = look, .arg = &n};
	int rc = yamldoc_parse((const char *)data, len, &doc, &err);

	require(rc == 0 || (err.line > 0 && err.col > 0 && err.what[0]));
	require(yamldoc_each((const char *)data, len, &user, &err) == rc);
	if (!rc) {
		require(n == doc.n);
		yamldoc_fini(&doc);
	}
	read_objects((const char *)data, len, rc == 0);
	return 0;
}
