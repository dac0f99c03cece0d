/* SPDX-License-Identifier: MIT */
#include "net/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include "base/mem.h"

/* The first bits of addresses that are not for everyone. */
static const struct {
	uint8_t bytes[4];
	unsigned bits;
} inside_v4[] = {
	{ { 0 }, 8 },		 /* unspecified: this host */
	{ { 10 }, 8 },		 /* private */
	{ { 100, 64 }, 10 },	 /* behind a provider's NAT */
	{ { 127 }, 8 },		 /* loopback */
	{ { 169, 254 }, 16 },	 /* link-local, with the metadata services of clouds */
	{ { 172, 16 }, 12 },	 /* private */
	{ { 192, 0, 0 }, 24 },	 /* between a router and its provider */
	{ { 192, 88, 99 }, 24 }, /* into 6to4 */
	{ { 192, 168 }, 16 },	 /* private */
	{ { 198, 18 }, 15 },	 /* laboratories */
	{ { 224 }, 4 },		 /* multicast */
	{ { 240 }, 4 },		 /* reserved; broadcast is the last of them */
};

enum { CARRIES_NOTHING = -1 };

static const struct {
	uint8_t bytes[12];
	unsigned bits;
	int carries_at; /* where an IPv4 address begins in it, which decides; CARRIES_NOTHING = refused */
	uint8_t mask; /* by which its bytes are hidden */
} inside_v6[] = {
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF }, 96, 12, 0 }, /* mapped */
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF }, 96, 12, 0 },	     /* translated */
	/* unspecified, loopback, and the retired IPv4-compatible ones */
	{ { 0 }, 96, CARRIES_NOTHING, 0 },
	{ { 0, 0x64, 0xFF, 0x9B }, 96, 12, 0 },			   /* NAT64 */
	{ { 0, 0x64, 0xFF, 0x9B, 0, 1 }, 48, CARRIES_NOTHING, 0 }, /* NAT64 of one's own */
	{ { 0x01, 0 }, 64, CARRIES_NOTHING, 0 },		   /* discarded */
	{ { 0x20, 0x01, 0, 0 }, 32, 4, 0 },			   /* Teredo: its server */
	{ { 0x20, 0x01, 0, 0 }, 32, 12, 0xFF },			   /* and its client */
	{ { 0x20, 0x01, 0, 2 }, 48, CARRIES_NOTHING, 0 },	   /* laboratories */
	{ { 0x20, 0x02 }, 16, 2, 0 },				   /* 6to4 */
	{ { 0xFC }, 7, CARRIES_NOTHING, 0 },			   /* unique local */
	{ { 0xFE, 0x80 }, 10, CARRIES_NOTHING, 0 },		   /* link-local */
	{ { 0xFE, 0xC0 }, 10, CARRIES_NOTHING, 0 },		   /* site-local */
	{ { 0xFF }, 8, CARRIES_NOTHING, 0 },			   /* multicast */
};

static bool begins_with(const uint8_t *address, const uint8_t *bytes, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(address, bytes, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ bytes[whole]) >> (8 - rest) == 0;
}

static bool allows_v4(const uint8_t *address)
{
	for (size_t i = 0; i < ARRAY_LEN(inside_v4); i++) {
		if (begins_with(address, inside_v4[i].bytes, inside_v4[i].bits))
			return false;
	}
	return true;
}

static bool allows_carried(const uint8_t *hidden, uint8_t mask)
{
	uint8_t address[4];

	for (size_t i = 0; i < sizeof(address); i++)
		address[i] = hidden[i] ^ mask;
	return allows_v4(address);
}

static bool allows_v6(const uint8_t *address)
{
	for (size_t i = 0; i < ARRAY_LEN(inside_v6); i++) {
		int at = inside_v6[i].carries_at;

		if (!begins_with(address, inside_v6[i].bytes, inside_v6[i].bits))
			continue;
		if (at == CARRIES_NOTHING || !allows_carried(address + at, inside_v6[i].mask))
			return false;
	}
	return true;
}

/* ---- metadata services ---- */

