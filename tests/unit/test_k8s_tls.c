/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP calls over TLS: whom we believe, who we are, and by way of a proxy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "http_lab.h"
#include "k8s/http_int.h"
#include "k8s/proxy.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct lab_server right, named, expired, mutual, proxy, tls_proxy;

static int set_up(void **state)
{
	static const char *const names[] = {"http_proxy", "HTTP_PROXY", "https_proxy",
	    "HTTPS_PROXY", "no_proxy", "NO_PROXY", "ALL_PROXY", "all_proxy"};

	lab_set_up(state);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	if (!lab_certs)
		return 0;
	lab_serve(&right, (const char *[]){"--tls", lab_certs, "right", NULL});
	lab_serve(&named, (const char *[]){"--tls", lab_certs, "named", NULL});
	lab_serve(&expired, (const char *[]){"--tls", lab_certs, "expired", NULL});
	lab_serve(&mutual,
	    (const char *[]){"--tls", lab_certs, "right", "--client-ca", lab_certs, NULL});
	lab_serve(&proxy, (const char *[]){"--proxy", NULL});
	lab_serve(&tls_proxy, (const char *[]){"--proxy", "--tls", lab_certs, "right", NULL});
	return 0;
}

static int tear_down(void **state)
{
	lab_stop(&right);
	lab_stop(&named);
	lab_stop(&expired);
	lab_stop(&mutual);
	lab_stop(&proxy);
	lab_stop(&tls_proxy);
	return lab_tear_down(state);
}

/* Return: the status, or -errno. */
static int ask(const struct http_server_at *at, char *body, size_t size)
{
	struct http *http = http_new(lab_base, at);
	int status;

	assert_non_null(http);
	status = lab_get(http, "/echo", body, size);
	http_free(http);
	return status;
}

static void believes_nobody_else(void **state)
{
	struct http_text ca = lab_file("ca.pem"), other = lab_file("other-ca.pem");
	char url[64], body[1024];
	const struct {
		struct http_server_at at;
		int want;
	} cases[] = {
	    {{.url = right.url, .ca = ca},                               200    },
	    {{.url = right.url, .ca = other},                            -EACCES},
	    {{.url = right.url},					 -EACCES},
	    {{.url = right.url, .ca = {"no PEM", 6}},                    -EACCES},
	    {{.url = named.url, .ca = ca},                               -EACCES},
	    {{.url = named.url, .ca = ca, .tls_name = "api.example"},    200    },
	    {{.url = named.url, .ca = ca, .tls_name = "web.example"},    -EACCES},
	    {{.url = named.url, .ca = other, .tls_name = "api.example"}, -EACCES},
	    {{.url = right.url, .ca = ca, .tls_name = "api.example"},    -EACCES},
	    {{.url = right.url, .ca = ca, .tls_name = "not a name"},     -EINVAL},
	    {{.url = expired.url, .ca = ca},                             -EACCES},
	    {{.url = expired.url, .insecure = true},                     200    },
	    {{.url = named.url, .ca = other, .insecure = true},          200    },
	    {{.url = url, .ca = ca},				     200    },
	};

	(void)state;
	snprintf(url, sizeof(url), "https://localhost:%u", right.port);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (ask(&cases[i].at, body, sizeof(body)) != cases[i].want)
			fail_msg("case %zu", i);
}

static void asks_for_the_name(void **state)
{
	struct http_server_at at = {
	    .url = named.url, .ca = lab_file("ca.pem"), .tls_name = "api.example"};
	char body[1024], host[64];

	(void)state;
	assert_int_equal(ask(&at, body, sizeof(body)), 200);
	snprintf(host, sizeof(host), "\nhost: 127.0.0.1:%u\n", named.port);
	assert_non_null(strstr(body, host));
	assert_non_null(strstr(body, "\nsni api.example\n"));
}

/* What the server has not read when it hangs up makes a reset, which may overtake its alert. */
static void assert_refused(int rc)
{
	assert_true(rc == -EACCES || rc == -ECONNRESET);
}

