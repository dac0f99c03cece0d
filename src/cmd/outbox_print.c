/* SPDX-License-Identifier: MIT */
#include "cmd/outbox_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/mem.h"

bool answer_read(struct answer *a, struct str text)
{
	struct str line;

	*a = (struct answer){ 0 };
	while (str_cut(&text, '\n', &line)) {
		struct json *json;

		if (line.len == 0)
			continue;
		if (a->end != NULL || json_parse(&json, line, NULL) != 0)
			return false;
		if (json_at(json, "ok") != NULL) {
			a->end = json;
			continue;
		}
		a->entries = mem_grow(a->entries, a->n + 1, sizeof(a->entries[0]));
		a->entries[a->n++] = json;
	}
	return a->end != NULL;
}

void answer_deinit(struct answer *a)
{
	for (size_t i = 0; i < a->n; i++)
		json_free(a->entries[i]);
	free(a->entries);
	json_free(a->end);
}

/* ---- for a terminal ---- */

static struct str shown(struct arena *arena, struct str text)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_add_shown(&out, text);
	return str_keep(arena, buf_str(&out));
}

static struct str age(struct arena *arena, const struct json *entry)
{
	static const struct {
		int64_t ms;
		char unit;
	} units[] = { { 86400000, 'd' }, { 3600000, 'h' }, { 60000, 'm' }, { 1000, 's' } };
	int64_t ms;

	if (!json_get_int(entry, "age_ms", &ms))
		return STR("-");
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (ms >= 2 * units[i].ms || i + 1 == ARRAY_LEN(units))
			return str_keepf(arena, "%lld%c", (long long)(ms / units[i].ms),
					 units[i].unit);
	}
	return STR("-");
}

static int width_of(struct str text)
{
	int n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += ((unsigned char)text.p[i] & 0xC0) != 0x80;
	return n;
}

enum { COLUMNS = 6, WIDEST = 40 };

static void print_row(const struct str cells[COLUMNS], const int widths[COLUMNS])
{
	for (size_t i = 0; i < COLUMNS; i++) {
		int pad = i + 1 < COLUMNS ? widths[i] - width_of(cells[i]) + 2 : 0;

		printf("%.*s%*s", STR_ARG(cells[i]), pad > 0 ? pad : 0, "");
	}
	putchar('\n');
}

/* A text of several lines in one. */
static struct str in_one_line(struct arena *arena, struct str text)
{
	char *copy = (char *)str_keep(arena, text).p;

	for (size_t i = 0; i < text.len; i++) {
		if (str_is_blank(copy[i]))
			copy[i] = ' ';
	}
	return shown(arena, str_make(copy, text.len));
}

static void print_table(const struct answer *a)
{
	static const char *const names[COLUMNS] = {
		"id", "state", NULL, "channel", "rule", "text"
	};
	struct str(*cells)[COLUMNS] = mem_zero(a->n + 1, sizeof(cells[0]));
	int widths[COLUMNS] = { 0 };
	struct arena arena = { 0 };

	memcpy(cells[0],
	       ((struct str[COLUMNS]){ STR("ID"), STR("STATE"), STR("AGE"), STR("CHANNEL"),
				       STR("RULE"), STR("TEXT") }),
	       sizeof(cells[0]));
	for (size_t i = 0; i <= a->n; i++) {
		for (size_t k = 0; k < COLUMNS; k++) {
			if (i > 0)
				cells[i][k] = names[k] == NULL ?
						      age(&arena, a->entries[i - 1]) :
						      in_one_line(&arena,
								  json_str(a->entries[i - 1],
									   names[k]));
			if (cells[i][k].len == 0)
				cells[i][k] = STR("-");
			if (width_of(cells[i][k]) > widths[k])
				widths[k] = width_of(cells[i][k]);
			if (widths[k] > WIDEST)
				widths[k] = WIDEST;
		}
	}
	for (size_t i = 0; i <= a->n; i++) {
		struct str why = i > 0 ? json_str(a->entries[i - 1], "why") : STR_EMPTY;

		print_row(cells[i], widths);
		if (why.len > 0)
			printf("%*s%.*s\n", widths[0] + 2, "", STR_ARG(in_one_line(&arena, why)));
	}
	free(cells);
	arena_deinit(&arena);
}

static int by_id(const void *x, const void *y)
{
	struct str a = json_str(*(struct json *const *)x, "id"),
		   b = json_str(*(struct json *const *)y, "id");
	struct str pa = STR_EMPTY, pb = STR_EMPTY;
	int64_t na = 0, nb = 0;
	int r;

	if (str_find_char(a, '/') != SIZE_MAX)
		str_cut(&a, '/', &pa);
	if (str_find_char(b, '/') != SIZE_MAX)
		str_cut(&b, '/', &pb);
	r = str_cmp(pa, pb);
	str_int(a, &na);
	str_int(b, &nb);
	return r != 0 ? r : (na > nb) - (na < nb);
}

void outbox_print_list(struct answer *a, bool json)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	int64_t n_more = 0, n_starting = 0;

	json_get_int(a->end, "more", &n_more);
	if (json_get_int(a->end, "starting", &n_starting) && n_starting > 0)
		fprintf(stderr, "retort: of %lld more workspaces Slack has not answered yet\n",
			(long long)n_starting);
	if (a->n > 0)
		qsort(a->entries, a->n, sizeof(a->entries[0]), by_id);
	if (json) {
		buf_addz(&out, "{\"jobs\":[");
		for (size_t i = 0; i < a->n; i++) {
			buf_addz(&out, i > 0 ? "," : "");
			json_print(a->entries[i], &out);
		}
		buf_addf(&out, "],\"more\":%lld}\n", (long long)n_more);
		fwrite(out.p, 1, out.len, stdout);
		return;
	}
	if (a->n == 0)
		puts("Nothing waits to be sent, and nothing failed.");
	else
		print_table(a);
	if (n_more > 0)
		printf("and %lld more\n", (long long)n_more);
}

static void print_member(const char *name, struct str text)
{
	struct arena arena = { 0 };
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		printf("%-13s%.*s\n", name, STR_ARG(shown(&arena, line)));
		name = "";
	}
	arena_deinit(&arena);
}

static void print_json(const struct json *json)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	json_print(json, &out);
	printf("%.*s\n", STR_ARG(buf_str(&out)));
}

void outbox_print_entry(const struct json *entry, bool json)
{
	const struct json *job = json_at(entry, "job");
	struct arena arena = { 0 };
	struct json *value;
	struct str key;
	size_t at = 0;

	if (json) {
		print_json(entry);
		return;
	}
	print_member("id", json_str(entry, "id"));
	print_member("state", json_str(entry, "state"));
	print_member("age", age(&arena, entry));
	if (json_str(entry, "why").len > 0)
		print_member("why", json_str(entry, "why"));
	while (json_member(job, &at, &key, &value)) {
		CLEANUP(buf_deinit) struct buf text = { 0 };

		if (str_is(key, "id") || str_is(key, "state"))
			continue;
		if (json_kind(value) == JSON_STRING)
			buf_add(&text, json_str(value, ""));
		else
			json_print(value, &text);
		print_member(shown(&arena, key).p, buf_str(&text));
	}
	arena_deinit(&arena);
}
