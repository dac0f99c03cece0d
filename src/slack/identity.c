/* SPDX-License-Identifier: MIT */
#include "slack/identity.h"

#include <stdlib.h>

void identity_deinit(struct identity *me)
{
	free(me->team_id);
	free(me->team_name);
	free(me->team_url);
	free(me->user_id);
	free(me->user_name);
	free(me->bot_id);
	free(me->app_id);
	*me = (struct identity){ 0 };
}