static void shows_its_certificate(void **state)
{
	struct http_text cert = lab_file("tester.pem"), key = lab_file("tester.key");
	struct http_text other = lab_file("stranger.pem"), its_key = lab_file("stranger.key");
	struct http_server_at at = {.url = mutual.url, .ca = lab_file("ca.pem")};
	char body[1024];

	(void)state;
	assert_refused(ask(&at, body, sizeof(body)));
	at.cert = cert;
	at.key = key;
	assert_int_equal(ask(&at, body, sizeof(body)), 200);
	assert_non_null(strstr(body, "\nclient tester\n"));
	at.key = its_key;
	assert_int_equal(ask(&at, body, sizeof(body)), -EACCES);
	at.cert = other;
	assert_refused(ask(&at, body, sizeof(body)));
}

/* After http_move() a call shows the new certificate; one under way goes on. */
static void changes_its_certificate(void **state)
{
	struct http_server_at at = {.url = mutual.url,
	    .ca = lab_file("ca.pem"),
	    .cert = lab_file("tester.pem"),
	    .key = lab_file("tester.key")};
	struct http *http = http_new(lab_base, &at);
	struct lab_call c = {0};
	size_t before;

	(void)state;
	lab_start(&c, http, "/stream");
	lab_until(c.len > 0);
	at.cert = lab_file("stranger.pem");
	at.key = lab_file("stranger.key");
	assert_int_equal(http_move(http, &at), 0);
	assert_refused(lab_get(http, "/hello", NULL, 0));
	at.cert = lab_file("tester.pem");
	at.key = lab_file("tester.key");
	assert_int_equal(http_move(http, &at), 0);
	before = c.len;
	assert_int_equal(lab_get(http, "/tick", NULL, 0), 200);
	lab_until(c.len > before);
	http_cancel(c.call);
	lab_fini(&c);
	http_free(http);
}

static void goes_by_a_proxy(void **state)
{
	struct http_text ca = lab_file("ca.pem");
	struct http_server_at at = {.url = right.url, .ca = ca, .proxy = proxy.url};
	char url[64], body[1024];

	(void)state;
	assert_int_equal(ask(&at, body, sizeof(body)), 200);
	at.proxy = tls_proxy.url;
	assert_int_equal(ask(&at, body, sizeof(body)), 200);
	/* Only the proxy knows where that is. */
	at.proxy = proxy.url;
	snprintf(url, sizeof(url), "https://far.example:%u", named.port);
	at.url = url;
	at.tls_name = "api.example";
	assert_int_equal(ask(&at, body, sizeof(body)), 200);
	assert_non_null(strstr(body, "\nhost: far.example:"));
	snprintf(url, sizeof(url), "https://forbidden.example:%u", named.port);
	assert_true(ask(&at, body, sizeof(body)) < 0);
	at.proxy = "";
	assert_int_equal(ask(&at, body, sizeof(body)), -EHOSTUNREACH);
	setenv("HTTPS_PROXY", proxy.url, 1);
	at.proxy = NULL;
	snprintf(url, sizeof(url), "https://far.example:%u", named.port);
	assert_int_equal(ask(&at, body, sizeof(body)), 200);
	setenv("NO_PROXY", ".example", 1);
	assert_int_equal(ask(&at, body, sizeof(body)), -EHOSTUNREACH);
	at.proxy = proxy.url;
	assert_int_equal(ask(&at, body, sizeof(body)), 200);
	unsetenv("NO_PROXY");
	unsetenv("HTTPS_PROXY");
}

/* What is wrong with a proxy's URL is said without the URL: it may hold a password. */
static void keeps_the_password_of_a_proxy(void **state)
{
	static const char *const proxies[] = {"http://u:hunter2@192.0.2.1:99999",
	    "http://u:hunter2@[::1", "https://u:hunter2@a b", "ftp://u:hunter2@192.0.2.1",
	    "socks4://u:hunter2@192.0.2.1", "http://u:hunter2@"};
	struct http_server_at at = {.url = right.url};

	(void)state;
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
		struct lab_call c = {0};
		struct http *http;

		at.proxy = proxies[i];
		http = http_new(lab_base, &at);
		assert_non_null(http);
		lab_start(&c, http, "/hello");
		lab_until(c.done);
		assert_int_equal(c.result.error, -EINVAL);
		assert_string_equal(c.text, "the proxy is no http, https or socks5 URL");
		lab_fini(&c);
		http_free(http);
	}
}

