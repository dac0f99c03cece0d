/* SPDX-License-Identifier: MIT */
#include "template/template.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/mem.h"
#include "template/condition.h"
#include "template/template_parse.h"

int template_compile(struct template **out, const struct ini_line *lines, size_t n_lines,
		     const char *file, const struct template_scope *scope, struct pattern_kit *kit,
		     struct diag *diag)
{
	struct template *t = mem_zero(1, sizeof(*t));

	arena_init(&t->arena);
	if (!template_read(t, lines, n_lines, file, scope, kit, diag)) {
		template_free(t);
		return TEMPLATE_BAD;
	}
	*out = t;
	return 0;
}

int template_compile_text(struct template **out, struct str text, struct place at,
			  const struct template_scope *scope, struct diag *diag)
{
	const struct ini_line line = { text, at.line };

	return template_compile(out, &line, 1, at.file, scope, NULL, diag);
}

static void pieces_free(struct pieces *pieces);

static void placeholder_free(struct placeholder *placeholder)
{
	if (placeholder == NULL)
		return;
	reference_deinit(&placeholder->value);
	condition_free(placeholder->condition);
	for (size_t i = 0; i < placeholder->n_texts; i++)
		pieces_free(&placeholder->texts[i]);
	free(placeholder->texts);
	free(placeholder->filters);
	free(placeholder);
}

static void pieces_free(struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->n; i++)
		placeholder_free(pieces->items[i].placeholder);
	free(pieces->items);
}

void template_free(struct template *t)
{
	if (t == NULL)
		return;
	pieces_free(&t->pieces);
	free(t->names);
	arena_deinit(&t->arena);
	free(t);
}

/* ---- rendering ---- */

/* What a placeholder puts: a value, or texts of the author's. */
struct shown {
	struct value value;
	const struct pieces *pieces; /* when set, these */
};

static void put_pieces(const struct pieces *pieces, const struct template_host *host,
		       struct buf *out);

static struct shown choose_text(const struct placeholder *placeholder,
				const struct template_host *host)
{
	size_t i = 0;

	if (placeholder->kind == PLACEHOLDER_PICK)
		i = host->random(host->owner, placeholder->n_texts);
	else if (placeholder->kind == PLACEHOLDER_IF &&
		 condition_ask(placeholder->condition, host) != TRISTATE_YES)
		i = 1;
	return (struct shown){ .pieces = i < placeholder->n_texts ? &placeholder->texts[i] : NULL };
}

static struct shown show(const struct placeholder *placeholder, const struct template_host *host)
{
	struct shown shown = { .value = { .text = STR_EMPTY } };

	if (placeholder->kind != PLACEHOLDER_VALUE)
		return choose_text(placeholder, host);
	if (host->value(host->owner, &placeholder->value, &shown.value) &&
	    shown.value.text.len > 0) {
		if (shown.value.linked.len > 0)
			shown.value.text = shown.value.linked;
		return shown;
	}
	return (struct shown){
		.value = { .text = STR_EMPTY },
		.pieces = placeholder->n_texts > 0 ? &placeholder->texts[0] : NULL,
	};
}

static bool is_nothing(const struct shown *shown)
{
	return shown->pieces == NULL && shown->value.text.len == 0;
}

/* ---- texts as plain text, for filters ---- */

static void put_value_plain(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	buf_add(out, value->text);
}

static void put_literal_plain(void *owner, struct buf *out, struct str text)
{
	(void)owner;
	buf_add(out, text);
}

static void flatten(const struct pieces *pieces, const struct template_host *host, struct buf *out)
{
	struct template_host plain = *host;

	plain.put = put_value_plain;
	plain.literal = put_literal_plain;
	put_pieces(pieces, &plain, out);
}

static void put_filtered(const struct placeholder *placeholder, const struct template_host *host,
			 struct shown *shown, struct buf *out)
{
	CLEANUP(buf_deinit) struct buf now = { 0 };
	CLEANUP(buf_deinit) struct buf next = { 0 };

	if (shown->pieces != NULL) {
		flatten(shown->pieces, host, &now);
		shown->value = (struct value){ .kind = VALUE_TEXT, .text = buf_str(&now) };
	}
	for (size_t i = 0; i < placeholder->n_filters; i++) {
		struct buf old = now;

		*host->n_filtered += shown->value.text.len;
		if (*host->n_filtered > TEMPLATE_TEXT_MAX)
			return;
		shown->value.text = str_clip(shown->value.text, TEMPLATE_TEXT_MAX);
		filter_apply(&placeholder->filters[i], &shown->value, &host->filters, &next);
		now = next;
		next = old;
	}
	if (shown->value.text.len > 0)
		host->put(host->owner, out, &shown->value);
}

