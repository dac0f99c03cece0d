/* SPDX-License-Identifier: MIT */
/* Reads Slack's markup, pure: what a person sees of it, and whom it mentions. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/str.h"
#include "model/event.h"

/* The name of an id, without `@` and `#`; false when it is not known. */
typedef bool text_name_fn(void *owner, struct str id, struct str *name);

struct text_names {
	void *owner;
	text_name_fn *user, *channel, *group;
};

/* What a person sees: entities decoded once, <@U1> as @name, <#C1|general> as #general, links as their
 * labels, special mentions as @here, user groups as @handle, dates as their fallback; typographic
 * quotes, dashes and no-break blanks as ASCII, zero-width and direction marks dropped; emoji stay
 * :names:. An id without a name shows as @U1. Input must be valid UTF-8. */
void text_seen(struct buf *out, struct str raw, const struct text_names *names);

/* A run of the text that is read: all of one part, or one mention, channel link or link. */
struct text_run {
	size_t from, to; /* in the buffer; only a link may show nothing */
	enum text_part part;
	char sigil;	    /* '@' or '#': `id` is a person's or a channel's; else 0 */
	struct str id;	    /* slice of the raw text */
	struct str address; /* of a link, still coded; slice of the raw text */
};

typedef void text_run_fn(void *owner, const struct text_run *run);

/* The same text, told run by run, in order and without gaps. Code stands between ` and ` on a line or between
 * ``` and ```, its marks included; a mark that is not closed is prose. A line that begins with > is a
 * quote up to its end, and so is all the rest after >>>. */
void text_read(struct buf *out, struct str raw, const struct text_names *names, text_run_fn *on_run,
	       void *owner);
/* A sign of which nothing looks alike. */
static inline bool text_is_itself(char c)
{
	return (c >= ' ' && c < 0x7F) || c == '\n' || c == '\t';
}
/* Plain ASCII without markup, entities or control signs: text_seen would copy it as it is. */
static inline bool text_is_plain(struct str raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.p[i];

		if (!text_is_itself(c) || c == '<' || c == '&' || c == '`')
			return false;
	}
	return true;
}
/* Not a sign of markup in it but entities: text_read would tell of a single run of PART_TEXT. */
bool text_is_prose(struct str raw);
/* The address of a link as it is: entities decoded once, nothing else changed. */
void text_address(struct buf *out, struct str coded);

/* Of what text_seen does the last alone: typographic signs as ASCII, for a text that a person typed and no
 * markup is in. */
void text_plain(struct buf *out, struct str typed);

/* The raw text without a leading mention of `user` and the blanks, `:` or `,` behind it. */
struct str text_without_leading_mention(struct str raw, struct str user);
/* The next user id mentioned in the raw text, which is moved behind the mention; false at the end. */
bool text_next_mention(struct str *rest, struct str *user);