/* What kubectl makes of it where libcurl would do otherwise. */
static void reads_a_proxy_as_kubectl(void **state)
{
	static const char *const cases[][2] = {
	    {"http://192.0.2.1",             "http://192.0.2.1:80/"         },
	    {"HTTP://u:p%40@192.0.2.1:3128", "http://u:p%40@192.0.2.1:3128/"},
	    {"192.0.2.1:3128",               "http://192.0.2.1:3128/"       },
	    {"https://[2001:db8::1]",        "https://[2001:db8::1]:443/"   },
	    {"socks5://far.example",         "socks5h://far.example:1080/"  },
	    {"socks5h://far.example:9",      "socks5h://far.example:9/"     },
	    {"",			     ""			     },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_server_at from = {.url = right.url, .proxy = cases[i][0]};
		struct http_at *at = http_at_new(&from);

		assert_non_null(at);
		assert_null(at->fault);
		assert_string_equal(at->proxy, cases[i][1]);
		http_at_release(at);
	}
}

static void knows_the_rules_of_proxies(void **state)
{
	static const struct {
		const char *no_proxy, *host;
		bool want;
	} cases[] = {
	    {NULL,			  "api.example",   true },
	    {"",			    "api.example",   true },
	    {NULL,			  "localhost",     false},
	    {NULL,			  "127.0.0.53",    false},
	    {NULL,			  "::1",           false},
	    {"*",			   "api.example",   false},
	    {"example",                     "api.example",   false},
	    {"api.example",                 "api.example",   false},
	    {"API.Example",                 "api.example",   false},
	    {".api.example",                "api.example",   true },
	    {"*.example",                   "api.example",   false},
	    {"pi.example",                  "api.example",   true },
	    {"api.example:443",             "api.example",   true },
	    {"api.example:6443",            "api.example",   false},
	    {"192.0.2.1",                   "192.0.2.1",     false},
	    {"192.0.2.1:6443",              "192.0.2.1",     false},
	    {"192.0.2.1:1",                 "192.0.2.1",     true },
	    {"192.0.2.0/24",                "192.0.2.1",     false},
	    {"192.0.2.0/24",                "192.0.3.1",     true },
	    {"192.0.2.0/24",                "192.0.2.1.org", true },
	    {"2001:db8::/32",               "2001:db8::1",   false},
	    {"2001:db8:0::1",               "2001:db8::1",   false},
	    {"[2001:db8::1]:6443",          "2001:db8::1",   false},
	    {"[2001:db8::1]:1",             "2001:db8::1",   true },
	    {"a.org, ,b.org ,api.example,", "api.example",   false},
	    {"a.org,b.org",                 "api.example",   true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct proxy_env env = {.https_proxy = "http://p",
		    .http_proxy = "http://q",
		    .no_proxy = cases[i].no_proxy};
		const char *got = proxy_for(&env, true, cases[i].host, "6443");

		if ((got != NULL) != cases[i].want)
			fail_msg("%s for %s", cases[i].no_proxy, cases[i].host);
		if (got)
			assert_string_equal(got, "http://p");
	}
	assert_string_equal(proxy_for(&(struct proxy_env){.http_proxy = "http://q"}, false,
				"api.example", "80"),
	    "http://q");
	assert_null(
	    proxy_for(&(struct proxy_env){.http_proxy = "http://q"}, true, "a.example", "1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(believes_nobody_else),
	    cmocka_unit_test(asks_for_the_name),
	    cmocka_unit_test(shows_its_certificate),
	    cmocka_unit_test(changes_its_certificate),
	    cmocka_unit_test(goes_by_a_proxy),
	    cmocka_unit_test(keeps_the_password_of_a_proxy),
	    cmocka_unit_test(reads_a_proxy_as_kubectl),
	    cmocka_unit_test(knows_the_rules_of_proxies),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
