/* SPDX-License-Identifier: MIT */
/* Which addresses lie outside of our own house, pure: a request that others steer must not reach what is inside. */
#pragma once

#include <stdbool.h>
#include "base/str.h"

struct sockaddr;

/* May a request for public addresses alone go there? Only to what the public internet can route; an address that carries
 * an IPv4 one (mapped, translated, tunnelled) is judged by what it carries. A NAT64 prefix that a network chose for
 * itself cannot be told from any other. What is neither IPv4 nor IPv6 is refused. */
bool address_policy_allows(const struct sockaddr *address);
/* Does it lead to the metadata service of a cloud, which gives whoever asks the rights of the whole machine, or to one of
 * that kind? By a list, for some lie in no private range. An address that carries such a one counts as well. */
bool address_policy_is_metadata(const struct sockaddr *address);
/* Is `host`, as a url has it, this very address written out? */
bool address_policy_is_named(const struct sockaddr *address, struct str host);
