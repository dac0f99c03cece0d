/* SPDX-License-Identifier: MIT */
#include "slack/method_check.h"

#include "base/buf.h"
#include "base/mem.h"
#include "slack/blockkit.h"

enum { NAME_MAX_LEN = 100, TOLD_MAX = 20 };

/* clang-format off */
#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }
/* clang-format on */

static const struct webapi methods[] = {
	{ .name = "api.test", .optional = WORDS("error"), .any = true },
	{ .name = "assistant.search.context",
	  .required = WORDS("query"),
	  .optional = WORDS("action_token", "channel_types", "content_types", "context_channel_id",
			    "cursor", "include_bots", "limit"),
	  .loose = true },
	{ .name = "assistant.threads.setStatus",
	  .required = WORDS("channel_id", "thread_ts", "status"),
	  .optional = WORDS("icon_emoji", "icon_url", "loading_messages", "username") },
	{ .name = "assistant.threads.setSuggestedPrompts",
	  .required = WORDS("channel_id", "prompts"),
	  .optional = WORDS("thread_ts", "title"),
	  .loose = true },
	{ .name = "assistant.threads.setTitle",
	  .required = WORDS("channel_id", "thread_ts", "title"),
	  .loose = true },
	{ .name = "auth.teams.list",
	  .optional = WORDS("cursor", "include_icon", "limit"),
	  .loose = true },
	{ .name = "auth.test" },
	{ .name = "bookmarks.add",
	  .required = WORDS("channel_id", "title", "type"),
	  .optional = WORDS("access_level", "emoji", "entity_id", "link", "parent_id",
			    "permission"),
	  .loose = true },
	{ .name = "bookmarks.edit",
	  .required = WORDS("bookmark_id", "channel_id"),
	  .optional = WORDS("emoji", "link", "title"),
	  .loose = true },
	{ .name = "bookmarks.list", .required = WORDS("channel_id"), .loose = true },
	{ .name = "bookmarks.remove",
	  .required = WORDS("bookmark_id", "channel_id"),
	  .optional = WORDS("quip_section_id"),
	  .loose = true },
	{ .name = "bots.info", .optional = WORDS("bot", "team_id") },
	{ .name = "calls.add",
	  .required = WORDS("external_unique_id", "join_url"),
	  .optional = WORDS("created_by", "date_start", "desktop_app_join_url",
			    "external_display_id", "title", "users"),
	  .loose = true },
	{ .name = "calls.end",
	  .required = WORDS("id"),
	  .optional = WORDS("duration"),
	  .loose = true },
	{ .name = "calls.info", .required = WORDS("id"), .loose = true },
	{ .name = "calls.participants.add", .required = WORDS("id", "users"), .loose = true },
	{ .name = "calls.participants.remove", .required = WORDS("id", "users"), .loose = true },
	{ .name = "calls.update",
	  .required = WORDS("id"),
	  .optional = WORDS("desktop_app_join_url", "join_url", "title"),
	  .loose = true },
	{ .name = "canvases.access.delete",
	  .required = WORDS("canvas_id"),
	  .optional = WORDS("channel_ids", "user_ids"),
	  .loose = true },
	{ .name = "canvases.access.set",
	  .required = WORDS("canvas_id", "access_level"),
	  .optional = WORDS("channel_ids", "user_ids"),
	  .loose = true },
	{ .name = "canvases.create",
	  .optional = WORDS("channel_id", "document_content", "title"),
	  .loose = true },
	{ .name = "canvases.delete", .required = WORDS("canvas_id"), .loose = true },
	{ .name = "canvases.edit", .required = WORDS("canvas_id", "changes"), .loose = true },
	{ .name = "canvases.sections.lookup",
	  .required = WORDS("canvas_id", "criteria"),
	  .loose = true },
	{ .name = "chat.appendStream",
	  .required = WORDS("channel", "ts", "markdown_text"),
	  .optional = WORDS("chunks") },
	{ .name = "chat.delete", .required = WORDS("ts", "channel"), .optional = WORDS("as_user") },
	{ .name = "chat.deleteScheduledMessage",
	  .required = WORDS("scheduled_message_id", "channel"),
	  .optional = WORDS("as_user") },
	{ .name = "chat.getPermalink", .required = WORDS("channel", "message_ts") },
	{ .name = "chat.meMessage", .required = WORDS("channel", "text") },
	{ .name = "chat.postEphemeral",
	  .required = WORDS("user", "channel"),
	  .optional = WORDS("as_user", "attachments", "blocks", "icon_emoji", "icon_url",
			    "link_names", "markdown_text", "metadata", "parse", "text", "thread_ts",
			    "username"),
	  .one_of = WORDS("text", "blocks", "attachments", "markdown_text") },
	{ .name = "chat.postMessage",
	  .required = WORDS("channel"),
	  .optional = WORDS("as_user", "attachments", "blocks", "current_draft_last_updated_ts",
			    "icon_emoji", "icon_url", "link_names", "markdown_text", "metadata",
			    "mrkdwn", "parse", "reply_broadcast", "text", "thread_ts",
			    "unfurl_links", "unfurl_media", "username"),
	  .one_of = WORDS("text", "blocks", "attachments", "markdown_text") },
	{ .name = "chat.scheduleMessage",
	  .required = WORDS("channel", "post_at"),
	  .optional = WORDS("as_user", "attachments", "blocks", "link_names", "markdown_text",
			    "metadata", "parse", "reply_broadcast", "text", "thread_ts",
			    "unfurl_links", "unfurl_media"),
	  .one_of = WORDS("text", "blocks", "attachments", "markdown_text") },
	{ .name = "chat.scheduledMessages.list",
	  .optional = WORDS("channel", "cursor", "latest", "limit", "oldest", "team_id") },
	{ .name = "chat.startStream",
	  .required = WORDS("channel"),
	  .optional = WORDS("chunks", "icon_emoji", "icon_url", "markdown_text",
			    "recipient_team_id", "recipient_user_id", "task_display_mode",
			    "thread_ts", "username") },
	{ .name = "chat.stopStream",
	  .required = WORDS("channel", "ts"),
	  .optional = WORDS("blocks", "chunks", "markdown_text", "metadata") },
	{ .name = "chat.unfurl",
	  .optional = WORDS("channel", "source", "ts", "unfurl_id", "unfurls", "user_auth_blocks",
			    "user_auth_message", "user_auth_required", "user_auth_url") },
	{ .name = "chat.update",
	  .required = WORDS("ts", "channel"),
	  .optional = WORDS("as_user", "attachments", "blocks", "file_ids", "link_names",
			    "markdown_text", "metadata", "parse", "reply_broadcast", "text",
			    "unfurled_attachments") },
	{ .name = "conversations.acceptSharedInvite",
	  .required = WORDS("channel_name"),
	  .optional = WORDS("channel_id", "free_trial_accepted", "invite_id", "is_private",
			    "team_id"),
	  .loose = true },
	{ .name = "conversations.approveSharedInvite",
	  .required = WORDS("invite_id"),
	  .optional = WORDS("target_team"),
	  .loose = true },
	{ .name = "conversations.archive", .required = WORDS("channel") },
	{ .name = "conversations.canvases.create",
	  .required = WORDS("channel_id"),
	  .optional = WORDS("document_content", "title"),
	  .loose = true },
	{ .name = "conversations.close", .required = WORDS("channel"), .loose = true },
	{ .name = "conversations.create",
	  .required = WORDS("name"),
	  .optional = WORDS("is_private", "team_id") },
	{ .name = "conversations.declineSharedInvite",
	  .required = WORDS("invite_id"),
	  .optional = WORDS("target_team"),
	  .loose = true },
	{ .name = "conversations.externalInvitePermissions.set",
	  .required = WORDS("action", "channel", "target_team"),
	  .loose = true },
	{ .name = "conversations.history",
	  .required = WORDS("channel"),
	  .optional = WORDS("cursor", "include_all_metadata", "inclusive", "latest", "limit",
			    "oldest") },
	{ .name = "conversations.info",
	  .required = WORDS("channel"),
	  .optional = WORDS("include_locale", "include_num_members") },
	{ .name = "conversations.invite",
	  .required = WORDS("channel", "users"),
	  .optional = WORDS("force") },
	{ .name = "conversations.inviteShared",
	  .required = WORDS("channel"),
	  .optional = WORDS("emails", "external_limited", "user_ids"),
	  .loose = true },
	{ .name = "conversations.join", .required = WORDS("channel") },
	{ .name = "conversations.kick", .required = WORDS("channel"), .optional = WORDS("user") },
	{ .name = "conversations.leave", .required = WORDS("channel") },
	{ .name = "conversations.list",
	  .optional = WORDS("cursor", "exclude_archived", "limit", "team_id", "types") },
	{ .name = "conversations.listConnectInvites",
	  .optional = WORDS("count", "cursor", "team_id"),
	  .loose = true },
	{ .name = "conversations.mark", .required = WORDS("channel", "ts") },
	{ .name = "conversations.members",
	  .required = WORDS("channel"),
	  .optional = WORDS("cursor", "limit") },
	{ .name = "conversations.open",
	  .optional = WORDS("channel", "prevent_creation", "return_im", "users"),
	  .one_of = WORDS("channel", "users") },
	{ .name = "conversations.rename", .required = WORDS("channel", "name"), .loose = true },
	{ .name = "conversations.replies",
	  .required = WORDS("channel", "ts"),
	  .optional = WORDS("cursor", "include_all_metadata", "inclusive", "latest", "limit",
			    "oldest") },
	{ .name = "conversations.requestSharedInvite.approve",
	  .required = WORDS("invite_id"),
	  .optional = WORDS("channel_id", "is_external_limited", "message"),
	  .loose = true },
	{ .name = "conversations.requestSharedInvite.deny",
	  .required = WORDS("invite_id"),
	  .optional = WORDS("message"),
	  .loose = true },
	{ .name = "conversations.requestSharedInvite.list",
	  .optional = WORDS("cursor", "include_approved", "include_denied", "include_expired",
			    "invite_ids", "limit", "user_id"),
	  .loose = true },
	{ .name = "conversations.setPurpose",
	  .required = WORDS("channel", "purpose"),
	  .loose = true },
	{ .name = "conversations.setTopic", .required = WORDS("channel", "topic") },
	{ .name = "conversations.unarchive", .required = WORDS("channel"), .loose = true },
	{ .name = "dialog.open", .required = WORDS("dialog", "trigger_id"), .loose = true },
	{ .name = "dnd.info", .optional = WORDS("team_id", "user") },
	{ .name = "dnd.teamInfo",
	  .required = WORDS("users"),
	  .optional = WORDS("team_id"),
	  .loose = true },
	{ .name = "emoji.list", .optional = WORDS("include_categories") },
	{ .name = "entity.presentDetails",
	  .required = WORDS("trigger_id"),
	  .optional = WORDS("error", "metadata", "user_auth_required", "user_auth_url"),
	  .loose = true },
	{ .name = "files.comments.delete", .required = WORDS("file", "id"), .loose = true },
	{ .name = "files.completeUploadExternal",
	  .required = WORDS("files"),
	  .optional = WORDS("blocks", "channel_id", "channels", "icon_emoji", "icon_url",
			    "initial_comment", "thread_ts", "username") },
	{ .name = "files.delete", .required = WORDS("file") },
	{ .name = "files.getUploadURLExternal",
	  .required = WORDS("length", "filename"),
	  .optional = WORDS("alt_txt", "snippet_type") },
	{ .name = "files.info",
	  .required = WORDS("file"),
	  .optional = WORDS("count", "cursor", "limit", "page") },
	{ .name = "files.list",
	  .optional = WORDS("channel", "count", "page", "show_files_hidden_by_limit", "team_id",
			    "ts_from", "ts_to", "types", "user") },
	{ .name = "files.remote.add",
	  .required = WORDS("external_id", "external_url", "title"),
	  .optional = WORDS("filetype", "indexable_file_contents", "preview_image"),
	  .loose = true },
	{ .name = "files.remote.info",
	  .optional = WORDS("external_id", "file"),
	  .one_of = WORDS("external_id", "file"),
	  .loose = true },
	{ .name = "files.remote.list",
	  .optional = WORDS("channel", "cursor", "limit", "ts_from", "ts_to"),
	  .loose = true },
	{ .name = "files.remote.remove",
	  .optional = WORDS("external_id", "file"),
	  .one_of = WORDS("external_id", "file"),
	  .loose = true },
	{ .name = "files.remote.share",
	  .required = WORDS("channels"),
	  .optional = WORDS("external_id", "file"),
	  .one_of = WORDS("external_id", "file"),
	  .loose = true },
	{ .name = "files.remote.update",
	  .optional = WORDS("external_id", "external_url", "file", "filetype",
			    "indexable_file_contents", "preview_image", "title"),
	  .loose = true },
	{ .name = "functions.completeError",
	  .required = WORDS("error", "function_execution_id"),
	  .loose = true },
	{ .name = "functions.completeSuccess",
	  .required = WORDS("function_execution_id", "outputs"),
	  .loose = true },
	{ .name = "pins.add", .required = WORDS("channel"), .optional = WORDS("timestamp") },
	{ .name = "pins.list", .required = WORDS("channel") },
	{ .name = "pins.remove", .required = WORDS("channel"), .optional = WORDS("timestamp") },
	{ .name = "reactions.add", .required = WORDS("name", "timestamp", "channel") },
	{ .name = "reactions.get",
	  .optional = WORDS("channel", "file", "file_comment", "full", "timestamp") },
	{ .name = "reactions.list",
	  .optional = WORDS("count", "cursor", "full", "limit", "page", "team_id", "user") },
	{ .name = "reactions.remove",
	  .required = WORDS("name"),
	  .optional = WORDS("channel", "file", "file_comment", "timestamp") },
	{ .name = "slackLists.access.delete",
	  .required = WORDS("list_id"),
	  .optional = WORDS("channel_ids", "user_ids"),
	  .loose = true },
	{ .name = "slackLists.access.set",
	  .required = WORDS("access_level", "list_id"),
	  .optional = WORDS("channel_ids", "user_ids"),
	  .loose = true },
	{ .name = "slackLists.create",
	  .required = WORDS("name"),
	  .optional = WORDS("copy_from_list_id", "description_blocks",
			    "include_copied_list_records", "schema", "todo_mode"),
	  .loose = true },
	{ .name = "slackLists.items.create",
	  .required = WORDS("list_id"),
	  .optional = WORDS("duplicated_item_id", "initial_fields", "parent_item_id"),
	  .loose = true },
	{ .name = "slackLists.items.delete", .required = WORDS("id", "list_id"), .loose = true },
	{ .name = "slackLists.items.deleteMultiple",
	  .required = WORDS("ids", "list_id"),
	  .loose = true },
	{ .name = "slackLists.items.info",
	  .required = WORDS("id", "list_id"),
	  .optional = WORDS("include_is_subscribed"),
	  .loose = true },
	{ .name = "slackLists.items.list",
	  .required = WORDS("list_id"),
	  .optional = WORDS("archived", "cursor", "limit"),
	  .loose = true },
	{ .name = "slackLists.items.update", .required = WORDS("cells", "list_id"), .loose = true },
	{ .name = "slackLists.update",
	  .required = WORDS("id"),
	  .optional = WORDS("description_blocks", "name", "todo_mode"),
	  .loose = true },
	{ .name = "team.billing.info", .loose = true },
	{ .name = "team.externalTeams.list",
	  .optional = WORDS("connection_status_filter", "cursor", "limit",
			    "slack_connect_pref_filter", "sort_direction", "sort_field",
			    "workspace_filter"),
	  .loose = true },
	{ .name = "team.info", .optional = WORDS("domain", "team") },
	{ .name = "team.preferences.list", .loose = true },
	{ .name = "team.profile.get", .optional = WORDS("visibility"), .loose = true },
	{ .name = "usergroups.create",
	  .required = WORDS("name"),
	  .optional = WORDS("additional_channels", "channels", "description", "enable_section",
			    "handle", "include_count", "team_id"),
	  .loose = true },
	{ .name = "usergroups.disable",
	  .required = WORDS("usergroup"),
	  .optional = WORDS("include_count", "team_id"),
	  .loose = true },
	{ .name = "usergroups.enable",
	  .required = WORDS("usergroup"),
	  .optional = WORDS("include_count", "team_id"),
	  .loose = true },
	{ .name = "usergroups.list",
	  .optional = WORDS("include_count", "include_disabled", "include_users", "team_id") },
	{ .name = "usergroups.update",
	  .required = WORDS("usergroup"),
	  .optional = WORDS("additional_channels", "channels", "description", "enable_section",
			    "handle", "include_count", "name", "team_id"),
	  .loose = true },
	{ .name = "usergroups.users.list",
	  .required = WORDS("usergroup"),
	  .optional = WORDS("include_disabled", "team_id") },
	{ .name = "usergroups.users.update",
	  .required = WORDS("usergroup", "users"),
	  .optional = WORDS("additional_channels", "include_count", "is_shared", "team_id") },
	{ .name = "users.conversations",
	  .optional = WORDS("cursor", "exclude_archived", "exclude_muted", "limit", "team_id",
			    "types", "user") },
	{ .name = "users.discoverableContacts.lookup", .required = WORDS("email"), .loose = true },
	{ .name = "users.getPresence", .optional = WORDS("user") },
	{ .name = "users.info", .required = WORDS("user"), .optional = WORDS("include_locale") },
	{ .name = "users.list", .optional = WORDS("cursor", "include_locale", "limit", "team_id") },
	{ .name = "users.lookupByEmail", .required = WORDS("email") },
	{ .name = "users.profile.get", .optional = WORDS("include_labels", "user") },
	{ .name = "users.setPresence", .required = WORDS("presence") },
	{ .name = "views.open",
	  .required = WORDS("view"),
	  .optional = WORDS("interactivity_pointer", "trigger_id") },
	{ .name = "views.publish",
	  .required = WORDS("user_id", "view"),
	  .optional = WORDS("hash", "interactivity_pointer") },
	{ .name = "views.push",
	  .required = WORDS("view"),
	  .optional = WORDS("interactivity_pointer", "trigger_id") },
	{ .name = "views.update",
	  .required = WORDS("view"),
	  .optional = WORDS("external_id", "hash", "view_id"),
	  .one_of = WORDS("view_id", "external_id") },
	{ .name = "workflows.triggers.permissions.add",
	  .required = WORDS("trigger_id"),
	  .optional = WORDS("channel_ids", "org_ids", "team_ids", "user_ids"),
	  .loose = true },
	{ .name = "workflows.triggers.permissions.list",
	  .required = WORDS("trigger_id"),
	  .loose = true },
	{ .name = "workflows.triggers.permissions.remove",
	  .required = WORDS("trigger_id"),
	  .optional = WORDS("channel_ids", "org_ids", "team_ids", "user_ids"),
	  .loose = true },
	{ .name = "workflows.triggers.permissions.set",
	  .required = WORDS("permission_type", "trigger_id"),
	  .optional = WORDS("channel_ids", "org_ids", "team_ids", "user_ids"),
	  .loose = true },
};

