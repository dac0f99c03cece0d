/* SPDX-License-Identifier: MIT */
/* Which addresses lie outside of our own house, pure: a request that others steer must not reach what is inside. */
#pragma once

#include <stdbool.h>

struct sockaddr;

/* May a request for public addresses alone go there? Only to what the public internet can route; an address that carries
 * an IPv4 one (mapped, translated, tunnelled) is judged by what it carries. A NAT64 prefix that a network chose for
 * itself cannot be told from any other. What is neither IPv4 nor IPv6 is refused. */
bool address_policy_allows(const struct sockaddr *address);
