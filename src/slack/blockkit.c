/* SPDX-License-Identifier: MIT */
#include "slack/blockkit.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "slack/blockkit_fields.h"
#include "template/json_lines.h"

enum {
	CELLS_MAX = 20, /* in a row of a table */
	TOLD_MAX = 20,	/* mistakes of one array of blocks that are told */
	SHOWN_MAX = 40, /* so much of a faulty text is quoted */
	LISTED_MAX = 5, /* so many words are listed when none is near */
};

struct check {
	struct buf path; /* of the value that is being looked at */
	struct place at;
	struct diag *diag;
	size_t n_told;
	struct map block_ids;
};

/* The value goes through one limit that its surroundings know: the letters of a text object. */
static void check_value(struct check *c, const struct block_field *field, const struct json *value,
			unsigned letters);
static void check_object(struct check *c, const struct block_field *field,
			 const struct json *object);

/* ---- saying what is wrong ---- */

__attribute__((format(printf, 2, 3))) static void complain(struct check *c, const char *fmt, ...)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	va_list args;

	if (c->n_told++ >= TOLD_MAX)
		return;
	va_start(args, fmt);
	buf_addv(&text, fmt, args);
	va_end(args);
	diag_error(c->diag, c->at, "%.*s: %.*s", STR_ARG(buf_str(&c->path)),
		   STR_ARG(buf_str(&text)));
}

/* Goes down to a member or an item; gives what path_leave takes. */
static size_t path_enter(struct check *c, const char *member)
{
	size_t before = c->path.len;

	buf_addf(&c->path, ".%s", member);
	return before;
}

static size_t path_enter_item(struct check *c, size_t i)
{
	size_t before = c->path.len;

	buf_addf(&c->path, "[%zu]", i);
	return before;
}

static void path_leave(struct check *c, size_t before)
{
	c->path.len = before;
}

/* A text for a message: its beginning, when it is long. */
static void add_shown(struct buf *out, struct str s)
{
	struct str shown = str_clip(s, SHOWN_MAX);

	buf_addf(out, "\"%.*s%s\"", STR_ARG(shown), shown.len < s.len ? "…" : "");
}

static const char *kind_seen(const struct json *value)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_BOOL] = "true or false",
		[JSON_INT] = "a number",
		[JSON_DOUBLE] = "a number with decimals",
		[JSON_STRING] = "a text",
		[JSON_ARRAY] = "a list [ ]",
		[JSON_OBJECT] = "an object { }",
	};

	return names[json_kind(value)];
}

static void complain_kind(struct check *c, const struct json *value, const char *wanted)
{
	if (json_kind(value) == JSON_STRING && json_lines_is_whole(json_str(value, "")))
		complain(c, "an insert gives a text here, wanted %s", wanted);
	else
		complain(c, "seen %s, wanted %s", kind_seen(value), wanted);
}

/* `seen` is none of those that `name_at` gives. */
static void complain_unknown(struct check *c, const char *what, struct str seen,
			     const char *(*name_at)(const void *table, size_t i), const void *table)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const char *nearest = str_nearest(seen, name_at, table);
	size_t n = 0;

	while (n <= LISTED_MAX && name_at(table, n) != NULL)
		n++;
	add_shown(&text, seen);
	if (nearest != NULL)
		buf_addf(&text, "; did you mean \"%s\"?", nearest);
	for (size_t i = 0; nearest == NULL && n <= LISTED_MAX && i < n; i++)
		buf_addf(&text, "%s\"%s\"", i == 0 ? ", wanted " : " or ", name_at(table, i));
	complain(c, "unknown %s %.*s", what, STR_ARG(buf_str(&text)));
}

/* ---- strings ---- */

/* Letters of the literal text; *has_insert when there is more, whose length nobody knows yet. */
static size_t literal_letters(struct str s, bool *has_insert)
{
	size_t n = 0;

	*has_insert = json_lines_is_whole(s);
	if (*has_insert)
		return 0;
	while (s.len > 0) {
		size_t len = json_lines_placeholder_len(s);

		if (len > 0) {
			*has_insert = true;
			s = str_sub(s, len, s.len);
			continue;
		}
		if (!str_skip(&s, "{{"))
			utf8_next(&s);
		n++;
	}
	return n;
}

