/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any lines to a session of vtysh's, each with its NUL, before grevyd has read anything: an
 * answer has no NUL and one of FRR's status codes, and no question for the configuration has
 * one. Log records of the same text stay within what vtysh takes.
 */
#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vty/frr.h"
#include "announcer/vty/live.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool asks_configuration(const struct vty_session *s, const char *line)
{
	line += strspn(line, " \t\r\n");
	if (strncmp(line, "do ", 3) == 0)
		line += 3 + strspn(line + 3, " \t");
	else if (s->configuring)
		return false;
	return s->enabled && strncmp(line, "write terminal", 14) == 0 &&
	       !line[14 + strspn(line + 14, " \n")];
}

static void ask(struct vty_session *s, const char *line)
{
	static const struct vty_context ctx = {.version = "0.0.1", .started_s = 1};
	static const struct vty_now now = {.unix_s = 2};
	bool nothing = asks_configuration(s, line);
	struct buf reply = {0};
	enum vty_rc rc = vty_execute(&ctx, s, line, &now, &reply);

	if (reply.len && memchr(reply.p, '\0', reply.len))
		abort();
	if (rc > VTY_INCOMPLETE && rc != VTY_CONFIG_FAILED)
		abort();
	if (rc == VTY_CONFIG_FAILED && (!s->configuring || !reply.len))
		abort();
	if (nothing && (rc != VTY_OK || reply.len))
		abort();
	free(reply.p);
}

static void record(const char *text)
{
	const struct log_record r = {.level = LOG_LEVEL_INFO, .area = "vty", .message = text};
	const struct timespec now = {.tv_sec = 1};
	char buf[LIVE_RECORD_MAX];

	if (live_encode(&r, &now, 0, buf) > sizeof(buf))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct vty_session s = {.dialect = VTY_FRR, .privileged = true};
	char *lines = xcalloc(len + 1, 1), *line = lines;

	if (log_get_level() != LOG_LEVEL_ERR)
		log_set_level(LOG_LEVEL_ERR); /* an audit line for each verb is not wanted */
	memcpy(lines, data, len);
	for (size_t n; line < lines + len; line += n + 1) {
		n = strlen(line);
		ask(&s, line);
		record(line);
	}
	free(lines);
	return 0;
}
