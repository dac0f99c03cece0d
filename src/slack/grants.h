/* SPDX-License-Identifier: MIT */
/*
 * Which methods of the Web API rules may call, as the operator grants them: a list with commas of methods, of
 * beginnings such as `chat.*`, of `*`, and of `default`. Cases do not matter, as they do not to Slack.
 */
#pragma once

#include <stdbool.h>
#include "base/str.h"

/* What a bot that answers needs. None of it reads what is written elsewhere, or changes people, groups or the app. */
#define GRANTS_DEFAULT                                                                             \
	"api.test, assistant.threads.*, bookmarks.add, bookmarks.edit, bookmarks.remove, chat.*, " \
	"conversations.setPurpose, conversations.setTopic, dialog.open, "                          \
	"files.completeUploadExternal, files.getUploadURLExternal, functions.*, pins.add, "        \
	"pins.remove, reactions.add, reactions.remove, views.*"

bool grants_cover(struct str grants, struct str method);
/* What is wrong with the list, NULL = nothing. For the table of options, which has no name to give. */
const char *grants_refuse(struct str name, struct str grants);
