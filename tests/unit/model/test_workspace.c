/* SPDX-License-Identifier: MIT */
#include "model/workspace.h"

#include "lib/unit.h"

static char id[] = "T01ACME", url[] = "https://acme-corp.slack.com/";

static void test_a_workspace_has_three_names(void)
{
	const struct workspace w = { .name = "Acme", .me = { .team_id = id, .team_url = url } };

	CU_ASSERT(workspace_is(&w, STR("acme")));
	CU_ASSERT(workspace_is(&w, STR("ACME-Corp")));
	CU_ASSERT(workspace_is(&w, STR("T01ACME")));
	CU_ASSERT_FALSE(workspace_is(&w, STR("t01acme")));
	CU_ASSERT_FALSE(workspace_is(&w, STR("acme-corp.slack.com")));
	CU_ASSERT_FALSE(workspace_is(&w, STR("globex")));
	CU_ASSERT_FALSE(workspace_is(&w, STR("")));
}

static void test_what_is_not_known_is_no_name(void)
{
	const struct workspace nameless = { .name = "" }, any = { .name = NULL };

	CU_ASSERT_FALSE(workspace_is(&nameless, STR("")));
	CU_ASSERT_FALSE(workspace_is(&nameless, STR("acme")));
	CU_ASSERT(workspace_is(&any, STR("acme")));
}

UNIT_MAIN("workspace", { "a workspace has three names", test_a_workspace_has_three_names },
	  { "what is not known is no name", test_what_is_not_known_is_no_name })
