/* SPDX-License-Identifier: MIT */
/* Reads Slack's markup, pure: what a person sees of it, and whom it mentions. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/str.h"

/* Names for ids; each gives false when it does not know. Without `@` and `#`. */
struct text_names {
	void *owner;
	bool (*user)(void *owner, struct str id, struct str *name);
	bool (*channel)(void *owner, struct str id, struct str *name);
	bool (*group)(void *owner, struct str id, struct str *handle);
};

/* What a person sees: entities decoded once, <@U1> as @name, <#C1|general> as #general, links as their
 * labels, special mentions as @here, user groups as @handle, dates as their fallback; typographic
 * quotes, dashes and no-break blanks as ASCII, zero-width and direction marks dropped; emoji stay
 * :names:. An id without a name shows as @U1. Input must be valid UTF-8. */
void text_seen(struct buf *out, struct str raw, const struct text_names *names);

/* The last of this alone: typographic signs as ASCII, for a text that a person typed and no markup is in. */
void text_plain(struct buf *out, struct str typed);

/* Is <@user> anywhere in the raw text? */
bool text_mentions(struct str raw, struct str user);
/* The raw text without a leading mention of `user` and the blanks, `:` or `,` behind it. */
struct str text_without_leading_mention(struct str raw, struct str user);
/* Calls back for every user id mentioned in the raw text. */
void text_each_mention(struct str raw, void (*on_user)(void *owner, struct str id), void *owner);