/* ---- what is refused ---- */

#define NEEDS_USER "it needs the token of a person, and the bot has one of its own kind"
#define NEEDS_ADMIN "it needs the token of somebody who administers the whole organisation"
#define OWN_AFFAIR "the connection to Slack is the program's own affair"
#define IS_RETIRED "Slack has retired it; see the methods that begin with conversations."

/* A name that ends in a dot stands for all that begin with it. */
static const struct {
	const char *name;
	const char *why;
} forbidden[] = {
	{ "admin.", NEEDS_ADMIN },
	{ "apps.", OWN_AFFAIR },
	{ "auth.revoke", "it would take the bot's own token away" },
	{ "channels.", IS_RETIRED },
	{ "dnd.endDnd", NEEDS_USER },
	{ "dnd.endSnooze", NEEDS_USER },
	{ "dnd.setSnooze", NEEDS_USER },
	{ "files.revokePublicURL", NEEDS_USER },
	{ "files.sharedPublicURL", NEEDS_USER },
	{ "files.upload", "Slack has retired it; see files.getUploadURLExternal" },
	{ "groups.", IS_RETIRED },
	{ "im.", IS_RETIRED },
	{ "migration.", "it is for moving a whole organisation" },
	{ "mpim.", IS_RETIRED },
	{ "oauth.", "it is part of installing an app and answers with tokens" },
	{ "openid.", "it is part of signing people in and answers with tokens" },
	{ "reminders.", NEEDS_USER },
	{ "rtm.", OWN_AFFAIR },
	{ "search.", NEEDS_USER },
	{ "stars.", NEEDS_USER },
	{ "team.accessLogs", NEEDS_USER },
	{ "team.billableInfo", NEEDS_USER },
	{ "team.integrationLogs", NEEDS_USER },
	{ "tooling.", "it answers with a developer's tokens" },
	{ "users.deletePhoto", NEEDS_USER },
	{ "users.identity", NEEDS_USER },
	{ "users.profile.set", NEEDS_USER },
	{ "users.setPhoto", NEEDS_USER },
};

