/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server's address, TLS and proxy for libcurl. Nothing is taken from libcurl's own defaults:
 * a CA given is the only one believed, no proxy comes from the environment but by proxy.h. When
 * the certificate's name differs from the host, the URL has that name, CURLOPT_CONNECT_TO the
 * host, and so has the Host header.
 */
#include "k8s/http_int.h"
#include "k8s/proxy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define URL_FAULT   "the server's address is no http or https URL"
#define PROXY_FAULT "the proxy is no http, https or socks5 URL"

void http_at_release(struct http_at *at)
{
	if (!at || --at->users > 0)
		return;
	free(at->url);
	free(at->host);
	free(at->connect_to);
	free(at->proxy);
	free(at->ca);
	free(at->cert);
	free(at->key);
	free(at->agent);
	free(at);
}

static char *join(const char *a, const char *b, const char *c)
{
	size_t len = strlen(a) + strlen(b) + strlen(c) + 1;
	char *text = malloc(len);

	if (text)
		snprintf(text, len, "%s%s%s", a, b, c);
	return text;
}

static int copy_pem(const struct http_text *from, char **to, size_t *len)
{
	if (!from->p || !from->len)
		return 0;
	*to = malloc(from->len);
	if (!*to)
		return -1;
	memcpy(*to, from->p, from->len);
	*len = from->len;
	return 0;
}

/* What libcurl is to make of a proxy's scheme: kubectl leaves names to a socks5 proxy, which
 * libcurl calls socks5h, and knows another port than libcurl for http. NULL = no such proxy. */
static const char *const *proxy_row(const char *scheme)
{
	static const char *const rows[][3] = {
	    {"http",    "http",    "80"  },
	    {"https",   "https",   "443" },
	    {"socks5",  "socks5h", "1080"},
	    {"socks5h", "socks5h", "1080"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i][0], scheme) == 0)
			return rows[i];
	return NULL;
}

/* libcurl would quote what it cannot read, password and all. Return: 0, or -1 on lack of
 * memory. */
static int take_proxy_url(struct http_at *at, const char *proxy)
{
	char *scheme = NULL, *port = NULL, *url = NULL;
	char *text = join(strstr(proxy, "://") ? "" : "http://", proxy, "");
	const unsigned other = CURLU_NON_SUPPORT_SCHEME;
	const char *const *row = NULL;
	CURLU *u = curl_url();
	int rc = text && u ? 0 : -1;

	if (!rc && !curl_url_set(u, CURLUPART_URL, text, other) &&
	    !curl_url_get(u, CURLUPART_SCHEME, &scheme, 0))
		row = proxy_row(scheme);
	if (!rc && !row) {
		at->fault = PROXY_FAULT;
	} else if (!rc) {
		(void)curl_url_get(u, CURLUPART_PORT, &port, 0);
		if (curl_url_set(u, CURLUPART_SCHEME, row[1], other) ||
		    (!port && curl_url_set(u, CURLUPART_PORT, row[2], 0)) ||
		    curl_url_get(u, CURLUPART_URL, &url, 0))
			rc = -1;
	}
	at->proxy = url ? strdup(url) : NULL;
	curl_free(scheme);
	curl_free(port);
	curl_free(url);
	curl_url_cleanup(u);
	free(text);
	return rc || (!at->proxy && !at->fault) ? -1 : 0;
}

static int take_proxy(
    struct http_at *at, const struct http_server_at *from, const char *host, const char *port)
{
	struct proxy_env env = proxy_env_read();
	char name[256];
	const char *proxy = from->proxy;
	size_t len = strlen(host);

	if (!proxy && host[0] == '[' && len - 2 < sizeof(name)) {
		memcpy(name, host + 1, len - 2);
		name[len - 2] = '\0';
		host = name;
	}
	if (!proxy)
		proxy = proxy_for(&env, at->tls, host, port);
	if (proxy && *proxy)
		return take_proxy_url(at, proxy);
	at->proxy = strdup("");
	return at->proxy ? 0 : -1;
}

