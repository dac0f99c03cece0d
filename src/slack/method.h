/* SPDX-License-Identifier: MIT */
/* What is known of Slack's methods: how often they may be called, and what calling them twice does. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct method {
	const char *name; /* "" for all that are not known */
	int64_t every_ms; /* one in so much time, in the long run; 0 = as often as one likes */
	int64_t burst;	  /* so many at once */
	bool connects;	  /* opens a connection */
	bool repeatable;  /* twice does no more than once */
	bool posts;	  /* shows something in a channel */
	bool reads;	  /* asks about people, channels or messages */
};

/* One that is not known is taken for slow and not repeatable. */
struct method method_named(const char *name);
