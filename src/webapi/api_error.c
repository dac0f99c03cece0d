/* SPDX-License-Identifier: MIT */
#include "webapi/api_error.h"

#include "base/mem.h"

enum { DEFAULT_WAIT_MS = 30000, MAX_WAIT_S = 3600, DETAILS_MAX = 3 };

/* ---- Slack's error codes ---- */

#define NEW_TOKEN \
	"the token is not valid; copy it again from the app's settings at api.slack.com/apps"
#define INSTALL_AGAIN "install the app in the workspace again and use the token it then shows"
#define ASK_ADMIN "ask an administrator of the workspace"

/* Codes that are not here are refusals. A hint says what is the matter or what to do. */
static const struct error_row {
	const char *code;
	enum verdict_kind kind;
	const char *hint;
} errors[] = {
	{ "invalid_auth", VERDICT_FATAL, NEW_TOKEN },
	{ "invalid_token", VERDICT_FATAL, NEW_TOKEN },
	{ "bad_token", VERDICT_FATAL, NEW_TOKEN },
	{ "not_authed", VERDICT_FATAL, "no token reached Slack; set SLACK_BOT_TOKEN" },
	{ "missing_args", VERDICT_FATAL, "no token reached Slack" },
	{ "account_inactive", VERDICT_FATAL,
	  "the token's account or app was switched off; " INSTALL_AGAIN },
	{ "token_revoked", VERDICT_FATAL, "the token was revoked; " INSTALL_AGAIN },
	{ "token_expired", VERDICT_FATAL,
	  "the token has expired and retort cannot renew tokens; switch token rotation off for the app" },
	{ "user_removed_from_team", VERDICT_FATAL,
	  "the token's user was removed from the workspace; " INSTALL_AGAIN },
	{ "team_disabled", VERDICT_FATAL, "the workspace was switched off" },
	{ "not_allowed_token_type", VERDICT_FATAL,
	  "this is the wrong kind of token for the method: SLACK_BOT_TOKEN begins with xoxb-, SLACK_APP_TOKEN "
	  "with xapp-" },
	{ "two_factor_setup_required", VERDICT_FATAL,
	  "the token's user must set up two-factor authentication first" },
	{ "accesslimited", VERDICT_FATAL,
	  "the organisation limits from where Slack may be used; " ASK_ADMIN },
	{ "forbidden_team", VERDICT_FATAL, "the workspace does not allow this app; " ASK_ADMIN },
	{ "enterprise_is_restricted", VERDICT_FATAL,
	  "the organisation does not allow this; " ASK_ADMIN },
	{ "team_access_not_granted", VERDICT_FATAL,
	  "the app has not been let into this workspace; " ASK_ADMIN },
	{ "is_bot", VERDICT_FATAL, "the method is not for bots" },

	{ "ratelimited", VERDICT_LIMITED, NULL },
	{ "rate_limited", VERDICT_LIMITED, NULL },

	{ "team_added_to_org", VERDICT_MOVING,
	  "the workspace is being moved into an organisation" },
	{ "org_login_required", VERDICT_MOVING,
	  "the workspace is being moved into an organisation" },
	{ "migration_in_progress", VERDICT_MOVING, "the workspace is being moved within Slack" },
	{ "external_channel_migrating", VERDICT_MOVING, "the channel is being moved within Slack" },

	{ "internal_error", VERDICT_UNSURE, "Slack has trouble of its own" },
	{ "fatal_error", VERDICT_UNSURE, "Slack has trouble of its own" },
	{ "service_unavailable", VERDICT_UNSURE, "Slack has trouble of its own" },
	{ "request_timeout", VERDICT_UNSURE, "Slack took too long to read the request" },

	{ "already_reacted", VERDICT_OK, NULL },
	{ "no_reaction", VERDICT_OK, NULL },
	{ "no_pin", VERDICT_OK, NULL },
	{ "not_pinned", VERDICT_OK, NULL },
	{ "already_archived", VERDICT_OK, NULL },
	{ "not_archived", VERDICT_OK, NULL },
	{ "already_in_channel", VERDICT_OK, NULL },
	{ "already_pinned", VERDICT_OK, NULL },
	{ "no_op", VERDICT_OK, NULL },
	{ "already_open", VERDICT_OK, NULL },

	{ "missing_scope", VERDICT_REFUSED, "the token lacks a scope" },
	{ "no_permission", VERDICT_REFUSED, "the token does not allow this" },
	{ "channel_not_found", VERDICT_REFUSED,
	  "there is no such channel, or the bot is not in it" },
	{ "not_in_channel", VERDICT_REFUSED, "the bot is not in the channel; /invite it there" },
	{ "is_archived", VERDICT_REFUSED, "the channel is archived" },
	{ "is_inactive", VERDICT_REFUSED, "the channel is frozen" },
	{ "msg_too_long", VERDICT_REFUSED, "the message is too long" },
	{ "no_text", VERDICT_REFUSED, "the message is empty" },
	{ "message_limit_exceeded", VERDICT_REFUSED,
	  "the workspace has used up its messages; nothing can be posted for some hours" },
	{ "restricted_action", VERDICT_REFUSED, "the workspace's settings forbid it; " ASK_ADMIN },
	{ "restricted_action_read_only_channel", VERDICT_REFUSED, "the channel is read-only" },
	{ "restricted_action_thread_only_channel", VERDICT_REFUSED,
	  "the channel takes threads only" },
	{ "restricted_action_non_threadable_channel", VERDICT_REFUSED,
	  "the channel has no threads" },
	{ "restricted_action_thread_locked", VERDICT_REFUSED, "the thread is locked" },
	{ "cannot_reply_to_message", VERDICT_REFUSED, "this kind of message has no thread" },
	{ "messages_tab_disabled", VERDICT_REFUSED,
	  "the app takes no direct messages; switch its Messages Tab on under App Home" },
	{ "message_not_found", VERDICT_REFUSED, "the message is gone" },
	{ "thread_not_found", VERDICT_REFUSED, "the thread is gone" },
	{ "cant_update_message", VERDICT_REFUSED,
	  "only the bot's own messages can be changed, and none that only one person sees" },
	{ "cant_delete_message", VERDICT_REFUSED,
	  "only the bot's own messages can be deleted, and none that only one person sees" },
	{ "edit_window_closed", VERDICT_REFUSED,
	  "the workspace does not allow messages this old to be changed" },
	{ "update_failed", VERDICT_REFUSED, "Slack could not change the message" },
	{ "invalid_blocks", VERDICT_REFUSED, "the blocks are not what Slack understands" },
	{ "invalid_blocks_format", VERDICT_REFUSED, "the blocks are no JSON array of objects" },
	{ "msg_blocks_too_long", VERDICT_REFUSED, "the blocks hold too much text" },
	{ "invalid_attachments", VERDICT_REFUSED,
	  "the attachments are not what Slack understands" },
	{ "too_many_attachments", VERDICT_REFUSED, "a message has at most 100 attachments" },
	{ "markdown_text_conflict", VERDICT_REFUSED,
	  "markdown_text cannot stand beside text or blocks" },
	{ "invalid_arguments", VERDICT_REFUSED, "the arguments are not what the method wants" },
	{ "invalid_arg_name", VERDICT_REFUSED, "the method knows no such argument" },
	{ "missing_argument", VERDICT_REFUSED, "an argument that the method needs is missing" },
	{ "bad_timestamp", VERDICT_REFUSED, "this is no ts of a message" },
	{ "time_in_past", VERDICT_REFUSED, "the time is over" },
	{ "time_too_far", VERDICT_REFUSED, "the time is too far away" },
	{ "not_reactable", VERDICT_REFUSED, "nobody can react to this" },
	{ "not_pinnable", VERDICT_REFUSED, "this cannot be pinned" },
	{ "too_many_pins", VERDICT_REFUSED, "the channel has as many pins as it may have" },
	{ "method_not_supported_for_channel_type", VERDICT_REFUSED,
	  "the method is not for this kind of channel" },
	{ "name_taken", VERDICT_REFUSED, "there is a channel of this name already" },
	{ "users_not_found", VERDICT_REFUSED, "there is no such person" },
	{ "no_such_subteam", VERDICT_REFUSED, "there is no such user group" },
	{ "plan_upgrade_required", VERDICT_REFUSED, "the workspace's plan does not offer this" },
	{ "invalid_trigger_id", VERDICT_REFUSED, "this is no trigger of this app" },
	{ "expired_trigger_id", VERDICT_REFUSED, "a trigger is good for three seconds" },
	{ "exchanged_trigger_id", VERDICT_REFUSED, "a trigger is good for one call" },
	{ "user_not_found", VERDICT_REFUSED, "there is no such person" },
	{ "user_not_in_channel", VERDICT_REFUSED, "the person is not in the channel" },
	{ "invalid_name", VERDICT_REFUSED, "there is no such emoji" },
	{ "too_many_reactions", VERDICT_REFUSED,
	  "the message has as many reactions as it may have" },
	{ "too_many_emoji", VERDICT_REFUSED, "the message has as many emoji as it may have" },
	{ "thread_locked", VERDICT_REFUSED, "the thread is locked" },
	{ "unknown_method", VERDICT_REFUSED,
	  "the server does not know the method; SLACK_API_URL normally is https://slack.com/api/" },
	{ "method_deprecated", VERDICT_REFUSED, "Slack has retired the method" },
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

enum verdict_kind verdict_of_error(struct str error)
{
	const struct error_row *row = error_row(error);

	return row != NULL ? row->kind : VERDICT_REFUSED;
}

static bool is_any_of(struct str text, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is(text, texts[i]))
			return true;
	}
	return false;
}

