/* SPDX-License-Identifier: MIT */
/*
 * JSON with placeholders, as blocks and as the arguments of a call. The first line of the input names the method, the
 * rest is the value. Whatever it is, it is either read whole or complained of, and what was read prints and
 * reads again the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include "base/mem.h"
#include "slack/blockkit.h"
#include "template/json_lines.h"
#include "slack/method_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 64, TOLD_MAX = 100 };

static void must(bool kept)
{
	if (!kept)
		abort();
}

static struct ini_entry entry_of(struct str text, struct ini_line lines[LINES_MAX])
{
	struct ini_entry entry = { .key = STR("blocks"), .value = text, .lines = lines, .line = 1 };
	struct str line;

	while (entry.n_lines < LINES_MAX && str_cut(&text, '\n', &line)) {
		lines[entry.n_lines] = (struct ini_line){ line, (unsigned)entry.n_lines + 1 };
		entry.n_lines++;
	}
	return entry;
}

static struct json *read_value(struct str text)
{
	struct ini_line lines[LINES_MAX];
	struct ini_entry entry = entry_of(text, lines);
	struct json *j = NULL;
	struct diag diag;

	diag_init(&diag);
	must(json_lines_read(&j, &entry, "fuzz.ini", &diag) == (diag.n_errors == 0));
	must(j == NULL || diag.n_errors == 0);
	must(diag.n_entries < TOLD_MAX);
	for (size_t i = 0; i < diag.n_entries; i++)
		must(diag.entries[i].line >= 1 && diag.entries[i].line <= LINES_MAX);
	diag_deinit(&diag);
	return j;
}

static void check_value(const struct json *j, struct str method)
{
	const struct place at = { "fuzz.ini", 1 };
	const struct json *blocks = blockkit_blocks(j);
	struct diag diag;
	size_t n;

	diag_init(&diag);
	must(blockkit_check(blocks, at, &diag) == (diag.n_errors == 0));
	n = diag.n_errors;
	must(method_check(method, j, at, &diag) == (diag.n_errors == n));
	must(method_check(STR("chat.postMessage"), j, at, &diag) || diag.n_errors > n);
	must(diag.n_entries < TOLD_MAX);
	diag_deinit(&diag);
}

static void check_again(const struct json *j)
{
	CLEANUP(buf_deinit) struct buf first = { 0 };
	CLEANUP(buf_deinit) struct buf second = { 0 };
	CLEANUP(json_freep) struct json *again = NULL;

	buf_init(&first, 0);
	buf_init(&second, 0);
	json_print(j, &first);
	must(json_parse(&again, buf_str(&first), NULL) == 0);
	json_print(again, &second);
	must(str_eq(buf_str(&first), buf_str(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json_freep) struct json *j = NULL;
	struct str text = str_make((const char *)data, size), method = STR_EMPTY;

	str_cut(&text, '\n', &method);
	j = read_value(text);
	if (j == NULL)
		return 0;
	check_value(j, method);
	check_again(j);
	return 0;
}