static const char *why_forbidden(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		struct str row = str_from(forbidden[i].name);

		if (str_ends(row, ".") ? str_starts(name, row.p) : str_eq(name, row))
			return forbidden[i].why;
	}
	return NULL;
}

/* ---- finding ---- */

const char *webapi_name_at(size_t i)
{
	return i < ARRAY_LEN(methods) ? methods[i].name : NULL;
}

static const char *name_at(const void *table, size_t i)
{
	(void)table;
	return webapi_name_at(i);
}

int webapi_find(const struct webapi **out, struct str name, const char **why)
{
	const char *reason = why_forbidden(name);

	*out = NULL;
	if (why != NULL)
		*why = reason;
	if (reason != NULL)
		return WEBAPI_FORBIDDEN;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (str_is(name, methods[i].name))
			*out = &methods[i];
	}
	return *out != NULL ? 0 : WEBAPI_UNKNOWN;
}

static bool is_word(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z'))
			return false;
	}
	return s.len > 0;
}

bool webapi_is_name(struct str s)
{
	size_t n_words = 0;
	struct str word;

	if (s.len > NAME_MAX_LEN)
		return false;
	while (str_cut(&s, '.', &word)) {
		if (!is_word(word))
			return false;
		n_words++;
	}
	return n_words >= 2;
}

