/* SPDX-License-Identifier: MIT */
/* How `retort outbox` shows what it was told: for a terminal, on which nothing that people wrote may act, or as JSON. */
#pragma once

#include "base/json.h"

/* What the bot, or the store in its place, said: lines of JSON, all parsed. */
struct answer {
	struct json **entries;
	size_t n;
	struct json *end; /* the last line; NULL = there is none */
};

bool answer_read(struct answer *a, struct str text); /* false: it is not whole */
void answer_deinit(struct answer *a);

/* Puts the entries in order. */
void outbox_print_list(struct answer *a, bool json);
void outbox_print_entry(const struct json *entry, bool json);
