/* SPDX-License-Identifier: MIT */
#include "slack/grants.h"

#include "slack/method_check.h"

static bool covers(struct str grant, struct str method)
{
	if (str_ends(grant, "*")) {
		struct str beginning = str_sub(grant, 0, grant.len - 1);

		return str_eq_nocase(str_sub(method, 0, beginning.len), beginning);
	}
	return str_eq_nocase(grant, method);
}

bool grants_cover(struct str grants, struct str method)
{
	struct str grant;

	while (str_cut(&grants, ',', &grant)) {
		grant = str_trim(grant);
		if (grant.len > 0 && covers(grant, method))
			return true;
		if (str_is(grant, "default") && grants_cover(STR(GRANTS_DEFAULT), method))
			return true;
	}
	return false;
}

/* `*`, `chat.*`, `default` or the name of a method. */
static bool is_grant(struct str grant)
{
	if (str_is(grant, "*") || str_is(grant, "default"))
		return true;
	/* What begins a name is one when a word follows. */
	return str_ends(grant, ".*") ?
		       method_is_name(str_sub(grant, 0, grant.len - 2)) ||
			       str_find_char(str_sub(grant, 0, grant.len - 2), '.') == SIZE_MAX :
		       method_is_name(grant);
}

const char *grants_refuse(struct str name, struct str grants)
{
	struct str grant;

	(void)name;
	if (str_trim(grants).len == 0)
		return NULL;
	while (str_cut(&grants, ',', &grant)) {
		if (!is_grant(str_trim(grant)))
			return "wanted methods such as chat.postMessage, chat.* or default, with "
			       "commas between them";
	}
	return NULL;
}