static const uint8_t metadata_v4[][4] = {
	{ 169, 254, 169, 254 }, /* most clouds */
	{ 169, 254, 169, 253 }, /* Amazon: names */
	{ 169, 254, 169, 123 }, /* Amazon: time */
	{ 169, 254, 170, 2 },	/* Amazon: credentials of containers */
	{ 169, 254, 170, 23 },	/* Amazon: credentials of pods */
	{ 169, 254, 0, 23 },	/* Tencent */
	{ 169, 254, 42, 42 },	/* Scaleway */
	{ 168, 63, 129, 16 },	/* Azure: a public address that leads to the host */
	{ 100, 100, 100, 200 }, /* Alibaba */
	{ 192, 0, 0, 192 },	/* Oracle, the older one */
};

static const uint8_t metadata_v6[][16] = {
	{ 0xFD, 0, 0x0E, 0xC2, [14] = 0x02, 0x54 },	     /* Amazon */
	{ 0xFD, 0, 0x0E, 0xC2, [14] = 0x02, 0x53 },	     /* Amazon: names */
	{ 0xFD, 0, 0x0E, 0xC2, [14] = 0x01, 0x23 },	     /* Amazon: time */
	{ 0xFD, 0, 0x0E, 0xC2, [14] = 0x00, 0x23 },	     /* Amazon: credentials of pods */
	{ 0xFD, 0x20, 0x00, 0xCE, [14] = 0x02, 0x54 },	     /* Google */
	{ 0xFD, 0, 0, 0x42, [14] = 0x00, 0x42 },	     /* Scaleway */
	{ 0xFD, 0, 0, 0xC1, [12] = 0xA9, 0xFE, 0xA9, 0xFE }, /* Oracle */
	{ 0xFE, 0x80, [12] = 0xA9, 0xFE, 0xA9, 0xFE },	     /* OpenStack */
};

static bool is_metadata_v4(const uint8_t *address)
{
	for (size_t i = 0; i < ARRAY_LEN(metadata_v4); i++) {
		if (memcmp(address, metadata_v4[i], sizeof(metadata_v4[i])) == 0)
			return true;
	}
	return false;
}

static bool is_metadata_v6(const uint8_t *address)
{
	for (size_t i = 0; i < ARRAY_LEN(metadata_v6); i++) {
		if (memcmp(address, metadata_v6[i], sizeof(metadata_v6[i])) == 0)
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(inside_v6); i++) {
		int at = inside_v6[i].carries_at;
		uint8_t carried[4];

		if (at == CARRIES_NOTHING ||
		    !begins_with(address, inside_v6[i].bytes, inside_v6[i].bits))
			continue;
		for (size_t k = 0; k < sizeof(carried); k++)
			carried[k] = address[(size_t)at + k] ^ inside_v6[i].mask;
		if (is_metadata_v4(carried))
			return true;
	}
	/* The retired form, and NAT64 with a prefix of one's own, end in theirs. */
	return (begins_with(address, (const uint8_t[12]){ 0 }, 96) ||
		begins_with(address, (const uint8_t[6]){ 0, 0x64, 0xFF, 0x9B, 0, 1 }, 48)) &&
	       is_metadata_v4(address + 12);
}

/* The bytes of an address, in `room`; NULL for another kind. */
static const uint8_t *bytes_of(const struct sockaddr *address, uint8_t room[16])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		return memcpy(room, &v4.sin_addr, sizeof(v4.sin_addr));
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		return memcpy(room, &v6.sin6_addr, sizeof(v6.sin6_addr));
	}
	return NULL;
}

bool address_policy_is_metadata(const struct sockaddr *address)
{
	uint8_t room[16];
	const uint8_t *bytes = bytes_of(address, room);

	if (bytes == NULL)
		return false;
	return address->sa_family == AF_INET ? is_metadata_v4(bytes) : is_metadata_v6(bytes);
}

bool address_policy_is_named(const struct sockaddr *address, struct str host)
{
	CLEANUP(mem_freep) char *text = str_dup(host);
	uint8_t room[16];
	const uint8_t *bytes = bytes_of(address, room);
	uint8_t named[16];

	return bytes != NULL && inet_pton(address->sa_family, text, named) == 1 &&
	       memcmp(bytes, named, address->sa_family == AF_INET ? 4 : 16) == 0;
}

/* ---- what a request may ask ---- */

bool address_policy_allows(const struct sockaddr *address)
{
	uint8_t room[16];
	const uint8_t *bytes = bytes_of(address, room);

	if (bytes == NULL || address_policy_is_metadata(address))
		return false;
	return address->sa_family == AF_INET ? allows_v4(bytes) : allows_v6(bytes);
}
