/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include <stdlib.h>
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"

void diag_init(struct diag *d)
{
	*d = (struct diag){ 0 };
}

void diag_deinit(struct diag *d)
{
	for (size_t i = 0; i < d->n_entries; i++) {
		free(d->entries[i].file);
		free(d->entries[i].text);
	}
	free(d->entries);
	diag_init(d);
}

enum { HEAD_MAX = 700, TAIL_MAX = 300 };

static bool is_within_letter(struct str s, size_t at)
{
	return at < s.len && ((unsigned char)s.p[at] & 0xC0) == 0x80;
}

/* A line of many pages says no more than its beginning and its end, where the reason stands. */
static void shorten(struct buf *text)
{
	CLEANUP(mem_freep) char *whole = NULL;
	size_t head = HEAD_MAX, tail = text->len - TAIL_MAX;
	struct str all;

	if (text->len <= HEAD_MAX + TAIL_MAX)
		return;
	while (is_within_letter(buf_str(text), head))
		head--;
	while (is_within_letter(buf_str(text), tail))
		tail++;
	all.len = text->len;
	whole = buf_take(text);
	all.p = whole;
	buf_add(text, str_sub(all, 0, head));
	buf_addz(text, " \u2026 ");
	buf_add(text, str_sub(all, tail, all.len));
}

/* Messages quote what people wrote: nothing of it may move the cursor, fake a line or be a token. */
static char *fit_to_print(struct str text)
{
	struct buf shown;

	buf_init(&shown, 0);
	log_redact(text, &shown);
	shorten(&shown);
	return buf_take(&shown);
}

__attribute__((format(printf, 4, 0))) static void add(struct diag *d, enum diag_level level,
						      struct place at, const char *fmt,
						      va_list args)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_init(&text, 0);
	buf_addv(&text, fmt, args);
	if (d->n_entries == d->cap) {
		d->cap = d->cap > 0 ? 2 * d->cap : 8;
		d->entries = mem_grow(d->entries, d->cap, sizeof(d->entries[0]));
	}
	d->entries[d->n_entries++] = (struct diag_entry){
		.level = level,
		.file = fit_to_print(str_from(at.file)),
		.line = at.line,
		.text = fit_to_print(buf_str(&text)),
	};
	*(level == DIAG_ERROR ? &d->n_errors : &d->n_warnings) += 1;
}

void diag_error(struct diag *d, struct place at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(d, DIAG_ERROR, at, fmt, args);
	va_end(args);
}

void diag_warn(struct diag *d, struct place at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(d, DIAG_WARNING, at, fmt, args);
	va_end(args);
}

void diag_move(struct diag *d, struct diag *from)
{
	d->entries = mem_grow(d->entries, d->n_entries + from->n_entries + 1,
			      sizeof(d->entries[0]));
	d->cap = d->n_entries + from->n_entries + 1;
	for (size_t i = 0; i < from->n_entries; i++)
		d->entries[d->n_entries++] = from->entries[i];
	d->n_errors += from->n_errors;
	d->n_warnings += from->n_warnings;
	free(from->entries);
	diag_init(from);
}

struct numbered {
	struct diag_entry entry;
	size_t number;
};

static int by_line(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->entry.line != y->entry.line)
		return x->entry.line > y->entry.line ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

void diag_sort(struct diag *d, size_t first)
{
	size_t n = d->n_entries - first;
	CLEANUP(mem_freep) struct numbered *sorted = mem_zero(n, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct numbered){ d->entries[first + i], i };
	qsort(sorted, n, sizeof(*sorted), by_line);
	for (size_t i = 0; i < n; i++)
		d->entries[first + i] = sorted[i].entry;
}

static const char *level_name(enum diag_level level)
{
	return level == DIAG_ERROR ? "error" : "warning";
}

void diag_print(const struct diag *d, FILE *to)
{
	for (size_t i = 0; i < d->n_entries; i++) {
		const struct diag_entry *e = &d->entries[i];

		if (e->file[0] != '\0')
			fprintf(to, "%s:", e->file);
		if (e->line > 0)
			fprintf(to, "%u:", e->line);
		fprintf(to, "%s%s: %s\n", e->file[0] != '\0' ? " " : "", level_name(e->level),
			e->text);
	}
}

void diag_json(const struct diag *d, struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < d->n_entries; i++) {
		const struct diag_entry *e = &d->entries[i];

		buf_addz(out, i > 0 ? ",{\"file\":" : "{\"file\":");
		json_quote(str_from(e->file), out);
		buf_addf(out, ",\"line\":%u,\"level\":\"%s\",\"message\":", e->line,
			 level_name(e->level));
		json_quote(str_from(e->text), out);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}