/* ---- arguments ---- */

struct call {
	const struct webapi *method;
	const struct json *args;
	struct place at;
	struct diag *diag;
	size_t n_told; /* unknown names */
	bool bad;
};

static size_t n_words(const char *const *list)
{
	size_t n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	return n;
}

/* The arguments of a method one after the other: those required, then the others. */
static const char *argument_at(const void *table, size_t i)
{
	const struct webapi *m = table;
	size_t n_required = n_words(m->required);

	if (i < n_required)
		return m->required[i];
	i -= n_required;
	return i < n_words(m->optional) ? m->optional[i] : NULL;
}

static bool takes(const struct webapi *m, struct str name)
{
	const char *known;

	for (size_t i = 0; (known = argument_at(m, i)) != NULL; i++) {
		if (str_is(name, known))
			return true;
	}
	return m->any;
}

static void refuse_name(struct call *c, struct str name)
{
	const char *nearest = str_nearest(name, argument_at, c->method);
	const char *method = c->method->name;

	if (nearest != NULL)
		diag_error(c->diag, c->at, "%s has no argument `%.*s`; did you mean `%s`?", method,
			   STR_ARG(name), nearest);
	else
		diag_error(c->diag, c->at, "%s has no argument `%.*s`", method, STR_ARG(name));
}

