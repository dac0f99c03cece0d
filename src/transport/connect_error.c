/* SPDX-License-Identifier: MIT */
#include "transport/connect_error.h"

#include "base/mem.h"

/* What no waiting mends. No `advice` means that another token would mend it: the protocol knows whence. */
static const struct {
	const char *error;
	const char *happened;
	const char *advice;
} refusals[] = {
	{ "invalid_auth", "Slack does not know this token", NULL },
	{ "invalid_token", "Slack does not know this token", NULL },
	{ "bad_token", "Slack does not know this token", NULL },
	{ "not_authed", "no token was given", NULL },
	{ "missing_args", "no token was given", NULL },
	{ "token_revoked", "the token has been revoked", NULL },
	{ "token_expired", "the token has expired, and retort cannot renew tokens by itself",
	  "Switch token rotation off for the app, or give it a new token." },
	{ "not_allowed_token_type", "this is the wrong kind of token", NULL },
	{ "account_inactive", "the token belongs to an account or app that was switched off",
	  "Install the app in the workspace again and use the token it then shows." },
	{ "user_removed_from_team", "the token's user was removed from the workspace",
	  "Install the app in the workspace again and use the token it then shows." },
	{ "team_disabled", "the workspace has been switched off",
	  "Ask an owner of the workspace." },
	{ "forbidden_team", "the workspace does not allow this app",
	  "Ask an owner of the workspace." },
	{ "team_access_not_granted", "the app has not been let into this workspace",
	  "Ask an administrator of the organisation." },
	{ "enterprise_is_restricted", "the organisation does not allow this method",
	  "Ask an administrator of the organisation." },
	{ "accesslimited", "the organisation limits from where Slack may be used",
	  "Ask an administrator of the organisation." },
	{ "access_denied", "the workspace does not allow this", "Ask an owner of the workspace." },
	{ "two_factor_setup_required",
	  "the token's user must first set up two-factor authentication",
	  "Set it up, or use the token of a bot." },
	{ "no_permission", "the token does not allow connections", NULL },
	{ "missing_scope", "the token lacks a scope", NULL },
	{ "is_bot", "this method is not for bots", NULL },
	{ "unknown_method", "the server does not know the method",
	  "Check SLACK_API_URL: it normally is https://slack.com/api/." },
};

bool connect_error_explain(struct buf *out, struct str error, const char *method,
			   const struct connect_error_advice *advice, const char *token_advice)
{
	for (const struct connect_error_advice *a = advice; a->error != NULL; a++) {
		if (str_is(error, a->error)) {
			buf_addf(out, "%s (%s: %s)", a->sentence, method, a->error);
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		if (str_is(error, refusals[i].error)) {
			buf_addf(out, "%s (%s: %s). %s", refusals[i].happened, method,
				 refusals[i].error,
				 refusals[i].advice != NULL ? refusals[i].advice : token_advice);
			return true;
		}
	}
	return false;
}
