/* SPDX-License-Identifier: MIT */
/* Writes Slack's markup, pure: plain text that stays inert, mentions, and links to messages. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/str.h"

/* Plain text as inert markup: & < > escaped, control and direction characters dropped (line ends and
 * tabs stay), @ in front of here/channel/everyone and of any word broken by U+2060 so that nothing
 * notifies, whatever Slack's parse mode. */
void markup_inert(struct buf *out, struct str plain);
/* The same for Markdown: what would begin a mark of it is escaped as well. */
void markup_markdown(struct buf *out, struct str plain);
/* Without control characters, and without those of direction where that is asked for. */
void markup_without(struct buf *out, struct str text, bool direction);
/* Plain text for a place that takes no markup: control and direction characters dropped, nothing else. */
static inline void markup_plain(struct buf *out, struct str plain)
{
	markup_without(out, plain, true);
}
/* Plain text for others, who may hand it on to Slack: its control forms, such as <!here>, <@U1> and
 * <https://x.example|y>, are broken by U+2060, also where what
 * stands before it or will follow is part of one. All else stays as it is. */
void markup_formless(struct buf *out, struct str plain);
/* The literal text of a rule: its markup stays as written, but control characters go. */
static inline void markup_literal(struct buf *out, struct str text)
{
	markup_without(out, text, false);
}
/* A mention that notifies / a channel link. False (nothing added) unless the id looks like one. */
bool markup_mention(struct buf *out, struct str user);
bool markup_group_mention(struct buf *out, struct str group);
bool markup_channel_link(struct buf *out, struct str channel);
/* May this be inserted there? Behind `<@` and `<#` an id alone may. */
bool markup_may_stand_behind(struct str markup, struct str id);
/* https://NAME.slack.com/archives/C1/p1234567890123456, with thread_ts and cid for replies.
 * team_url ends in '/'. thread_ts may be empty. */
void markup_permalink(struct buf *out, struct str team_url, struct str channel, struct str ts,
		      struct str thread_ts);
