/* SPDX-License-Identifier: MIT */
/*
 * Slack's text is plain text in which `& < >` are entities and everything between `<` and `>` is a
 * control sequence: `<body>` or `<body|label>`, without a line end and without a `<` inside. A `<` that
 * no `>` follows is a plain sign. All that reads (text), writes (markup) or cuts (split) rests on this
 * one view.
 */
#pragma once

#include "base/str.h"

/* Length of the control sequence that `s` begins with, brackets included; 0 = none. */
size_t syntax_control_len(struct str s);
/* Length of the entity that `s` begins with, and the sign it stands for; 0 = none. */
size_t syntax_entity_len(struct str s, char *plain);
/* The entity of a sign that may not stand in the text itself, or NULL. */
const char *syntax_entity_of(uint32_t code);