static void put_placeholder(const struct placeholder *placeholder, const struct template_host *host,
			    struct buf *out)
{
	struct shown shown = show(placeholder, host);

	if (is_nothing(&shown))
		return;
	if (placeholder->n_filters > 0)
		put_filtered(placeholder, host, &shown, out);
	else if (shown.pieces != NULL)
		put_pieces(shown.pieces, host, out);
	else if (shown.value.kind == VALUE_LITERAL && shown.value.literal != NULL)
		put_pieces(&shown.value.literal->pieces, host, out);
	else
		host->put(host->owner, out, &shown.value);
}

static void put_pieces(const struct pieces *pieces, const struct template_host *host,
		       struct buf *out)
{
	for (size_t i = 0; i < pieces->n && out->len < TEMPLATE_TEXT_MAX; i++) {
		const struct piece *piece = &pieces->items[i];
		const struct value plain = { .kind = VALUE_TEXT, .text = piece->text };

		switch (piece->kind) {
		case PIECE_LITERAL:
			host->literal(host->owner, out, piece->text);
			break;
		case PIECE_PLAIN:
			host->put(host->owner, out, &plain);
			break;
		case PIECE_PLACEHOLDER:
			put_placeholder(piece->placeholder, host, out);
			break;
		}
	}
}

void template_render(const struct template *t, const struct template_host *host, struct buf *out)
{
	struct template_host counting = *host;
	size_t n_filtered = 0;

	counting.n_filtered = &n_filtered;
	put_pieces(&t->pieces, &counting, out);
}

bool template_value(const struct template *t, const struct template_host *host, struct value *out)
{
	const struct piece *only = t->pieces.items;

	if (t->pieces.n != 1 || only->kind != PIECE_PLACEHOLDER ||
	    only->placeholder->kind != PLACEHOLDER_VALUE || only->placeholder->n_filters > 0)
		return false;
	return host->value(host->owner, &only->placeholder->value, out) && out->text.len > 0;
}

bool template_is_literal(const struct template *t, struct str *out)
{
	*out = STR_EMPTY;
	if (t->pieces.n == 0)
		return true;
	if (t->pieces.n > 1 || t->pieces.items[0].kind == PIECE_PLACEHOLDER)
		return false;
	*out = t->pieces.items[0].text;
	return true;
}

size_t template_ways(const struct template *t)
{
	size_t ways = 1;

	/* No `pick` stands within another placeholder. */
	for (size_t i = 0; i < t->pieces.n && ways < TEMPLATE_WAYS_MAX; i++) {
		const struct placeholder *placeholder = t->pieces.items[i].placeholder;

		if (placeholder != NULL && placeholder->kind == PLACEHOLDER_PICK)
			ways *= placeholder->n_texts;
	}
	return ways < TEMPLATE_WAYS_MAX ? ways : TEMPLATE_WAYS_MAX;
}

/* ---- what it needs ---- */

struct walk {
	void (*on_reference)(void *owner, const struct reference *ref, bool as_text);
	void *owner;
};

static void walk_pieces(const struct pieces *pieces, const struct walk *walk)
{
	for (size_t i = 0; i < pieces->n; i++) {
		const struct placeholder *placeholder = pieces->items[i].placeholder;

		if (placeholder == NULL)
			continue;
		if (placeholder->condition != NULL)
			condition_each_reference(placeholder->condition, walk->on_reference,
						 walk->owner);
		for (size_t t = 0; t < placeholder->n_texts; t++)
			walk_pieces(&placeholder->texts[t], walk);
		if (placeholder->kind != PLACEHOLDER_VALUE)
			continue;
		if (placeholder->value.key != NULL)
			template_each_reference(placeholder->value.key, walk->on_reference,
						walk->owner);
		walk->on_reference(walk->owner, &placeholder->value, placeholder->n_filters > 0);
	}
}

void template_each_reference(const struct template *t,
			     void (*on_reference)(void *owner, const struct reference *ref,
						  bool as_text),
			     void *owner)
{
	const struct walk walk = { on_reference, owner };

	walk_pieces(&t->pieces, &walk);
}

void template_each_name(const struct template *t,
			void (*on_name)(void *owner, char sigil, struct str name), void *owner)
{
	for (size_t i = 0; i < t->n_names; i++)
		on_name(owner, t->names[i].sigil, t->names[i].name);
}