static const char *word_at(const void *table, size_t i)
{
	return ((const char *const *)table)[i];
}

static void check_word(struct check *c, const char *const *words, struct str s)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		if (str_is(s, words[i]))
			return;
	}
	complain_unknown(c, "value", s, word_at, words);
}

static void check_string(struct check *c, const struct block_field *field, const struct json *value,
			 unsigned max)
{
	bool has_insert;
	size_t n;

	if (json_kind(value) != JSON_STRING) {
		complain_kind(c, value, "a text in \"double quotes\"");
		return;
	}
	n = literal_letters(json_str(value, ""), &has_insert);
	if (max > 0 && n > max)
		complain(c, "%zu letters, wanted at most %u", n, max);
	if (field->filled && n == 0 && !has_insert)
		complain(c, "an empty text, wanted at least one letter");
	if (field->by_hand && has_insert)
		complain(c, "seen an insert, wanted the word itself: it calls everybody");
	else if (field->words != NULL && !has_insert)
		check_word(c, field->words, json_str(value, ""));
}

/* ---- objects ---- */

struct places {
	unsigned mask;
};

static const char *type_at(const void *table, size_t i)
{
	const struct block_shape *part = blockkit_part_at(((const struct places *)table)->mask, i);

	return part != NULL ? part->type : NULL;
}

/* The part that the object's `type` names, or NULL (said). No placeholder may choose it. */
static const struct block_shape *part_of(struct check *c, unsigned mask, const struct json *object)
{
	const struct json *type = json_at(object, "type");
	const struct places places = { mask };
	const struct block_shape *part;
	size_t before = path_enter(c, "type");
	struct str name = json_str(type, "");

	part = blockkit_part(name, mask);
	if (json_kind(type) == JSON_NULL)
		complain(c, "missing; wanted the %s, such as \"%s\"", blockkit_part_noun(mask),
			 type_at(&places, 0));
	else if (json_kind(type) != JSON_STRING)
		complain_kind(c, type, "a text in \"double quotes\"");
	else if (part == NULL && str_nearest(name, type_at, &places) == NULL &&
		 blockkit_part(name, ~0U) != NULL)
		complain(c, "\"%.*s\" cannot stand here, but \"%s\" can", STR_ARG(name),
			 type_at(&places, 0));
	else if (part == NULL)
		complain_unknown(c, blockkit_part_noun(mask), name, type_at, &places);
	path_leave(c, before);
	return part;
}

static const char *field_at(const void *table, size_t i)
{
	const struct block_shape *shape = table;

	if (shape->type != NULL && i-- == 0)
		return "type";
	return shape->fields[i].name;
}

static void check_members(struct check *c, const struct block_shape *shape,
			  const struct json *object, unsigned letters)
{
	struct json *value;
	struct str name;
	size_t walk = 0;

	while (json_member(object, &walk, &name, &value)) {
		const struct block_field *field = shape->fields;

		while (field->name != NULL && !str_is(name, field->name))
			field++;
		if (field->name != NULL && json_kind(value) != JSON_NULL) {
			size_t before = path_enter(c, field->name);

			check_value(c, field, value, letters);
			path_leave(c, before);
		} else if (field->name == NULL && (shape->type == NULL || !str_is(name, "type"))) {
			complain_unknown(c, "field", name, field_at, shape);
		}
	}
}

static bool has(const struct json *object, const char *name)
{
	return json_kind(json_at(object, name)) != JSON_NULL;
}

static void check_missing(struct check *c, const struct block_shape *shape,
			  const struct json *object)
{
	CLEANUP(buf_deinit) struct buf names = { 0 };

	for (const struct block_field *f = shape->fields; f->name != NULL; f++) {
		if (f->required && !has(object, f->name))
			complain(c, "the field \"%s\" is missing", f->name);
	}
	for (size_t i = 0; shape->one_of != NULL && shape->one_of[i] != NULL; i++) {
		if (has(object, shape->one_of[i]))
			return;
		buf_addf(&names, "%s\"%s\"", i > 0 ? " or " : "", shape->one_of[i]);
	}
	if (names.len > 0)
		complain(c, "a field is missing: %.*s", STR_ARG(buf_str(&names)));
}

