/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_rules.c - what single texts of the configuration may look like. */
#include "announcer/conf_check.h"
#include "announcer/http/server.h"
#include "announcer/util.h"
#include "announcer/vty/frr_names.h"
#include <sys/socket.h>

#define LOWER        "abcdefghijklmnopqrstuvwxyz"
#define DIGITS       "0123456789"
#define ALNUM        LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS
#define PATH_MAX_SUN 103 /* what sockaddr_un holds on every system, without the final NUL */
#define VTY_NAME     "/grevyd.vty"

static const char *check_word(const char *s)
{
	return *s ? NULL : "must not be empty";
}

const struct conf_rule conf_rule_word = {check_word};

static const char *check_path(const char *s)
{
	return *s == '/' ? NULL : "must be an absolute path";
}

const struct conf_rule conf_rule_path = {check_path};

static const char *check_path_or_none(const char *s)
{
	return *s ? check_path(s) : NULL;
}

const struct conf_rule conf_rule_path_or_none = {check_path_or_none};

/* n bytes that Kubernetes takes for a name: of a namespace, or (dots) of an object. */
static bool is_object_name(const char *s, size_t n, bool dots)
{
	size_t max = dots ? 253 : 63;

	if (!n || n > max || s[0] == '-' || s[0] == '.' || s[n - 1] == '-' || s[n - 1] == '.')
		return false;
	return strspn(s, dots ? LOWER DIGITS "-." : LOWER DIGITS "-") >= n;
}

/* "ns/name" */
static bool is_object(const char *s)
{
	const char *slash = strchr(s, '/');

	return slash && is_object_name(s, (size_t)(slash - s), false) &&
	       is_object_name(slash + 1, strlen(slash + 1), true);
}

static const char *check_lease(const char *s)
{
	return is_object(s) ? NULL
	                    : "must be NAMESPACE/NAME, such as grevy-system/grevy-controller";
}

const struct conf_rule conf_rule_lease = {check_lease};

static const char *check_object_name(const char *s)
{
	return is_object_name(s, strlen(s), true) ? NULL : "must be the name of an object";
}

const struct conf_rule conf_rule_object = {check_object_name};

static const char *check_namespace(const char *s)
{
	return is_object_name(s, strlen(s), false) ? NULL : "must be the name of a namespace";
}

const struct conf_rule conf_rule_namespace = {check_namespace};

static const char *check_policy_from(const char *s)
{
	if (strcmp(s, "file") == 0 || strcmp(s, "crds") == 0)
		return NULL;
	if (strncmp(s, "crds:", 5) == 0 && is_object_name(s + 5, strlen(s + 5), false))
		return NULL;
	if (strncmp(s, "configmap:", 10) == 0 && is_object(s + 10))
		return NULL;
	return "must be a list of file, crds, crds:NAMESPACE and configmap:NAMESPACE/NAME";
}

const struct conf_rule conf_rule_policy_from = {check_policy_from};

static const char *check_socket(const char *s)
{
	if (strlen(s) > PATH_MAX_SUN)
		return "must be a path of at most 103 bytes";
	return check_path(s);
}

const struct conf_rule conf_rule_socket = {check_socket};

static const char *check_vty_dir(const char *s)
{
	if (strlen(s) > PATH_MAX_SUN - strlen(VTY_NAME))
		return "must be a path of at most 92 bytes";
	return check_path(s);
}

const struct conf_rule conf_rule_vty_dir = {check_vty_dir};

bool conf_is_none(const char *s)
{
	return !*s || strcmp(s, "none") == 0 || strcmp(s, "no") == 0;
}

static const char *check_attach_as(const char *s)
{
	return conf_is_none(s) || frr_names_free(s)
	           ? NULL
	           : "must be none or a daemon of FRR's that does not run here, such as bgpd";
}

const struct conf_rule conf_rule_attach_as = {check_attach_as};

static const char *check_listen(const char *s)
{
	struct sockaddr_storage to;
	int len = sizeof(to);

	if (*s && http_address_parse(s, (struct sockaddr *)&to, &len))
		return "must be an address and a port, as 127.0.0.1:7473 or [::1]:7473";
	return NULL;
}

const struct conf_rule conf_rule_listen = {check_listen};

/* An address with or without a port: "::", "[::1]:1179". */
static const char *check_bgp_listen(const char *s)
{
	struct sockaddr_storage to;
	int len = sizeof(to);
	struct ipaddr a;

	if (ipaddr_parse(s, &a) < 0 && http_address_parse(s, (struct sockaddr *)&to, &len))
		return "must be addresses such as 0.0.0.0, \"::\", 192.0.2.1:1179 or "
		       "\"[::1]:1179\"";
	return NULL;
}