static void check_name(struct call *c, struct str name)
{
	bool is_token = str_is(name, "token");

	if (takes(c->method, name) && !is_token)
		return;
	if (c->method->loose && !is_token) {
		if (c->n_told++ >= TOLD_MAX)
			return;
		diag_warn(c->diag, c->at, "%s: it is not known whether it takes `%.*s`",
			  c->method->name, STR_ARG(name));
		return;
	}
	c->bad = true;
	if (c->n_told++ >= TOLD_MAX)
		return;
	if (is_token)
		diag_error(c->diag, c->at, "%s: leave out `token`; the bot's own is used",
			   c->method->name);
	else
		refuse_name(c, name);
}

static bool is_given(const struct call *c, const char *name)
{
	return json_kind(json_at(c->args, name)) != JSON_NULL;
}

static void check_required(struct call *c)
{
	size_t n = n_words(c->method->required);

	for (size_t i = 0; i < n; i++) {
		if (is_given(c, c->method->required[i]))
			continue;
		c->bad = true;
		diag_error(c->diag, c->at, "%s needs the argument `%s`", c->method->name,
			   c->method->required[i]);
	}
}

static void check_one_of(struct call *c)
{
	CLEANUP(buf_deinit) struct buf names = { 0 };
	size_t n = n_words(c->method->one_of);

	buf_init(&names, 0);
	for (size_t i = 0; i < n; i++) {
		if (is_given(c, c->method->one_of[i]))
			return;
		buf_addf(&names, "%s`%s`", i > 0 ? ", " : "", c->method->one_of[i]);
	}
	if (n == 0)
		return;
	c->bad = true;
	diag_error(c->diag, c->at, "%s needs one of the arguments %.*s", c->method->name,
		   STR_ARG(buf_str(&names)));
}

