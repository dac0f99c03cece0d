/* SPDX-License-Identifier: MIT */
#include "net/url.h"

#include <stdio.h>
#include <string.h>
#include "lib/unit.h"

static void test_parts(void)
{
	static const struct {
		const char *text, *host;
		int port;
		bool tls;
		const char *path, *query;
	} cases[] = {
		{ "https://a.example", "a.example", 443, true, "", "" },
		{ "http://a.example/", "a.example", 80, false, "/", "" },
		{ "HTTPS://A.Example:8443/x/y?z=1&w=/?", "A.Example", 8443, true, "/x/y",
		  "z=1&w=/?" },
		{ "https://a.example?x=1", "a.example", 443, true, "", "x=1" },
		{ "https://a.example/?", "a.example", 443, true, "/", "" },
		{ "https://my_host:1/", "my_host", 1, true, "/", "" },
		{ "https://127.0.0.1:65535/", "127.0.0.1", 65535, true, "/", "" },
		{ "https://[::1]/", "::1", 443, true, "/", "" },
		{ "https://[::]", "::", 443, true, "", "" },
		{ "https://[FE80::]:1/", "FE80::", 1, true, "/", "" },
		{ "https://[2001:db8::1]:444/a@b:c", "2001:db8::1", 444, true, "/a@b:c", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct url url;

		CU_ASSERT_TRUE_FATAL(url_parse(str_from(cases[i].text), "http", &url));
		ASSERT_STR(url.host, cases[i].host);
		CU_ASSERT_EQUAL(url.port, cases[i].port);
		CU_ASSERT_EQUAL(url.tls, cases[i].tls);
		ASSERT_STR(url.path, cases[i].path);
		ASSERT_STR(url.query, cases[i].query);
	}
}

static void refused(const char *text, const char *scheme)
{
	struct url url;

	if (url_parse(str_from(text), scheme, &url)) {
		printf("\n  %s", text);
		CU_FAIL("taken");
	} else {
		CU_PASS("refused");
	}
}

static void test_refused(void)
{
	static const char *const cases[] = {
		"",
		"a.example",
		"https",
		"https:",
		"https:/",
		"https://",
		"https:///a.example/",
		"https:a.example",
		"ftp://a.example/",
		"wss://a.example/",
		"file:///etc/passwd",
		" https://a.example/",
		"https://a.example/ ",
		"https://a.example/a b",
		"https://a.example/\n",
		"https://a.example/\x7f",
		"https://\xC3\xA4.example/",
		"https://a.example/\xC3\xA4",
		"https://user@a.example/",
		"https://user:word@a.example/",
		"https://a.example:443@b.example/",
		"https://b.example\\@a.example/",
		"https://a.example#.b.example/",
		"https://a.example/#top",
		"https://%61.example/",
		"https://a,b/",
		"https://a.example:",
		"https://a.example:/",
		"https://a.example:0/",
		"https://a.example:65536/",
		"https://a.example:-1/",
		"https://a.example:+443/",
		"https://a.example:4 3/",
		"https://a.example:00000443/",
		"https://:443/",
		"https://?x",
		"https://[::1/",
		"https://[]/",
		"https://[::1]443/",
		"https://[fe80::1%25eth0]/",
		"https://[a.example]:x/",
		"https://::1/",
	};
	struct url url;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		refused(cases[i], "http");
	CU_ASSERT_FALSE(url_parse(STR("https://a\0.example/"), "http", &url));
}

/* ---- of sockets ---- */

static void test_sockets(void)
{
	static const struct {
		const char *url, *host, *target;
		int port;
		bool tls;
	} rows[] = {
		{ "wss://wss-primary.slack.com/link/?ticket=a-b&app_id=1", "wss-primary.slack.com",
		  "/link/?ticket=a-b&app_id=1", 443, true },
		{ "ws://localhost", "localhost", "", 80, false },
		{ "wss://localhost:8443/x", "localhost", "/x", 8443, true },
		{ "wss://host?x=1", "host", "?x=1", 443, true },
		{ "wss://host:1?x=/", "host", "?x=/", 1, true },
		{ "wss://[::1]:9/p", "::1", "/p", 9, true },
		{ "wss://[2001:db8::10.0.0.1]", "2001:db8::10.0.0.1", "", 443, true },
		{ "wss://127.0.0.1:65535//a?b?c", "127.0.0.1", "//a?b?c", 65535, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct url url;

		CU_ASSERT_FATAL(url_parse(str_from(rows[i].url), "ws", &url));
		CU_ASSERT_EQUAL(url.tls, rows[i].tls);
		CU_ASSERT_EQUAL(url.port, rows[i].port);
		ASSERT_STR(url.host, rows[i].host);
		ASSERT_STR(url.target, rows[i].target);
	}
}

static void test_refused_sockets(void)
{
	static const char *const rows[] = {
		"",
		"wss:",
		"wss://",
		"wss:///path",
		"https://host/",
		"WS//host",
		"ws:/host/",
		"wss://user@host/",
		"wss://user:pw@host/",
		"wss://host/a b",
		"wss://host/\r\nX: y",
		"wss://host\t/",
		"wss://host:/",
		"wss://host:0/",
		"wss://host:65536/",
		"wss://host:-1/",
		"wss://host:+1/",
		"wss://host:1x/",
		"wss://host: 1/",
		"wss://host:99999999999999999999/",
		"wss://host/#top",
		"wss://[::1/",
		"wss://[]/",
		"wss://[::1]x/",
		"wss://[host]/",
		"wss://ho\\st/",
		"wss://ho%73t/",
		"wss://h\xC3\xB6st/",
		"wss://host/\xC3\xB6",
		"wss://ho\"st/",
		"wss://::1/",
		"wss://host,evil/",
		"wss://*/",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		refused(rows[i], "ws");
}

/* No beginning of an address is read beyond its end. */
static void test_cut_anywhere(void)
{
	static const char whole[] = "https://[2001:db8::1]:8443/path?query";
	struct url url;

	for (size_t n = 0; n < sizeof(whole); n++) {
		char *copy = mem_strndup(whole, n);
		struct str text = str_make(copy, n);

		if (url_parse(text, "http", &url))
			CU_ASSERT(url.host.p + url.host.len <= text.p + text.len);
		mem_freep(&copy);
	}
}

UNIT_MAIN("url", { "parts", test_parts }, { "refused", test_refused }, { "sockets", test_sockets },
	  { "refused sockets", test_refused_sockets }, { "cut anywhere", test_cut_anywhere })
