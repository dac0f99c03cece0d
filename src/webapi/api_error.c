/* SPDX-License-Identifier: MIT */
#include "webapi/api_error.h"

#include "base/mem.h"

enum { DEFAULT_WAIT_MS = 30000, MIN_WAIT_MS = 1000, MAX_WAIT_S = 3600, DETAILS_MAX = 3 };

/* ---- Slack's error codes ---- */

#define NEW_TOKEN \
	"the token is not valid; copy it again from the app's settings at api.slack.com/apps"
#define INSTALL_AGAIN "install the app in the workspace again and use the token it then shows"
#define ASK_ADMIN "ask an administrator of the workspace"

/* Codes that are not here are refusals. A hint says what is the matter or what to do. */
static const struct error_row {
	const char *code;
	enum outcome_kind kind;
	const char *hint;
} errors[] = {
	{ "invalid_auth", OUTCOME_FATAL, NEW_TOKEN },
	{ "invalid_token", OUTCOME_FATAL, NEW_TOKEN },
	{ "bad_token", OUTCOME_FATAL, NEW_TOKEN },
	{ "not_authed", OUTCOME_FATAL, "no token reached Slack; set SLACK_BOT_TOKEN" },
	{ "missing_args", OUTCOME_FATAL, "no token reached Slack" },
	{ "account_inactive", OUTCOME_FATAL,
	  "the token's account or app was switched off; " INSTALL_AGAIN },
	{ "token_revoked", OUTCOME_FATAL, "the token was revoked; " INSTALL_AGAIN },
	{ "token_expired", OUTCOME_FATAL,
	  "the token has expired and retort cannot renew tokens; switch token rotation off for the app" },
	{ "user_removed_from_team", OUTCOME_FATAL,
	  "the token's user was removed from the workspace; " INSTALL_AGAIN },
	{ "team_disabled", OUTCOME_FATAL, "the workspace was switched off" },
	{ "not_allowed_token_type", OUTCOME_FATAL,
	  "this is the wrong kind of token for the method: SLACK_BOT_TOKEN begins with xoxb-, SLACK_APP_TOKEN "
	  "with xapp-" },
	{ "two_factor_setup_required", OUTCOME_FATAL,
	  "the token's user must set up two-factor authentication first" },
	{ "accesslimited", OUTCOME_FATAL,
	  "the organisation limits from where Slack may be used; " ASK_ADMIN },
	{ "forbidden_team", OUTCOME_FATAL, "the workspace does not allow this app; " ASK_ADMIN },
	{ "enterprise_is_restricted", OUTCOME_FATAL,
	  "the organisation does not allow this; " ASK_ADMIN },
	{ "team_access_not_granted", OUTCOME_FATAL,
	  "the app has not been let into this workspace; " ASK_ADMIN },
	{ "is_bot", OUTCOME_FATAL, "the method is not for bots" },

	{ "ratelimited", OUTCOME_LATER, NULL },
	{ "rate_limited", OUTCOME_LATER, NULL },

	{ "team_added_to_org", OUTCOME_LATER, "the workspace is being moved into an organisation" },
	{ "org_login_required", OUTCOME_LATER,
	  "the workspace is being moved into an organisation" },
	{ "migration_in_progress", OUTCOME_LATER, "the workspace is being moved within Slack" },
	{ "external_channel_migrating", OUTCOME_LATER, "the channel is being moved within Slack" },

	{ "internal_error", OUTCOME_UNKNOWN, "Slack has trouble of its own" },
	{ "fatal_error", OUTCOME_UNKNOWN, "Slack has trouble of its own" },
	{ "service_unavailable", OUTCOME_UNKNOWN, "Slack has trouble of its own" },
	{ "request_timeout", OUTCOME_UNKNOWN, "Slack took too long to read the request" },

	{ "already_reacted", OUTCOME_DONE, NULL },
	{ "no_reaction", OUTCOME_DONE, NULL },
	{ "no_pin", OUTCOME_DONE, NULL },
	{ "not_pinned", OUTCOME_DONE, NULL },
	{ "already_archived", OUTCOME_DONE, NULL },
	{ "not_archived", OUTCOME_DONE, NULL },
	{ "already_in_channel", OUTCOME_DONE, NULL },
	{ "already_pinned", OUTCOME_DONE, NULL },
	{ "no_op", OUTCOME_DONE, NULL },
	{ "already_open", OUTCOME_DONE, NULL },

	{ "missing_scope", OUTCOME_REFUSED, "the token lacks a scope" },
	{ "no_permission", OUTCOME_REFUSED, "the token does not allow this" },
	{ "channel_not_found", OUTCOME_REFUSED,
	  "there is no such channel, or the bot is not in it" },
	{ "not_in_channel", OUTCOME_REFUSED, "the bot is not in the channel; /invite it there" },
	{ "is_archived", OUTCOME_REFUSED, "the channel is archived" },
	{ "is_inactive", OUTCOME_REFUSED, "the channel is frozen" },
	{ "msg_too_long", OUTCOME_REFUSED, "the message is too long" },
	{ "no_text", OUTCOME_REFUSED, "the message is empty" },
	{ "message_limit_exceeded", OUTCOME_REFUSED,
	  "the workspace has used up its messages; nothing can be posted for some hours" },
	{ "restricted_action", OUTCOME_REFUSED, "the workspace's settings forbid it; " ASK_ADMIN },
	{ "restricted_action_read_only_channel", OUTCOME_REFUSED, "the channel is read-only" },
	{ "restricted_action_thread_only_channel", OUTCOME_REFUSED,
	  "the channel takes threads only" },
	{ "restricted_action_non_threadable_channel", OUTCOME_REFUSED,
	  "the channel has no threads" },
	{ "restricted_action_thread_locked", OUTCOME_REFUSED, "the thread is locked" },
	{ "cannot_reply_to_message", OUTCOME_REFUSED, "this kind of message has no thread" },
	{ "messages_tab_disabled", OUTCOME_REFUSED,
	  "the app takes no direct messages; switch its Messages Tab on under App Home" },
	{ "message_not_found", OUTCOME_REFUSED, "the message is gone" },
	{ "thread_not_found", OUTCOME_REFUSED, "the thread is gone" },
	{ "cant_update_message", OUTCOME_REFUSED,
	  "only the bot's own messages can be changed, and none that only one person sees" },
	{ "cant_delete_message", OUTCOME_REFUSED,
	  "only the bot's own messages can be deleted, and none that only one person sees" },
	{ "edit_window_closed", OUTCOME_REFUSED,
	  "the workspace does not allow messages this old to be changed" },
	{ "update_failed", OUTCOME_REFUSED, "Slack could not change the message" },
	{ "invalid_blocks", OUTCOME_REFUSED, "the blocks are not what Slack understands" },
	{ "invalid_blocks_format", OUTCOME_REFUSED, "the blocks are no JSON array of objects" },
	{ "msg_blocks_too_long", OUTCOME_REFUSED, "the blocks hold too much text" },
	{ "invalid_attachments", OUTCOME_REFUSED,
	  "the attachments are not what Slack understands" },
	{ "too_many_attachments", OUTCOME_REFUSED, "a message has at most 100 attachments" },
	{ "markdown_text_conflict", OUTCOME_REFUSED,
	  "markdown_text cannot stand beside text or blocks" },
	{ "invalid_arguments", OUTCOME_REFUSED, "the arguments are not what the method wants" },
	{ "invalid_arg_name", OUTCOME_REFUSED, "the method knows no such argument" },
	{ "missing_argument", OUTCOME_REFUSED, "an argument that the method needs is missing" },
	{ "bad_timestamp", OUTCOME_REFUSED, "this is no ts of a message" },
	{ "time_in_past", OUTCOME_REFUSED, "the time is over" },
	{ "time_too_far", OUTCOME_REFUSED, "the time is too far away" },
	{ "not_reactable", OUTCOME_REFUSED, "nobody can react to this" },
	{ "not_pinnable", OUTCOME_REFUSED, "this cannot be pinned" },
	{ "too_many_pins", OUTCOME_REFUSED, "the channel has as many pins as it may have" },
	{ "method_not_supported_for_channel_type", OUTCOME_REFUSED,
	  "the method is not for this kind of channel" },
	{ "name_taken", OUTCOME_REFUSED, "there is a channel of this name already" },
	{ "users_not_found", OUTCOME_REFUSED, "there is no such person" },
	{ "no_such_subteam", OUTCOME_REFUSED, "there is no such user group" },
	{ "plan_upgrade_required", OUTCOME_REFUSED, "the workspace's plan does not offer this" },
	{ "invalid_trigger_id", OUTCOME_REFUSED, "this is no trigger of this app" },
	{ "expired_trigger_id", OUTCOME_REFUSED, "a trigger is good for three seconds" },
	{ "exchanged_trigger_id", OUTCOME_REFUSED, "a trigger is good for one call" },
	{ "user_not_found", OUTCOME_REFUSED, "there is no such person" },
	{ "user_not_in_channel", OUTCOME_REFUSED, "the person is not in the channel" },
	{ "invalid_name", OUTCOME_REFUSED, "there is no such emoji" },
	{ "too_many_reactions", OUTCOME_REFUSED,
	  "the message has as many reactions as it may have" },
	{ "too_many_emoji", OUTCOME_REFUSED, "the message has as many emoji as it may have" },
	{ "thread_locked", OUTCOME_REFUSED, "the thread is locked" },
	{ "unknown_method", OUTCOME_REFUSED,
	  "the server does not know the method; SLACK_API_URL normally is https://slack.com/api/" },
	{ "method_deprecated", OUTCOME_REFUSED, "Slack has retired the method" },
};

