/* SPDX-License-Identifier: MIT */
/*
 * Addresses: what we take, whoever dials reads as we do, so that what was judged is what is called. And the judge of
 * numbers: an address that carries another one is no way around it.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "deliver/webhook_conf.h"
#include "net/address_policy.h"
#include "net/url.h"
#include "webapi/response_url.h"
#include "webapi/slack_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- texts ---- */

static char *part_of(CURLU *url, CURLUPart part)
{
	CLEANUP(buf_deinit) struct buf copy = { 0 };
	char *given = NULL;

	if (curl_url_get(url, part, &given, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) ==
	    CURLUE_OK)
		buf_addz(&copy, given);
	curl_free(given);
	return buf_take(&copy);
}

/* Numbers have many spellings, and libcurl writes them in one of its own; where they lead is judged when dialling. */
static bool is_same_host(struct str theirs, struct str ours)
{
	CLEANUP(mem_freep) char *a = str_dup(theirs);
	CLEANUP(mem_freep) char *b = str_dup(ours);
	struct in6_addr x, y;

	if (inet_pton(AF_INET6, a, &x) == 1)
		return inet_pton(AF_INET6, b, &y) == 1 && memcmp(&x, &y, sizeof(x)) == 0;
	return inet_pton(AF_INET, a, &x) == 1 || str_eq_nocase(theirs, ours);
}

/* libcurl dials by its own reading: of the whole address, or of host and port alone. */
static void check_dialled(const struct url *url, struct str text)
{
	CLEANUP(mem_freep) char *copy = str_dup(text);
	CLEANUP(mem_freep) char *host = NULL;
	CLEANUP(mem_freep) char *port = NULL;
	CURLU *theirs = curl_url();
	struct str seen;

	must(curl_url_set(theirs, CURLUPART_URL, copy, 0) == CURLUE_OK);
	host = part_of(theirs, CURLUPART_HOST);
	port = part_of(theirs, CURLUPART_PORT);
	curl_url_cleanup(theirs);
	must(atoi(port) == url->port);
	seen = str_from(host);
	if (str_skip(&seen, "["))
		seen.len--;
	must(is_same_host(seen, url->host));
	must(slack_host_is_slack(seen) == slack_host_is_slack(url->host));
}

static void check_parts(const struct url *url, struct str text)
{
	must(url->host.len > 0 && url->port > 0 && url->port < 65536);
	must(url->host.p > text.p && url->host.p + url->host.len <= text.p + text.len);
	must(url->target.p + url->target.len == text.p + text.len);
	must(url->path.len == 0 || url->path.p[0] == '/');
	must(url->path.len + url->query.len + (url->path.len < url->target.len) == url->target.len);
}

static void try_text(struct str text)
{
	const char *why;
	struct url url;

	if (url_parse(text, "http", &url)) {
		check_parts(&url, text);
		check_dialled(&url, text);
	}
	must((webhook_refuse_url(STR("url"), text) == NULL) == url_parse(text, "http", &url));
	if (response_url_is_allowed(text, "https://slack.com/api/", &why))
		must(url.tls && slack_host_is_slack(url.host));
	if (slack_host_may_dial(text, "https://slack.com/api/", &why)) {
		must(url_parse(text, "ws", &url) && url.tls && slack_host_is_slack(url.host));
		check_parts(&url, text);
	}
}

/* ---- numbers ---- */

struct verdict {
	bool allows, is_metadata;
};

static struct verdict verdict_of(const void *address, const char *host)
{
	struct verdict v = { address_policy_allows(address), address_policy_is_metadata(address) };

	must(!(v.allows && v.is_metadata));
	must(address_policy_is_named(address, str_from(host)));
	return v;
}

static struct verdict verdict_v4(const uint8_t *bytes)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	char host[INET_ADDRSTRLEN];

	memcpy(&v4.sin_addr, bytes, sizeof(v4.sin_addr));
	return verdict_of(&v4, inet_ntop(AF_INET, bytes, host, sizeof(host)));
}

static struct verdict verdict_v6(const uint8_t *bytes)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	char host[INET6_ADDRSTRLEN];

	memcpy(&v6.sin6_addr, bytes, sizeof(v6.sin6_addr));
	return verdict_of(&v6, inet_ntop(AF_INET6, bytes, host, sizeof(host)));
}

static void try_carried(const uint8_t *v4)
{
	static const struct {
		uint8_t bytes[16];
		size_t at;
	} carriers[] = { { { [10] = 0xFF, 0xFF }, 12 },
			 { { [8] = 0xFF, 0xFF }, 12 },
			 { { 0, 0x64, 0xFF, 0x9B }, 12 },
			 { { 0x20, 0x02 }, 2 } };
	struct verdict plain = verdict_v4(v4);

	for (size_t i = 0; i < ARRAY_LEN(carriers); i++) {
		uint8_t bytes[16];
		struct verdict carried;

		memcpy(bytes, carriers[i].bytes, sizeof(bytes));
		memcpy(bytes + carriers[i].at, v4, 4);
		carried = verdict_v6(bytes);
		must(carried.allows == plain.allows && carried.is_metadata == plain.is_metadata);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= 4)
		try_carried(data);
	if (size >= 16)
		verdict_v6(data);
	try_text(str_make((const char *)data, size));
	return 0;
}