/* Slack takes these as JSON within a text too. Whatever is inserted into such a text would become JSON of Slack's; in
 * JSON that is written as such it stays within its string. */
static bool is_json(struct str name)
{
	static const char *const names[] = {
		"attachments", "blocks",  "chunks", "files",   "metadata",
		"prefs",       "profile", "source", "unfurls", "user_auth_blocks",
		"view"
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_is(name, names[i]))
			return true;
	}
	return false;
}

static bool check_values(struct str method, const struct json *args, struct place at,
			 struct diag *diag)
{
	struct json *value;
	bool good = true;
	struct str name;
	size_t walk = 0;

	while (json_member(args, &walk, &name, &value)) {
		if (!is_json(name) || json_kind(value) != JSON_STRING ||
		    str_find_char(json_str(value, ""), '{') == SIZE_MAX)
			continue;
		good = false;
		diag_error(
			diag, at,
			"`%.*s` of %.*s is JSON in quotes; write the JSON itself, without the quotes around it",
			STR_ARG(name), STR_ARG(method));
	}
	return good;
}

static bool check_args(const struct webapi *m, const struct json *args, struct place at,
		       struct diag *diag)
{
	struct call c = { .method = m, .args = args, .at = at, .diag = diag };
	const struct json *blocks = json_at(args, "blocks");
	bool good_blocks = true;
	struct json *value;
	struct str name;
	size_t walk = 0;

