/* SPDX-License-Identifier: MIT */
/*
 * Slack's side of RTM: bare events to every socket of the bot, messages and pings from it, acknowledgements. What
 * happens between the call for a URL and its hello comes right behind the hello; what happens without
 * either is lost, as with Slack.
 */
#pragma once

#include "sim/links.h"

struct rtm_side;

struct rtm_side *rtm_side_new(struct sim *sim);
void rtm_side_free(struct rtm_side *side); /* after the links are gone */
/* An upgraded connection. With a bad ticket it gets the error frame and its end. */
void rtm_side_join(struct rtm_side *side, struct conn *conn, bool good_ticket);
void rtm_side_publish(struct rtm_side *side, struct str inner);
bool rtm_side_repeat(struct rtm_side *side); /* the newest event once more */
/* `goodbye`, with the end 10 s later (or `cut_ms` when not negative). False = no live socket. */
bool rtm_side_goodbye(struct rtm_side *side, int64_t cut_ms);
/* `team_migration_started` and the end at once. */
void rtm_side_migrate(struct rtm_side *side);