/* The URL gets the name of the certificate; what it had goes elsewhere. */
static int take_name(struct http_at *at, CURLU *u, const char *name, const char *host)
{
	char *port = NULL, *own_port = NULL, *tail, *target;
	bool six = strchr(name, ':') && name[0] != '[';
	char *its = six ? join("[", name, "]") : strdup(name);
	int rc = -1;

	if (!its || curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
		goto out;
	(void)curl_url_get(u, CURLUPART_PORT, &own_port, 0);
	at->host = join("Host: ", host, "");
	if (at->host && own_port) {
		tail = join(at->host, ":", own_port);
		free(at->host);
		at->host = tail;
	}
	target = join(":", port, ":");
	tail = target ? join(its, target, host) : NULL;
	free(target);
	at->connect_to = tail ? join(tail, ":", port) : NULL;
	free(tail);
	if (!at->host || !at->connect_to)
		goto out;
	if (curl_url_set(u, CURLUPART_HOST, its, 0))
		at->fault = "the name for the server's certificate is no host name";
	rc = 0;
out:
	free(its);
	curl_free(port);
	curl_free(own_port);
	return rc;
}

/* Return: 0, or -1 on lack of memory. */
static int take_parts(struct http_at *at, const struct http_server_at *from, CURLU *u)
{
	char *scheme = NULL, *host = NULL, *port = NULL, *query = NULL, *url = NULL;
	int rc = 0;

	if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) ||
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ||
	    (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) {
		at->fault = URL_FAULT;
		goto out;
	}
	if (!curl_url_get(u, CURLUPART_QUERY, &query, 0))
		at->fault = "the server's address must have no query";
	at->tls = scheme[4] == 's';
	rc = take_proxy(at, from, host, port);
	if (rc == 0 && from->tls_name && *from->tls_name && at->tls)
		rc = take_name(at, u, from->tls_name, host);
	if (rc == 0 && !at->fault)
		rc = curl_url_get(u, CURLUPART_URL, &url, 0) ? -1 : 0;
	if (url) {
		for (size_t len = strlen(url); len > 0 && url[len - 1] == '/'; len--)
			url[len - 1] = '\0';
		at->url = strdup(url);
		rc = at->url ? 0 : -1;
	}
out:
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_free(query);
	curl_free(url);
	return rc;
}

struct http_at *http_at_new(const struct http_server_at *from)
{
	struct http_at *at = calloc(1, sizeof(*at));
	CURLU *u = curl_url();
	CURLUcode code;

	if (at)
		at->users = 1;
	if (!at || !u)
		goto fail;
	at->insecure = from->insecure;
	if (copy_pem(&from->ca, &at->ca, &at->ca_len) ||
	    copy_pem(&from->cert, &at->cert, &at->cert_len) ||
	    copy_pem(&from->key, &at->key, &at->key_len) ||
	    (from->agent && !(at->agent = strdup(from->agent))))
		goto fail;
	code = curl_url_set(u, CURLUPART_URL, from->url, CURLU_DISALLOW_USER);
	if (code == CURLUE_OUT_OF_MEMORY)
		goto fail;
	if (code == CURLUE_USER_NOT_ALLOWED)
		at->fault = "the server's address must have no user";
	else if (code)
		at->fault = URL_FAULT;
	else if (take_parts(at, from, u))
		goto fail;
	curl_url_cleanup(u);
	return at;
fail:
	curl_url_cleanup(u);
	http_at_release(at);
	return NULL;
}

static CURLcode apply_pem(CURL *easy, CURLoption option, char *p, size_t len)
{
	struct curl_blob blob = {.data = p, .len = len, .flags = CURL_BLOB_NOCOPY};

	return p ? curl_easy_setopt(easy, option, &blob) : CURLE_OK;
}

/* The certificate of the proxy, if it has one, is judged as the server's is. */
static CURLcode apply_trust(const struct http_at *at, CURL *easy)
{
	long verify = !at->insecure;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);

	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify * 2);
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, verify);
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, verify * 2);
	if (code || !at->ca || at->insecure)
		return code;
	code = apply_pem(easy, CURLOPT_CAINFO_BLOB, at->ca, at->ca_len);
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (!code && strncasecmp(at->proxy, "https:", 6) == 0) {
		code = apply_pem(easy, CURLOPT_PROXY_CAINFO_BLOB, at->ca, at->ca_len);
		if (!code)
			code = curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
	}
	return code;
}

CURLcode http_at_apply(const struct http_at *at, CURL *easy)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_PROXY, at->proxy);

	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	if (!code && at->agent)
		code = curl_easy_setopt(easy, CURLOPT_USERAGENT, at->agent);
	if (code || !at->tls)
		return code;
	/* One connection for all: the others wait to see whether the first does HTTP/2. */
	code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	if (code)
		code =
		    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	if (!code)
		code =
		    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (!code)
		code = apply_trust(at, easy);
	if (!code)
		code = apply_pem(easy, CURLOPT_SSLCERT_BLOB, at->cert, at->cert_len);
	if (!code)
		code = apply_pem(easy, CURLOPT_SSLKEY_BLOB, at->key, at->key_len);
	return code;
}