	while (json_member(args, &walk, &name, &value))
		check_name(&c, name);
	check_required(&c);
	check_one_of(&c);
	if (json_kind(blocks) == JSON_ARRAY && takes(m, STR("blocks")) && !m->any)
		good_blocks = blockkit_check(blocks, at, diag);
	return !c.bad && good_blocks;
}

/* ---- the method ---- */

static bool meet_stranger(struct str method, struct place at, struct diag *diag)
{
	const char *nearest = str_nearest(method, name_at, NULL);

	if (nearest != NULL)
		diag_error(diag, at, "unknown method `%.*s`; did you mean `%s`?", STR_ARG(method),
			   nearest);
	else
		diag_warn(
			diag, at,
			"unknown method `%.*s`: it is called as it stands, its arguments unchecked",
			STR_ARG(method));
	return nearest == NULL;
}

bool webapi_check(struct str method, const struct json *args, struct place at, struct diag *diag)
{
	const struct webapi *m;
	const char *why;
	bool good;
	int found;

	if (!webapi_is_name(method)) {
		diag_error(diag, at, "seen `%.*s`, wanted a method such as chat.postMessage",
			   STR_ARG(method));
		return false;
	}
	found = webapi_find(&m, method, &why);
	if (found == WEBAPI_FORBIDDEN) {
		diag_error(diag, at, "a rule may not call %.*s: %s", STR_ARG(method), why);
		return false;
	}
	if (json_kind(args) != JSON_OBJECT) {
		diag_error(
			diag, at,
			"%.*s: wanted its arguments as { \"name\": \"value\", … }; { } when there "
			"are none",
			STR_ARG(method));
		return false;
	}
	good = check_values(method, args, at, diag);
	good &= found == 0 ? check_args(m, args, at, diag) : meet_stranger(method, at, diag);
	return good;
}
