/* SPDX-License-Identifier: MIT */
/*
 * Slack's markup, pure: from the text that Slack sends to the text that a person sees, and back from
 * plain text to markup that is inert.
 */
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

/* Is <@user> anywhere in the raw text? */
bool text_mentions(struct str raw, struct str user);
/* The raw text without a leading mention of `user` and the blanks, `:` or `,` behind it. */
struct str text_without_leading_mention(struct str raw, struct str user);
/* Calls back for every user id mentioned in the raw text. */
void text_each_mention(struct str raw, void (*on_user)(void *owner, struct str id), void *owner);

/* Plain text as inert markup: & < > escaped, control and direction characters dropped (line ends and
 * tabs stay), @ in front of here/channel/everyone and of any word broken by U+2060 so that nothing
 * notifies, whatever Slack's parse mode. */
void text_inert(struct buf *out, struct str plain);
/* A mention that notifies / a channel link. False (nothing added) unless the id looks like one. */
bool text_mention(struct buf *out, struct str user);
bool text_channel_link(struct buf *out, struct str channel);
/* The literal text of a rule: its markup stays as written, but control characters go. */
void text_literal(struct buf *out, struct str text);
/* https://NAME.slack.com/archives/C1/p1234567890123456, with thread_ts and cid for replies.
 * team_url ends in '/'. thread_ts may be empty. */
void text_permalink(struct buf *out, struct str team_url, struct str channel, struct str ts,
		    struct str thread_ts);

/* Cuts a message that is too long for Slack (3,500 UTF-16 units) at a line end, else a blank, else a
 * letter, never inside an entity or a <…>; an open ``` is closed and opened again. Takes the first part
 * off *rest; false when nothing is left. The part is written to `part`. */
bool text_split(struct str *rest, bool *in_code, struct buf *part);