static void check_object(struct check *c, const struct block_field *field,
			 const struct json *object)
{
	const struct block_shape *shape = field->shape;

	if (json_kind(object) != JSON_OBJECT) {
		complain_kind(c, object, "an object { }");
		return;
	}
	if (shape == NULL)
		shape = part_of(c, field->of, object);
	if (shape == NULL || shape->fields == NULL)
		return;
	check_members(c, shape, object, field->letters);
	check_missing(c, shape, object);
}

/* ---- lists ---- */

static bool check_list(struct check *c, const struct json *list, bool filled, unsigned max)
{
	size_t n = json_len(list);

	if (json_kind(list) != JSON_ARRAY) {
		complain_kind(c, list, "a list [ ]");
		return false;
	}
	if (max > 0 && n > max)
		complain(c, "%zu items, wanted at most %u", n, max);
	if (filled && n == 0)
		complain(c, "an empty list, wanted at least one item");
	return true;
}

static void check_items(struct check *c, const struct block_field *field, const struct json *list,
			void (*check_item)(struct check *c, const struct block_field *field,
					   const struct json *item))
{
	if (!check_list(c, list, field->filled, field->items))
		return;
	for (size_t i = 0; i < json_len(list); i++) {
		size_t before = path_enter_item(c, i);

		check_item(c, field, json_item(list, i));
		path_leave(c, before);
	}
}

static void check_string_item(struct check *c, const struct block_field *field,
			      const struct json *item)
{
	check_string(c, field, item, field->letters);
}

static void check_row(struct check *c, const struct block_field *field, const struct json *row)
{
	const struct block_field cells = { .of = field->of, .items = CELLS_MAX };

	check_items(c, &cells, row, check_object);
}

/* ---- values ---- */

/* A whole placeholder might become a number; who knows? */
static bool is_whole_insert(const struct json *value)
{
	return json_lines_is_whole(json_str(value, ""));
}

static void check_value(struct check *c, const struct block_field *field, const struct json *value,
			unsigned letters)
{
	switch (field->kind) {
	case BLOCK_STRING:
		check_string(c, field, value, field->letters > 0 ? field->letters : letters);
		break;
	case BLOCK_WHOLE:
		if (json_kind(value) != JSON_INT && !is_whole_insert(value))
			complain_kind(c, value, "a whole number");
		break;
	case BLOCK_BOOL:
		if (json_kind(value) != JSON_BOOL && !is_whole_insert(value))
			complain_kind(c, value, "true or false, without quotes");
		break;
	case BLOCK_OBJECT:
		check_object(c, field, value);
		break;
	case BLOCK_STRINGS:
		check_items(c, field, value, check_string_item);
		break;
	case BLOCK_OBJECTS:
		check_items(c, field, value, check_object);
		break;
	case BLOCK_ROWS:
		check_items(c, field, value, check_row);
		break;
	case BLOCK_ANY:
		break;
	}
}

/* ---- a message ---- */

static void check_block(struct check *c, const struct block_field *field, const struct json *block)
{
	struct str id = json_str(block, "block_id");
	bool has_insert;

	check_object(c, field, block);
	if (literal_letters(id, &has_insert) > 0 && !has_insert &&
	    map_set(&c->block_ids, id, c) != NULL)
		complain(c, "another block has the block_id \"%.*s\" already",
			 STR_ARG(str_clip(id, SHOWN_MAX)));
}

const struct json *blockkit_blocks(const struct json *j)
{
	const struct json *inner = json_kind(j) == JSON_OBJECT ? json_at(j, "blocks") : j;

	return json_kind(inner) == JSON_ARRAY ? inner : NULL;
}

bool blockkit_check(const struct json *blocks, struct place at, struct diag *diag)
{
	const struct block_field message = { .of = IN_MESSAGE, .items = BLOCKKIT_MAX_BLOCKS };
	struct check c = { .at = at, .diag = diag };

	buf_init(&c.path, 0);
	map_init(&c.block_ids);
	buf_addz(&c.path, "blocks");
	check_items(&c, &message, blocks, check_block);
	if (c.n_told > TOLD_MAX)
		diag_error(diag, at, "blocks: %zu more mistakes, not told", c.n_told - TOLD_MAX);
	map_deinit(&c.block_ids, NULL);
	buf_deinit(&c.path);
	return c.n_told == 0;
}
