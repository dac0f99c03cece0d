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
		{ "https://[2001:db8::1]:444/a@b:c", "2001:db8::1", 444, true, "/a@b:c", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct url url;

		CU_ASSERT_TRUE_FATAL(url_parse(str_from(cases[i].text), &url));
		ASSERT_STR(url.host, cases[i].host);
		CU_ASSERT_EQUAL(url.port, cases[i].port);
		CU_ASSERT_EQUAL(url.tls, cases[i].tls);
		ASSERT_STR(url.path, cases[i].path);
		ASSERT_STR(url.query, cases[i].query);
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

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (url_parse(str_from(cases[i]), &url)) {
			printf("\n  %s", cases[i]);
			CU_FAIL("taken");
		} else {
			CU_PASS("refused");
		}
	}
	CU_ASSERT_FALSE(url_parse(STR("https://a\0.example/"), &url));
}

/* No beginning of an address is read beyond its end. */
static void test_cut_anywhere(void)
{
	static const char whole[] = "https://[2001:db8::1]:8443/path?query";
	struct url url;

	for (size_t n = 0; n < sizeof(whole); n++) {
		char *copy = mem_strndup(whole, n);
		struct str text = str_make(copy, n);

		if (url_parse(text, &url))
			CU_ASSERT(url.host.p + url.host.len <= text.p + text.len);
		mem_freep(&copy);
	}
}

UNIT_MAIN("url", { "parts", test_parts }, { "refused", test_refused },
	  { "cut anywhere", test_cut_anywhere })