/* Some fatal codes mean the method no less than the token. A rule may call a method that is not for this
 * token: that must not stop a bot which can do all else. */
static bool is_only_the_method(struct str error, const char *method)
{
	static const char *const codes[] = { "not_allowed_token_type", "is_bot", "missing_args",
					     "enterprise_is_restricted",
					     "team_access_not_granted" };
	static const char *const vital[] = { "auth.test", "apps.connections.open", "rtm.connect",
					     "rtm.start", "chat.postMessage" };

	return is_any_of(error, codes, ARRAY_LEN(codes)) &&
	       !is_any_of(str_from(method), vital, ARRAY_LEN(vital));
}

static enum verdict_kind kind_for(struct str error, const char *method)
{
	return is_only_the_method(error, method) ? VERDICT_REFUSED : verdict_of_error(error);
}

int64_t verdict_retry_after_ms(struct str header)
{
	int64_t seconds;

	if (!str_int(str_trim(header), &seconds) || seconds < 0)
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

static void add_needed_scope(struct verdict *v)
{
	struct str needed = json_str(v->body, "needed");

	if (str_is(v->error, "missing_scope") && needed.len > 0)
		buf_addf(&v->text, "; add %.*s in the app's settings and install it again",
			 STR_ARG(needed));
}

/* What exactly is wrong with the arguments, as Slack puts it. */
static void add_details(struct verdict *v)
{
	const struct json *messages = json_at(v->body, "response_metadata.messages");
	size_t n = json_kind(messages) == JSON_ARRAY ? json_len(messages) : 0;

	for (size_t i = 0; i < n && i < DETAILS_MAX; i++) {
		CLEANUP(buf_deinit) struct buf quoted;

		buf_init(&quoted, 0);
		json_print(json_item(messages, i), &quoted);
		buf_addf(&v->text, "; %.*s", STR_ARG(buf_str(&quoted)));
	}
}

static void explain_error(struct verdict *v, const char *method)
{
	buf_addf(&v->text, "%s: %s (%.*s)", method, hint_for(v->error, method), STR_ARG(v->error));
	add_needed_scope(v);
	add_details(v);
}

/* ---- the reply ---- */

static void judge(struct verdict *v, enum verdict_kind kind, const char *method, const char *what,
		  int status)
{
	v->kind = kind;
	buf_addf(&v->text, "%s: %s", method, what);
	if (status != 0)
		buf_addf(&v->text, " (HTTP %d)", status);
}

static void judge_limited(struct verdict *v, const struct http_reply *reply, const char *method)
{
	v->error = STR("ratelimited");
	v->wait_ms = verdict_retry_after_ms(reply->retry_after);
	judge(v, VERDICT_LIMITED, method, "Slack wants fewer calls", 0);
}

/* Something between us and Slack's application answered: a page of HTML, half an answer, nothing. */
static void judge_no_json(struct verdict *v, const struct http_reply *reply, const char *method)
{
	if (reply->status >= 500)
		judge(v, VERDICT_UNSURE, method, "Slack has trouble of its own", reply->status);
	else if (reply->status == 408) /* Slack's edge says so when it is overloaded */
		judge(v, VERDICT_UNSURE, method, "Slack took too long to read the request",
		      reply->status);
	else if (reply->status >= 300)
		judge(v, VERDICT_REFUSED, method,
		      "this is not Slack answering; check SLACK_API_URL and the proxy",
		      reply->status);
	else
		judge(v, VERDICT_UNSURE, method, "the answer makes no sense", reply->status);
}

static void judge_json(struct verdict *v, const struct http_reply *reply, const char *method,
		       bool ok)
{
	v->error = ok ? STR_EMPTY : json_str(v->body, "error");
	v->kind = ok ? VERDICT_OK : kind_for(v->error, method);
	if (v->kind == VERDICT_LIMITED) {
		judge_limited(v, reply, method);
		return;
	}
	/* An outage may speak JSON as well, with codes of its own. */
	if (v->kind == VERDICT_REFUSED && reply->status >= 500)
		v->kind = VERDICT_UNSURE;
	if (v->kind != VERDICT_OK)
		explain_error(v, method);
}

static void judge_answer(struct verdict *v, const struct http_reply *reply, const char *method)
{
	bool ok = false;

	if (reply->status == 429) {
		judge_limited(v, reply, method);
		return;
	}
	if (json_parse(&v->body, reply->body, NULL) != 0 || !json_get_bool(v->body, "ok", &ok) ||
	    (!ok && json_str(v->body, "error").len == 0)) {
		json_free(v->body);
		v->body = NULL;
		judge_no_json(v, reply, method);
		return;
	}
	judge_json(v, reply, method, ok);
}

void verdict_read(struct verdict *out, const struct http_reply *reply, const char *method)
{
	*out = (struct verdict){ .error = STR_EMPTY };
	buf_init(&out->text, 0);
	switch (reply->end) {
	case OUTCOME_LATER:
	case OUTCOME_REFUSED:
	case OUTCOME_FATAL:
		judge(out, VERDICT_NOT_SENT, method, reply->why != NULL ? reply->why : "not sent",
		      0);
		break;
	case OUTCOME_UNKNOWN:
		judge(out, VERDICT_UNSURE, method, reply->why != NULL ? reply->why : "no answer",
		      0);
		break;
	case OUTCOME_DONE:
		judge_answer(out, reply, method);
		break;
	}
	buf_addc(&out->text, '\0');
	out->sentence = out->text.p;
}

void verdict_deinit(struct verdict *v)
{
	json_free(v->body);
	buf_deinit(&v->text);
	*v = (struct verdict){ .error = STR_EMPTY };
}