const struct conf_rule conf_rule_bgp_listen = {check_bgp_listen};

/* Digits in groups that single dots part: at least two groups. */
static const char *check_version(const char *s)
{
	size_t groups = 0;

	if (strcmp(s, "auto") == 0)
		return NULL;
	while (*s) {
		size_t n = strspn(s, DIGITS);

		if (!n || n > 5 || (s[n] && s[n] != '.') || (s[n] == '.' && !s[n + 1]))
			return "must be auto or a release of FRR, such as 8.4";
		groups++;
		s += n + (s[n] == '.');
	}
	return groups >= 2 ? NULL : "must be auto or a release of FRR, such as 8.4";
}

const struct conf_rule conf_rule_version = {check_version};

/* zserv.md 17. What is missing here aborts zebra, is not installed, or never selected. */
static const char *check_route_type(const char *s)
{
	static const char *const types[] = {"auto", "openfabric", "babel", "sharp", "static",
	    "bgp", "nhrp", "eigrp", "isis", "ospf", "ospf6", "rip", "ripng", "pbr"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(s, types[i]) == 0)
			return NULL;
	if (strncmp(s, "table:", 6) == 0) {
		size_t n = strspn(s + 6, DIGITS);
		long v = strtol(s + 6, NULL, 10);

		if (n && n <= 3 && !s[6 + n] && s[6] != '0' && v <= 255)
			return NULL;
		return "must be table:N with N in 1..255";
	}
	return "must be auto, openfabric, babel, sharp, static, bgp, table:N or another type "
	       "that zebra installs for a client";
}

const struct conf_rule conf_rule_route_type = {check_route_type};

static const char *check_redistribute(const char *s)
{
	static const char *const types[] = {"kernel", "connected", "local", "static", "rip",
	    "ripng", "ospf", "ospf6", "isis", "bgp", "pim", "eigrp", "nhrp", "table", "vnc",
	    "babel", "sharp", "openfabric"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(s, types[i]) == 0)
			return NULL;
	return "must be route types of zebra, such as connected, static or ospf";
}

const struct conf_rule conf_rule_redistribute = {check_redistribute};

static const char *check_interface(const char *s)
{
	if (!*s || strlen(s) > 15 || strpbrk(s, " /\t\n"))
		return "must be names of interfaces";
	return NULL;
}

const struct conf_rule conf_rule_interface = {check_interface};

/* One may be longer than what it matches: [[:alpha:]]*. */
static const char *check_pattern(const char *s)
{
	return *s && strlen(s) < 64 && !strpbrk(s, " /\t\n")
	           ? NULL
	           : "must be names of interfaces or patterns such as eth*";
}

const struct conf_rule conf_rule_pattern = {check_pattern};

static const char *check_device(const char *s)
{
	return *s && check_interface(s) ? "must be the name of an interface" : NULL;
}

const struct conf_rule conf_rule_device = {check_device};

/* "A.b-c_d": begins and ends with a letter or digit. */
static bool is_label_name(const char *s)
{
	size_t n = strlen(s);

	return n && n <= 63 && strspn(s, ALNUM "-_.") == n && strspn(s, ALNUM) &&
	       strspn(s + n - 1, ALNUM);
}

static const char *check_label_key(const char *s)
{
	static const char expected[] = "must be a label's name, such as kubernetes.io/hostname";
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : 0;

	if (slash && (!n || n > 253 || strspn(s, LOWER DIGITS "-.") != n ||
			 !strspn(s, LOWER DIGITS) || !strspn(slash - 1, LOWER DIGITS)))
		return expected;
	return is_label_name(slash ? slash + 1 : s) ? NULL : expected;
}

const struct conf_rule conf_rule_label_key = {check_label_key};

static const char *check_label_value(const char *s)
{
	return !*s || is_label_name(s) ? NULL : "must be a label's value";
}

const struct conf_rule conf_rule_label_value = {check_label_value};

/* n numbers up to max, parted by colons. */
static bool is_numbers(const char *s, unsigned n, uint64_t max)
{
	for (;;) {
		size_t len = strspn(s, DIGITS);

		if (!len || len > 10 || strtoull(s, NULL, 10) > max)
			return false;
		s += len;
		if (--n == 0)
			return !*s;
		if (*s++ != ':')
			return false;
	}
}

static const char *check_community(const char *s)
{
	bool good = strncmp(s, "large:", 6) == 0 ? is_numbers(s + 6, 3, UINT32_MAX)
	                                         : is_numbers(s, 2, UINT16_MAX);

	return good ? NULL : "must be a community such as 64512:100 or large:64512:1:2";
}

const struct conf_rule conf_rule_community = {check_community};
