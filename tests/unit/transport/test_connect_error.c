/* SPDX-License-Identifier: MIT */
#include "transport/connect_error.h"

#include <string.h>
#include "base/mem.h"
#include "lib/unit.h"

static const struct connect_error_advice advice[] = {
	{ "not_allowed_token_type", "Use the other one" },
	{ NULL, NULL },
};

static bool explain(const char *error, struct buf *out)
{
	return connect_error_explain(out, str_from(error), "apps.connections.open", advice,
				     "Get a token.");
}

/* The errors after which no library goes on, and the rest of those that only a person can mend. */
static void test_fatal(void)
{
	static const char *const errors[] = {
		"invalid_auth",
		"not_authed",
		"account_inactive",
		"token_revoked",
		"token_expired",
		"user_removed_from_team",
		"team_disabled",
		"not_allowed_token_type",
		"no_permission",
		"two_factor_setup_required",
		"accesslimited",
		"missing_args",
		"forbidden_team",
		"enterprise_is_restricted",
		"invalid_token",
		"bad_token",
		"team_access_not_granted",
		"is_bot",
		"missing_scope",
	};

	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		CLEANUP(buf_deinit) struct buf out = { 0 };

		CU_ASSERT_TRUE(explain(errors[i], &out));
		CU_ASSERT_NOT_EQUAL(str_find(buf_str(&out), errors[i]), SIZE_MAX);
		CU_ASSERT_NOT_EQUAL(str_find(buf_str(&out), "apps.connections.open"), SIZE_MAX);
	}
}

static void test_not_fatal(void)
{
	static const char *const errors[] = {
		"internal_error",
		"fatal_error",
		"service_unavailable",
		"request_timeout",
		"ratelimited",
		"rate_limited",
		"migration_in_progress",
		"team_added_to_org",
		"org_login_required",
		"something_new",
		"",
		"invalid_aut",
		"invalid_auths",
	};

	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		CLEANUP(buf_deinit) struct buf out = { 0 };

		CU_ASSERT_FALSE(explain(errors[i], &out));
		CU_ASSERT_EQUAL(out.len, 0);
	}
}

static void test_words(void)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	explain("not_allowed_token_type", &out);
	ASSERT_STR(buf_str(&out),
		   "Use the other one (apps.connections.open: not_allowed_token_type)");
	buf_clear(&out);
	explain("token_revoked", &out);
	ASSERT_STR(
		buf_str(&out),
		"the token has been revoked (apps.connections.open: token_revoked). Get a token.");
}

UNIT_MAIN("refusal", { "fatal errors", test_fatal }, { "errors that are not", test_not_fatal },
	  { "words", test_words })