/* Where a method makes a code mean more than it says. */
static const struct {
	const char *method, *code, *hint;
} special_hints[] = {
	{ "rtm.connect", "not_allowed_token_type",
	  "this token belongs to a new-style app: use Socket Mode (set SLACK_APP_TOKEN to an xapp- token)" },
	{ "rtm.start", "not_allowed_token_type",
	  "this token belongs to a new-style app: use Socket Mode (set SLACK_APP_TOKEN to an xapp- token)" },
	{ "rtm.start", "method_deprecated",
	  "Slack wants rtm.connect here: use --rtm-method connect" },
	{ "rtm.start", "rtm_connect_required",
	  "Slack wants rtm.connect here: use --rtm-method connect" },
	{ "apps.connections.open", "not_allowed_token_type",
	  "this is no app-level token; make one with the scope connections:write (it begins with xapp-)" },
};

static const struct error_row *error_row(struct str error)
{
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		if (str_is(error, errors[i].code))
			return &errors[i];
	}
	return NULL;
}

static enum outcome_kind kind_of(struct str error)
{
	const struct error_row *row = error_row(error);

	return row != NULL ? row->kind : OUTCOME_REFUSED;
}

static bool is_limit(struct str error)
{
	return str_is(error, "ratelimited") || str_is(error, "rate_limited");
}

