/* SPDX-License-Identifier: MIT */
#include "net/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "lib/unit.h"

/* As getaddrinfo gives it. */
static struct sockaddr_storage address_of(const char *text)
{
	struct sockaddr_storage room = { 0 };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(443) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(443) };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		memcpy(&room, &v4, sizeof(v4));
	else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		memcpy(&room, &v6, sizeof(v6));
	else
		CU_FAIL_FATAL("no address");
	return room;
}

static void check(const char *text, bool is_fine)
{
	struct sockaddr_storage address = address_of(text);

	if (address_policy_allows((const struct sockaddr *)&address) != is_fine) {
		printf("\n  %s", text);
		CU_FAIL("judged wrongly");
	} else {
		CU_PASS("judged");
	}
}

/* The first and last of each range are refused, their neighbours outside are not. */
static void test_v4(void)
{
	static const char *const refused[] = {
		"0.0.0.0",	   "0.255.255.255",   "10.0.0.0",	 "10.255.255.255",
		"100.64.0.0",	   "100.127.255.255", "127.0.0.1",	 "127.255.255.255",
		"169.254.0.0",	   "169.254.169.254", "169.254.255.255", "172.16.0.0",
		"172.31.255.255",  "192.0.0.0",	      "192.0.0.255",	 "192.88.99.1",
		"192.168.0.0",	   "192.168.255.255", "198.18.0.0",	 "198.19.255.255",
		"224.0.0.0",	   "239.255.255.255", "240.0.0.0",	 "255.255.255.254",
		"255.255.255.255",
	};
	static const char *const allowed[] = {
		"1.0.0.0",	   "1.1.1.1",	      "8.8.8.8",	 "9.255.255.255",
		"11.0.0.0",	   "100.63.255.255",  "100.128.0.0",	 "126.255.255.255",
		"128.0.0.0",	   "169.253.255.255", "169.255.0.0",	 "172.15.255.255",
		"172.32.0.0",	   "191.255.255.255", "192.0.1.0",	 "192.0.2.1",
		"192.88.98.255",   "192.88.100.0",    "192.167.255.255", "192.169.0.0",
		"198.17.255.255",  "198.20.0.0",      "198.51.100.1",	 "203.0.113.1",
		"223.255.255.255",
	};

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		check(refused[i], false);
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		check(allowed[i], true);
}

static void test_v6(void)
{
	static const char *const refused[] = {
		"::",
		"::1",
		"::2",
		"fc00::",
		"fd12:3456::1",
		"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"fe80::1",
		"febf:ffff::1",
		"fec0::1",
		"feff::1",
		"ff00::",
		"ff02::1",
		"ffff::",
		"100::",
		"100::1",
		"2001:2::1",
		"64:ff9b:1::808:808",
	};
	static const char *const allowed[] = {
		"2606:4700::1111", "2001:4860:4860::8888",
		"2001:db8::1",	   "2003::1",
		"2000::1",	   "3fff::1",
		"fbff::1",	   "fe00::1",
		"2001:3::1",	   "101::1",
		"100:0:0:1::1",	   "64:ff9a::7f00:1",
		"2a00::7f00:1",
	};

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		check(refused[i], false);
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		check(allowed[i], true);
}

/* Every way in which an IPv6 address can carry an IPv4 one, with each of these inside. */
static void test_carried(void)
{
	static const struct {
		uint8_t address[4];
		bool is_fine;
	} carried[] = {
		{ { 127, 0, 0, 1 }, false },	   { { 10, 1, 2, 3 }, false },
		{ { 192, 168, 1, 1 }, false },	   { { 169, 254, 169, 254 }, false },
		{ { 100, 100, 100, 200 }, false }, { { 0, 0, 0, 0 }, false },
		{ { 255, 255, 255, 255 }, false }, { { 8, 8, 8, 8 }, true },
		{ { 203, 0, 113, 9 }, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(carried); i++) {
		const uint8_t *a = carried[i].address;
		char text[96];

		snprintf(text, sizeof(text), "::ffff:%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
		check(text, carried[i].is_fine);
		snprintf(text, sizeof(text), "::ffff:0:%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
		check(text, carried[i].is_fine);
		snprintf(text, sizeof(text), "64:ff9b::%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
		check(text, carried[i].is_fine);
		snprintf(text, sizeof(text), "2002:%02x%02x:%02x%02x::1", a[0], a[1], a[2], a[3]);
		check(text, carried[i].is_fine);
		/* Teredo: the server as it is, the client turned round. */
		snprintf(text, sizeof(text), "2001:0:%02x%02x:%02x%02x:0:0:f7f7:f7f7", a[0], a[1],
			 a[2], a[3]);
		check(text, carried[i].is_fine);
		snprintf(text, sizeof(text), "2001:0:808:808:0:0:%02x%02x:%02x%02x", a[0] ^ 255u,
			 a[1] ^ 255u, a[2] ^ 255u, a[3] ^ 255u);
		check(text, carried[i].is_fine);
		snprintf(text, sizeof(text), "::%x:%x", a[0] * 256 + a[1], a[2] * 256 + a[3]);
		check(text, false); /* retired, whatever it carries */
	}
}

static void test_other_families(void)
{
	const struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "/run/admin" };
	const struct sockaddr none = { .sa_family = AF_UNSPEC };

	CU_ASSERT_FALSE(address_policy_allows((const struct sockaddr *)&local));
	CU_ASSERT_FALSE(address_policy_allows(&none));
}

/* Also where private addresses are fine; some of them look public. */
static void test_metadata(void)
{
	static const struct {
		const char *address;
		bool is_metadata;
	} cases[] = {
		{ "169.254.169.254", true },
		{ "169.254.170.2", true },
		{ "168.63.129.16", true },
		{ "100.100.100.200", true },
		{ "192.0.0.192", true },
		{ "fd00:ec2::254", true },
		{ "fd20:ce::254", true },
		{ "fe80::a9fe:a9fe", true },
		{ "fd00:c1::a9fe:a9fe", true },
		{ "::ffff:169.254.169.254", true },
		{ "::168.63.129.16", true },
		{ "64:ff9b::a83f:8110", true },
		{ "64:ff9b:1::a83f:8110", true },
		{ "2002:a83f:8110::1", true },
		{ "168.63.129.17", false },
		{ "169.254.1.1", false },
		{ "10.0.0.1", false },
		{ "127.0.0.1", false },
		{ "::1", false },
		{ "fd00:ec2::255", false },
		{ "8.8.8.8", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sockaddr_storage address = address_of(cases[i].address);
		const struct sockaddr *given = (const struct sockaddr *)&address;

		if (address_policy_is_metadata(given) != cases[i].is_metadata)
			printf("\n  %s", cases[i].address);
		CU_ASSERT_EQUAL(address_policy_is_metadata(given), cases[i].is_metadata);
		if (cases[i].is_metadata)
			check(cases[i].address, false);
		CU_ASSERT_TRUE(address_policy_is_named(given, str_from(cases[i].address)));
		CU_ASSERT_FALSE(address_policy_is_named(given, STR("169.254.169.253")));
		CU_ASSERT_FALSE(address_policy_is_named(given, STR("metadata.example.com")));
		CU_ASSERT_FALSE(address_policy_is_named(given, STR_EMPTY));
	}
}

UNIT_MAIN("public only", { "v4", test_v4 }, { "v6", test_v6 }, { "carried", test_carried },
	  { "other families", test_other_families }, { "metadata", test_metadata })
