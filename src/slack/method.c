/* SPDX-License-Identifier: MIT */
#include "slack/method.h"

#include <stddef.h>
#include <string.h>
#include "base/mem.h"

/* Calls a minute as Slack grants them, half of them at once. */
enum tier { TIER_UNLIMITED, TIER_2, TIER_3, TIER_4, TIER_CONNECT };

static const struct {
	int64_t every_ms, burst;
} tiers[] = {
	[TIER_UNLIMITED] = { 0, 1 },
	[TIER_2] = { 3000, 10 },
	[TIER_3] = { 1200, 25 },
	[TIER_4] = { 600, 50 },
	/* Documented as 3 and 1, but reconnect storms hit 429. An announced refresh may wait: the
	 * old socket is read until its successor is live. */
	[TIER_CONNECT] = { 10000, 5 },
};

enum { REPEATABLE = 1, POSTS = 2, READS = 4 };

static const struct row {
	const char *name;
	enum tier tier;
	unsigned traits;
} rows[] = {
	{ "auth.test", TIER_4, REPEATABLE },
	{ "apps.connections.open", TIER_CONNECT, REPEATABLE },
	{ "rtm.connect", TIER_CONNECT, REPEATABLE },
	{ "rtm.start", TIER_CONNECT, REPEATABLE },
	{ "api.test", TIER_4, REPEATABLE },

	{ "chat.postMessage", TIER_UNLIMITED, POSTS },
	{ "chat.postEphemeral", TIER_4, POSTS },
	{ "chat.meMessage", TIER_3, POSTS },
	{ "chat.update", TIER_3, REPEATABLE },
	{ "chat.delete", TIER_3, REPEATABLE },
	{ "chat.unfurl", TIER_3, REPEATABLE },
	{ "chat.getPermalink", TIER_4, REPEATABLE | READS },
	{ "chat.scheduleMessage", TIER_3, 0 },
	{ "chat.deleteScheduledMessage", TIER_3, REPEATABLE },
	{ "chat.scheduledMessages.list", TIER_3, REPEATABLE | READS },
	{ "chat.startStream", TIER_2, POSTS },
	{ "chat.appendStream", TIER_4, 0 },
	{ "chat.stopStream", TIER_2, 0 },

	{ "reactions.add", TIER_3, REPEATABLE },
	{ "reactions.remove", TIER_2, REPEATABLE },
	{ "reactions.get", TIER_3, REPEATABLE | READS },
	{ "reactions.list", TIER_2, REPEATABLE | READS },
	{ "pins.add", TIER_2, REPEATABLE },
	{ "pins.remove", TIER_2, REPEATABLE },
	{ "pins.list", TIER_2, REPEATABLE | READS },
	{ "bookmarks.add", TIER_2, 0 },
	{ "bookmarks.edit", TIER_2, REPEATABLE },
	{ "bookmarks.remove", TIER_2, REPEATABLE },
	{ "bookmarks.list", TIER_3, REPEATABLE | READS },

	{ "conversations.archive", TIER_2, REPEATABLE },
	{ "conversations.close", TIER_2, REPEATABLE },
	{ "conversations.create", TIER_2, 0 },
	{ "conversations.history", TIER_3, REPEATABLE | READS },
	{ "conversations.info", TIER_3, REPEATABLE | READS },
	{ "conversations.invite", TIER_3, REPEATABLE },
	{ "conversations.join", TIER_3, REPEATABLE },
	{ "conversations.kick", TIER_3, REPEATABLE },
	{ "conversations.leave", TIER_3, REPEATABLE },
	{ "conversations.list", TIER_2, REPEATABLE | READS },
	{ "conversations.mark", TIER_3, REPEATABLE },
	{ "conversations.members", TIER_4, REPEATABLE | READS },
	{ "conversations.open", TIER_3, REPEATABLE },
	{ "conversations.rename", TIER_2, 0 },
	{ "conversations.replies", TIER_3, REPEATABLE | READS },
	{ "conversations.setPurpose", TIER_2, REPEATABLE },
	{ "conversations.setTopic", TIER_2, REPEATABLE },
	{ "conversations.unarchive", TIER_2, REPEATABLE },

	{ "users.conversations", TIER_3, REPEATABLE | READS },
	{ "users.getPresence", TIER_3, REPEATABLE | READS },
	{ "users.identity", TIER_3, REPEATABLE | READS },
	{ "users.info", TIER_4, REPEATABLE | READS },
	{ "users.list", TIER_2, REPEATABLE | READS },
	{ "users.lookupByEmail", TIER_3, REPEATABLE | READS },
	{ "users.profile.get", TIER_4, REPEATABLE | READS },
	{ "users.profile.set", TIER_3, REPEATABLE },
	{ "users.setPresence", TIER_2, REPEATABLE },
	{ "usergroups.create", TIER_2, 0 },
	{ "usergroups.disable", TIER_2, REPEATABLE },
	{ "usergroups.enable", TIER_2, REPEATABLE },
	{ "usergroups.list", TIER_2, REPEATABLE | READS },
	{ "usergroups.update", TIER_2, REPEATABLE },
	{ "usergroups.users.list", TIER_2, REPEATABLE | READS },
	{ "usergroups.users.update", TIER_2, REPEATABLE },

	{ "bots.info", TIER_3, REPEATABLE | READS },
	{ "dnd.info", TIER_3, REPEATABLE | READS },
	{ "dnd.teamInfo", TIER_2, REPEATABLE | READS },
	{ "emoji.list", TIER_2, REPEATABLE | READS },
	{ "migration.exchange", TIER_2, REPEATABLE | READS },
	{ "team.info", TIER_3, REPEATABLE | READS },

	{ "files.completeUploadExternal", TIER_4, 0 },
	{ "files.delete", TIER_3, REPEATABLE },
	{ "files.getUploadURLExternal", TIER_4, 0 },
	{ "files.info", TIER_4, REPEATABLE | READS },
	{ "files.list", TIER_3, REPEATABLE | READS },
	{ "views.open", TIER_4, 0 },
	{ "views.publish", TIER_4, REPEATABLE },
	{ "views.push", TIER_4, 0 },
	{ "views.update", TIER_4, REPEATABLE },
};

static const struct row unknown = { "", TIER_3, 0 };

static const struct row *row_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return &unknown;
}

struct method method_named(const char *name)
{
	const struct row *row = row_named(name);

	return (struct method){
		.name = row->name,
		.every_ms = tiers[row->tier].every_ms,
		.burst = tiers[row->tier].burst,
		.connects = row->tier == TIER_CONNECT,
		.repeatable = row->traits & REPEATABLE,
		.posts = row->traits & POSTS,
		.reads = row->traits & READS,
	};
}
