/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcurl's codes in errno. libcurl has one code for many an end of a connection, so the error
 * of the system behind it is asked first, and where TLS 1.3 refuses a certificate only after
 * the handshake, what it says.
 */
#include "k8s/http_int.h"
#include <errno.h>
#include <string.h>

static int of_system(CURL *easy, int otherwise)
{
	long error = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
	switch (error) {
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTUNREACH:
	case ETIMEDOUT:
		return -(int)error;
	case ENETUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
		return -EHOSTUNREACH;
	case EPIPE:
		return -ECONNRESET;
	default:
		return otherwise;
	}
}

int http_errno(CURL *easy, CURLcode code, const char *text)
{
	switch (code) {
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	case CURLE_URL_MALFORMAT:
	case CURLE_BAD_FUNCTION_ARGUMENT:
		return -EINVAL;
	case CURLE_NOT_BUILT_IN:
	case CURLE_UNKNOWN_OPTION:
		return -ENOTSUP;
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_COULDNT_CONNECT:
		return of_system(easy, -EHOSTUNREACH);
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		return -EHOSTUNREACH;
	case CURLE_SSL_CONNECT_ERROR:
		return of_system(easy, -EACCES);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_SHUTDOWN_FAILED:
		return -EACCES;
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return of_system(easy, strstr(text, "alert") ? -EACCES : -ECONNRESET);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_SEND_FAIL_REWIND:
		return -ECONNRESET;
	default:
		return -EPROTO;
	}
}
