/* SPDX-License-Identifier: MIT */
/*
 * JSON as authors write it into `blocks`, `call` and `webhook`: with placeholders inside its texts, and with some that
 * are a whole value, `{"title": {text|json}}`. Such a value becomes a text that begins with the byte JSON_LINES_WHOLE,
 * the placeholder behind it without its filter `json`: "\1{text}".
 */
#pragma once

#include "base/diag.h"
#include "base/inifile.h"
#include "base/json.h"

enum { JSON_LINES_WHOLE = '\1', JSON_LINES_MAX_FILE = 256 << 10 };

/* Makes plain JSON of the value, the caller's to json_free. False when something is wrong: each mistake is told
 * with its line. A name that stands twice in one object is a mistake too. */
bool json_lines_read(struct json **out, const struct ini_entry *entry, const char *file,
		     struct diag *diag);
/* The same from a file of its own: `path` is what stands behind the `@`, inside the folder of the rule file. `at`
 * is where the rule names it. Mistakes inside name the JSON file and its line. */
bool json_lines_load(struct json **out, struct str path, const char *rule_file, struct place at,
		     struct diag *diag);

/* Length of the placeholder with which `s` begins, both braces included: 0 when none begins here, SIZE_MAX when it is
 * not closed on its line. Braces within "quotes" do not count. */
size_t json_lines_placeholder_len(struct str s);
/* Is this text, found in what was read, a whole value that was a placeholder? */
bool json_lines_is_whole(struct str text);