bool api_error_is_moving(struct str error)
{
	return kind_of(error) == OUTCOME_LATER && !is_limit(error);
}

bool api_error_wants_team(const struct outcome *outcome)
{
	const struct json *messages = json_at(outcome->body, "response_metadata.messages");
	size_t n = json_kind(messages) == JSON_ARRAY ? json_len(messages) : 0;

	if (!str_is(outcome->error, "missing_argument"))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (str_find(json_str(json_item(messages, i), ""), "team_id") != SIZE_MAX)
			return true;
	}
	return n == 0;
}

static bool is_any_of(struct str text, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is(text, texts[i]))
			return true;
	}
	return false;
}

/* Some fatal codes mean the place or the method no less than the token: one channel or one workspace that is closed to
 * the app must not stop a bot which can do all else. Only what the bot cannot live without is told of the token. */
static bool is_only_this_call(struct str error, const char *method)
{
	static const char *const codes[] = { "not_allowed_token_type",
					     "is_bot",
					     "missing_args",
					     "enterprise_is_restricted",
					     "team_access_not_granted",
					     "forbidden_team",
					     "accesslimited" };
	static const char *const vital[] = { "auth.test", "apps.connections.open", "rtm.connect",
					     "rtm.start" };

	return is_any_of(error, codes, ARRAY_LEN(codes)) &&
	       !is_any_of(str_from(method), vital, ARRAY_LEN(vital));
}

static enum outcome_kind kind_for(struct str error, const char *method)
{
	return is_only_this_call(error, method) ? OUTCOME_REFUSED : kind_of(error);
}

/* Slack says so in a header, and here and there in the body instead; at most an hour. Nothing or nonsense gives 30 s. */
static int64_t retry_after_ms(struct str header, const struct json *body)
{
	int64_t seconds;

	if ((!str_int(str_trim(header), &seconds) || seconds < 0) &&
	    (!json_get_int(body, "retry_after", &seconds) || seconds < 0))
		return DEFAULT_WAIT_MS;
	return (seconds > MAX_WAIT_S ? MAX_WAIT_S : seconds) * 1000;
}

/* ---- sentences ---- */

static const char *hint_for(struct str error, const char *method)
{
	const struct error_row *row = error_row(error);

	for (size_t i = 0; i < ARRAY_LEN(special_hints); i++) {
		if (str_is(error, special_hints[i].code) &&
		    str_is(str_from(method), special_hints[i].method))
			return special_hints[i].hint;
	}
	return row != NULL && row->hint != NULL ? row->hint : "Slack refuses";
}

