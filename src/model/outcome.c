/* SPDX-License-Identifier: MIT */
#include "model/outcome.h"

void outcome_deinit(struct outcome *outcome)
{
	json_free(outcome->body);
	buf_deinit(&outcome->text);
	*outcome = (struct outcome){ 0 };
}
