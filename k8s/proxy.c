/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Go's golang.org/x/net/http/httpproxy does: an entry of NO_PROXY is "*", an address, a
 * prefix, or a domain (which holds its subdomains too; with a dot or "*." before it, only
 * those). An address or a domain may have a port.
 */
#include "k8s/proxy.h"
#include "zclient/prefix.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define ENTRY_MAX 300 /* a name has at most 253 bytes */

static const char *env_either(const char *capitals, const char *small)
{
	const char *value = getenv(capitals);

	return value && *value ? value : getenv(small);
}

struct proxy_env proxy_env_read(void)
{
	return (struct proxy_env){
	    .https_proxy = env_either("HTTPS_PROXY", "https_proxy"),
	    .http_proxy = env_either("HTTP_PROXY", "http_proxy"),
	    .no_proxy = env_either("NO_PROXY", "no_proxy"),
	};
}

static bool is_loopback(const char *host)
{
	static const uint8_t six[16] = {[15] = 1};
	struct ipaddr a;

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (ipaddr_parse(host, &a))
		return false;
	return a.family == AF_INET ? a.addr[0] == 127 : memcmp(a.addr, six, sizeof(six)) == 0;
}

/* Cut "name:port", "[address]:port" or "[address]" in place. Return: the port, "" = none. */
static char *cut_port(char **entry)
{
	char *host = *entry, *end;

	if (*host == '[' && (end = strchr(host, ']'))) {
		*entry = host + 1;
		*end++ = '\0';
		return *end == ':' ? end + 1 : end;
	}
	end = strchr(host, ':');
	if (!end || strchr(end + 1, ':'))
		return host + strlen(host);
	*end++ = '\0';
	return end;
}

static bool matches_domain(const char *host, const char *domain)
{
	size_t len, host_len = strlen(host);
	bool itself = true;

	if (domain[0] == '*' && domain[1] == '.')
		domain++;
	if (domain[0] == '.') {
		domain++;
		itself = false;
	}
	len = strlen(domain);
	if (len == 0 || host_len < len || strcasecmp(host + host_len - len, domain) != 0)
		return false;
	return host_len == len ? itself : host[host_len - len - 1] == '.';
}

static bool entry_matches(char *entry, const char *host, const char *port)
{
	struct ipaddr a, want;
	struct prefix p;
	const char *its_port;
	bool is_addr = ipaddr_parse(host, &a) == 0;

	if (strcmp(entry, "*") == 0)
		return true;
	if (strchr(entry, '/'))
		return is_addr && prefix_parse(entry, &p) == 0 && prefix_contains(&p, &a);
	its_port = cut_port(&entry);
	if (*its_port && strcmp(its_port, port) != 0)
		return false;
	if (ipaddr_parse(entry, &want) == 0)
		return is_addr && ipaddr_cmp(&a, &want) == 0;
	return !is_addr && matches_domain(host, entry);
}

static bool excepted(const char *list, const char *host, const char *port)
{
	char entry[ENTRY_MAX];

	while (list && *list) {
		size_t len = strcspn(list, ","), from = 0, to = len;

		while (from < to && isspace((unsigned char)list[from]))
			from++;
		while (to > from && isspace((unsigned char)list[to - 1]))
			to--;
		if (to > from && to - from < sizeof(entry)) {
			memcpy(entry, list + from, to - from);
			entry[to - from] = '\0';
			if (entry_matches(entry, host, port))
				return true;
		}
		list += len + (list[len] == ',');
	}
	return false;
}

const char *proxy_for(
    const struct proxy_env *env, bool https, const char *host, const char *port)
{
	const char *proxy = https ? env->https_proxy : env->http_proxy;

	if (!proxy || !*proxy || is_loopback(host) || excepted(env->no_proxy, host, port))
		return NULL;
	return proxy;
}