static void add_needed_scope(struct outcome *out)
{
	struct str needed = json_str(out->body, "needed");

	if (str_is(out->error, "missing_scope") && needed.len > 0)
		buf_addf(&out->text, "; add %.*s in the app's settings and install it again",
			 STR_ARG(needed));
}

/* What exactly is wrong with the arguments, as Slack puts it. */
static void add_details(struct outcome *out)
{
	const struct json *messages = json_at(out->body, "response_metadata.messages");
	size_t n = json_kind(messages) == JSON_ARRAY ? json_len(messages) : 0;

	for (size_t i = 0; i < n && i < DETAILS_MAX; i++) {
		CLEANUP(buf_deinit) struct buf quoted = { 0 };

		json_print(json_item(messages, i), &quoted);
		buf_addf(&out->text, "; %.*s", STR_ARG(buf_str(&quoted)));
	}
}

static void explain_error(struct outcome *out, const char *method)
{
	buf_addf(&out->text, "%s: %s (%.*s)", method, hint_for(out->error, method),
		 STR_ARG(out->error));
	add_needed_scope(out);
	add_details(out);
}

/* ---- the reply ---- */

static void judge(struct outcome *out, enum outcome_kind kind, const char *method, const char *what,
		  int status)
{
	out->kind = kind;
	buf_addf(&out->text, "%s: %s", method, what);
	if (status != 0)
		buf_addf(&out->text, " (HTTP %d)", status);
}

static void judge_limited(struct outcome *out, const struct http_reply *reply, const char *method)
{
	const int64_t ms = retry_after_ms(reply->retry_after, out->body);

	out->error = STR("ratelimited");
	out->wait_ms = ms > MIN_WAIT_MS ? ms : MIN_WAIT_MS; /* "at once" brings the same again */
	judge(out, OUTCOME_LATER, method, "Slack wants fewer calls", 0);
}

/* A proxy that starts late sends to its login or forbids all; that passes like an outage. Slack itself does neither. */
static bool is_in_the_way(int status)
{
	return status == 403 || (status >= 300 && status < 400);
}

/* Something between us and Slack's application answered: a page of HTML, half an answer, nothing. */
static void judge_no_json(struct outcome *out, const struct http_reply *reply, const char *method)
{
	if (reply->status >= 500)
		judge(out, OUTCOME_UNKNOWN, method, "Slack has trouble of its own", reply->status);
	else if (reply->status == 408) /* Slack's edge says so when it is overloaded */
		judge(out, OUTCOME_UNKNOWN, method, "Slack took too long to read the request",
		      reply->status);
	else if (reply->status >= 300)
		judge(out, is_in_the_way(reply->status) ? OUTCOME_UNKNOWN : OUTCOME_REFUSED, method,
		      "this is not Slack answering; check SLACK_API_URL and the proxy",
		      reply->status);
	else
		judge(out, OUTCOME_UNKNOWN, method, "the answer makes no sense", reply->status);
}

static void judge_json(struct outcome *out, const struct http_reply *reply, const char *method)
{
	out->kind = kind_for(out->error, method);
	if (out->kind == OUTCOME_LATER && is_limit(out->error)) {
		judge_limited(out, reply, method);
		return;
	}
	/* An outage may speak JSON as well, with codes of its own. */
	if (out->kind == OUTCOME_REFUSED && reply->status >= 500)
		out->kind = OUTCOME_UNKNOWN;
	if (out->kind != OUTCOME_DONE)
		explain_error(out, method);
}

static void judge_answer(struct outcome *out, const struct http_reply *reply, const char *method)
{
	bool ok = true;

	if (reply->retry_after.len > 0)
		out->wait_ms = retry_after_ms(reply->retry_after, NULL);
	if (reply->status == 429) {
		judge_limited(out, reply, method);
		return;
	}
	out->error = json_str(out->body, "error");
	if (json_get_bool(out->body, "ok", &ok) && out->error.len > 0) {
		out->channel = json_str(out->body, "channel");
		out->ts = json_str(out->body, "ts");
		judge_json(out, reply, method);
	} else {
		out->error = STR_EMPTY;
		json_free(TAKE(out->body));
		judge_no_json(out, reply, method);
	}
}

void api_error_judge(struct outcome *out, const struct http_reply *reply, const char *method)
{
	buf_init(&out->text, 0);
	if (reply->end == OUTCOME_DONE)
		judge_answer(out, reply, method);
	else
		judge(out, reply->end, method, reply->why != NULL ? reply->why : "no answer", 0);
	buf_addc(&out->text, '\0');
	out->sentence = out->text.p;
}
