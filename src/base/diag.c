/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"

void diag_deinit(struct diag *d)
{
	for (size_t i = 0; i < d->n_entries; i++) {
		free(d->entries[i].file);
		free(d->entries[i].text);
	}
	free(d->entries);
	diag_init(d);
}

/* Messages quote what people wrote: nothing of it may move the cursor, fake a line or be a token. A line of many pages
 * says no more than its beginning and its end, where the reason stands. */
static char *fit_to_print(struct str text)
{
	enum { HEAD_MAX = 700, TAIL_MAX = 300 };
	const struct str gap = STR(" \u2026 ");
	struct buf shown = { 0 };

	log_redact(text, &shown);
	if (shown.len > HEAD_MAX + TAIL_MAX) {
		char *end = shown.p + str_clip(buf_str(&shown), HEAD_MAX).len;
		size_t tail = shown.len - TAIL_MAX;

		while (tail < shown.len && ((unsigned char)shown.p[tail] & 0xC0) == 0x80)
			tail++; /* it begins with a whole letter */
		memmove(end + gap.len, shown.p + tail, shown.len - tail);
		memcpy(end, gap.p, gap.len);
		shown.len = (size_t)(end - shown.p) + gap.len + shown.len - tail;
	}
	return buf_take(&shown);
}

__attribute__((format(printf, 4, 0))) static void add(struct diag *d, enum diag_level level,
						      struct place at, const char *fmt,
						      va_list args)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

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

static int by_line(const void *a, const void *b)
{
	const struct diag_entry *x = a, *y = b;

	if (x->line != y->line)
		return x->line > y->line ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

void diag_sort(struct diag *d)
{
	for (size_t i = 0; i < d->n_entries; i++)
		d->entries[i].number = i;
	if (d->n_entries > 0)
		qsort(d->entries, d->n_entries, sizeof(d->entries[0]), by_line);
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
