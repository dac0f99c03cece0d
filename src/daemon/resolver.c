/* SPDX-License-Identifier: MIT */
/* What rules and answers ask of a workspace: names from its directory, and chance. */
#include "daemon/workspace_inner.h"
#include "net/crypto.h"

static enum tristate is_user(const struct workspace *w, struct str name,
			     const struct person *person)
{
	return directory_is_user(workspace_of(w)->directory, name, person);
}

static enum tristate in_group(const struct workspace *w, struct str id, const struct person *person)
{
	return directory_in_group(workspace_of(w)->directory, id, person->id);
}

static bool find_name(const struct workspace *w, char sigil, struct str name, struct str *id)
{
	return (sigil == '@' ? directory_find_user :
		sigil == '#' ? directory_find_channel :
			       directory_find_group)(workspace_of(w)->directory, name, id) == 1;
}

static bool find_person(const struct workspace *w, struct str id, struct person *out)
{
	return directory_person(workspace_of(w)->directory, id, out);
}

static bool find_channel(const struct workspace *w, struct str id, struct str *name)
{
	const struct text_names *names = directory_names(workspace_of(w)->directory);

	return names->channel(names->owner, id, name);
}

static size_t choose(const struct workspace *w, size_t n)
{
	(void)w;
	return (size_t)random_below(n);
}

const struct resolver workspace_resolver = {
	.is_user = is_user,
	.in_group = in_group,
	.find = find_name,
	.person = find_person,
	.channel = find_channel,
	.random = choose,
};
