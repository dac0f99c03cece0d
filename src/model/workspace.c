/* SPDX-License-Identifier: MIT */
#include "model/workspace.h"

#include <stdlib.h>

void identity_deinit(struct identity *me)
{
	free(me->team_id);
	free(me->enterprise_id);
	free(me->team_name);
	free(me->team_url);
	free(me->user_id);
	free(me->user_name);
	free(me->bot_id);
	free(me->app_id);
	*me = (struct identity){ 0 };
}

bool workspace_is(const struct workspace *w, struct str name)
{
	struct str url = str_from(w->me.team_url), domain;

	if (w->name == NULL)
		return true;
	if (w->name[0] != '\0' && str_eq_nocase(name, str_from(w->name)))
		return true;
	if (w->me.team_id != NULL && str_eq(name, str_from(w->me.team_id)))
		return true;
	return str_skip(&url, "https://") && str_cut(&url, '.', &domain) &&
	       str_eq_nocase(name, domain);
}
