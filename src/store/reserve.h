/* SPDX-License-Identifier: MIT */
/*
 * Room on the disk that is kept for bad times: a file of nothing. On a full disk it is given up, so that what was begun can
 * still be marked as done; when there is room again, it is made anew.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct reserve {
	char path[4200];
	bool is_there;
	bool is_short;	      /* it is not there because the disk is full */
	int64_t try_again_us; /* by the monotonic clock */
};

/* In that folder, where an earlier one may be. */
void reserve_init(struct reserve *r, const char *folder);
/* Gives it up; false = it was not there. */
bool reserve_spend(struct reserve *r, int64_t now_us);
/* It is short: makes it anew if it is time for that; may take a moment. */
void reserve_renew(struct reserve *r, int64_t now_us);
