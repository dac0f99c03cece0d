/* SPDX-License-Identifier: MIT */
/* Events made by hand, as if decoded and completed. */
#pragma once

#include "model/event.h"

/* @ana (U1ANA) writes in #general (C1GENERAL), a public channel. */
struct event *said(const char *text, const char *ts);
/* The same as a reply in the thread of `root`. */
struct event *replied(const char *text, const char *ts, const char *root);
/* @ana adds the reaction to the message `ts`. */
struct event *reacted(const char *emoji, const char *ts);
