/* SPDX-License-Identifier: MIT */
/* The people of a channel, asked for one by one: the way to names while the list of all people is late. */
#pragma once

#include "directory/lookups.h"

struct members;

/* All that is given outlives it. */
struct members *members_new(struct api *api, const struct secret *token, struct lookups *lookups);
void members_free(struct members *m); /* what is under way ends without callback */
/* The roster learns of the first few whom it does not know. Once a channel; again does nothing. */
void members_ask(struct members *m, struct str channel);
