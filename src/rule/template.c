/* SPDX-License-Identifier: MIT */
#include "rule/template.h"

#include <stdlib.h>
#include "base/mem.h"
#include "rule/template_read.h"

int template_compile(struct template **out, const struct ini_entry *entry, const char *file,
		     const struct template_scope *scope, struct diag *diag)
{
	struct template *t = mem_zero(1, sizeof(*t));

	arena_init(&t->arena);
	if (!template_read(t, entry, file, scope, diag)) {
		template_free(t);
		return TEMPLATE_BAD;
	}
	*out = t;
	return 0;
}

void template_free(struct template *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->pieces.n; i++) {
		insert_deinit(&t->pieces.items[i].insert);
		free(t->pieces.items[i].alternative.items);
	}
	free(t->pieces.items);
	free(t->names);
	arena_deinit(&t->arena);
	free(t);
}

/* ---- rendering ---- */

static void put_filtered(const struct insert *insert, const struct template_host *host,
			 struct str text, struct buf *out)
{
	CLEANUP(buf_deinit) struct buf now = { 0 };
	struct value value = { .kind = VALUE_TEXT };

	buf_init(&now, 0);
	buf_add(&now, text);
	for (size_t i = 0; i < insert->n_filters; i++) {
		const struct filter *filter = &insert->filters[i];
		struct buf next;

		if (filter->code)
			value.kind = VALUE_CODE;
		if (filter->apply == NULL)
			continue;
		buf_init(&next, 0);
		filter->apply(&next, buf_str(&now), filter->n);
		buf_deinit(&now);
		now = next;
	}
	value.text = buf_str(&now);
	if (value.text.len > 0)
		host->put(host->owner, out, &value);
}

static void put_pieces(const struct pieces *pieces, const struct template_host *host,
		       struct buf *out);

static void put_alternative(const struct piece *piece, const struct template_host *host,
			    struct buf *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (piece->insert.n_filters == 0) {
		put_pieces(&piece->alternative, host, out);
		return;
	}
	buf_init(&text, 0);
	for (size_t i = 0; i < piece->alternative.n; i++)
		buf_add(&text, piece->alternative.items[i].text);
	put_filtered(&piece->insert, host, buf_str(&text), out);
}

static void put_insert(const struct piece *piece, const struct template_host *host, struct buf *out)
{
	const struct insert *insert = &piece->insert;
	struct value value = { 0 };

	if (!host->value(host->owner, insert->name, insert->field, insert->group, &value) ||
	    value.text.len == 0)
		put_alternative(piece, host, out);
	else if (insert->n_filters > 0)
		put_filtered(insert, host, value.text, out);
	else
		host->put(host->owner, out, &value);
}

static void put_pieces(const struct pieces *pieces, const struct template_host *host,
		       struct buf *out)
{
	for (size_t i = 0; i < pieces->n; i++) {
		const struct piece *piece = &pieces->items[i];
		const struct value plain = { .kind = VALUE_TEXT, .text = piece->text };

		switch (piece->kind) {
		case PIECE_LITERAL:
			host->literal(host->owner, out, piece->text);
			break;
		case PIECE_PLAIN:
			host->put(host->owner, out, &plain);
			break;
		case PIECE_INSERT:
			put_insert(piece, host, out);
			break;
		}
	}
}

void template_render(const struct template *t, const struct template_host *host, struct buf *out)
{
	put_pieces(&t->pieces, host, out);
}

/* ---- what it needs ---- */

bool template_wants_names(const struct template *t)
{
	return t->wants_names;
}

bool template_wants_text(const struct template *t)
{
	return t->wants_text;
}

void template_each_name(const struct template *t,
			void (*on_name)(void *owner, char sigil, struct str name), void *owner)
{
	for (size_t i = 0; i < t->n_names; i++)
		on_name(owner, t->names[i].sigil, t->names[i].name);
}
