/* SPDX-License-Identifier: MIT */
/*
 * What patterns search is mostly the message as a person sees it, and then nothing is copied. Where a rule looks at
 * something else, a text is put together out of the pieces of the message:
 *
 *	the message	see `vpn down` or <https://wiki|the wiki>
 *	pieces		"see " prose, "`vpn down`" code, " or " prose, "the wiki" a link to https://wiki
 *	look in		takes the pieces asked for, and the addresses of links: look in = text, links gives
 *			"see  or the wiki https://wiki". What is left out is a blank, so that no words grow together
 *	ignore		goes from the left to the right; where phrases begin, the longest becomes a blank
 *
 * A text that was made has pieces of its own, so that a pattern can still tell what of it is a mention.
 */
#include "rule/subject.h"

#include "base/arena.h"
#include "base/buf.h"

/* ---- a text that is put together ---- */

/* Pieces point into a buffer that may still move: their places are kept as numbers until the end. */
struct making {
	struct event *ev;
	struct buf text;
	struct text_piece *pieces; /* in the arena; `shown.p` is NULL, its place is in `from` */
	size_t *from;
	size_t n;
};

static void making_init(struct making *m, struct event *ev, size_t n_max)
{
	*m = (struct making){ .ev = ev };
	buf_init(&m->text, 0);
	m->pieces = arena_alloc(&ev->arena, (n_max + 1) * sizeof(m->pieces[0]));
	m->from = arena_alloc(&ev->arena, (n_max + 1) * sizeof(m->from[0]));
}

static void add_piece(struct making *m, const struct text_piece *piece, struct str shown)
{
	m->pieces[m->n] = *piece;
	m->pieces[m->n].shown.len = shown.len;
	m->from[m->n++] = m->text.len;
	buf_add(&m->text, shown);
}

static void add_blank(struct making *m)
{
	const struct text_piece blank = { .part = PART_TEXT };

	if (m->text.len == 0 || m->text.p[m->text.len - 1] != ' ')
		add_piece(m, &blank, STR(" "));
}

static void making_finish(struct making *m, struct subject *out)
{
	out->text = str_keep(&m->ev->arena, buf_str(&m->text));
	for (size_t i = 0; i < m->n; i++)
		m->pieces[i].shown.p = out->text.p + m->from[i];
	out->pieces = m->pieces;
	out->n_pieces = m->n;
	buf_deinit(&m->text);
}

/* ---- look in ---- */

/* What of the piece lies in the text, which may be the end of the one that the pieces were made for. */
static struct str within(struct str text, struct str shown)
{
	const char *end = shown.p + shown.len;

	if (end <= text.p)
		return str_make(text.p, 0);
	return shown.p >= text.p ? shown : str_make(text.p, (size_t)(end - text.p));
}

static void add_link(struct making *m, const struct text_piece *piece, bool with_label)
{
	const struct text_piece plain = { .part = PART_LINK, .url = piece->url };

	if (with_label)
		add_blank(m);
	add_piece(m, &plain, piece->url);
}

static void take_piece(struct making *m, const struct look *look, const struct text_piece *piece,
		       struct str shown)
{
	bool is_seen = (look->parts & piece->part) != 0;
	bool is_link = piece->url.len > 0 && (look->parts & PART_LINK);
	bool is_bare = piece->url.len > 0 && str_eq(piece->url, shown);

	if (is_seen)
		add_piece(m, piece, shown);
	if (is_link && !(is_seen && is_bare))
		add_link(m, piece, is_seen);
	if (!is_seen && !is_link && shown.len > 0)
		add_blank(m);
}

static void select_parts(struct subject *out, struct event *ev, const struct look *look,
			 bool to_bot)
{
	const struct subject all = subject_whole(ev, to_bot);
	const struct text_piece only = { .shown = all.text, .part = PART_TEXT };
	size_t n = all.n_pieces > 0 ? all.n_pieces : 1;
	struct making m;

	making_init(&m, ev, 3 * n); /* each with a blank and its link */
	for (size_t i = 0; i < n; i++) {
		const struct text_piece *piece = all.n_pieces > 0 ? &all.pieces[i] : &only;
		struct str shown = within(all.text, piece->shown);

		if (shown.len > 0)
			take_piece(&m, look, piece, shown);
	}
	making_finish(&m, out);
}

static void print_field(struct buf *out, const struct json *node)
{
	if (json_kind(node) == JSON_STRING)
		buf_add(out, json_str(node, ""));
	else if (json_kind(node) != JSON_NULL)
		json_print(node, out);
}

static struct str field_text(struct event *ev, const char *path)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	print_field(&text, json_at(ev->payload, path));
	return str_keep(&ev->arena, buf_str(&text));
}

/* ---- ignore ---- */

/* A search for phrases from the start of a text to its end. */
struct hunt {
	const struct subject *in;
	const struct look *look;
	struct str rest;  /* not searched yet */
	struct str *next; /* the next hit of each pattern, which may be behind already */
	bool *searched;	  /* … and is known */
	bool cannot_tell; /* a pattern ran over its budget */
};

static void hunt_init(struct hunt *h, const struct subject *in, struct event *ev,
		      const struct look *look)
{
	*h = (struct hunt){
		.in = in,
		.look = look,
		.rest = in->text,
		.next = arena_alloc(&ev->arena, look->n_ignore * sizeof(struct str)),
		.searched = arena_alloc(&ev->arena, look->n_ignore * sizeof(bool)),
	};
}

/* So that a text with many phrases is gone over once by each pattern, not once for each phrase. */
static struct str next_of(struct hunt *h, size_t i)
{
	struct subject rest = *h->in;
	struct captures caught;
	enum tristate answer;

	if (h->searched[i] && (h->next[i].p == NULL || h->next[i].p >= h->rest.p))
		return h->next[i];
	rest.text = h->rest;
	answer = pattern_find_in(h->look->ignore[i], &rest, &caught);
	h->cannot_tell = h->cannot_tell || answer == TRISTATE_UNKNOWN;
	h->searched[i] = true;
	h->next[i] = answer == TRISTATE_YES && caught.group[0].len > 0 ? caught.group[0] :
									 (struct str){ NULL, 0 };
	return h->next[i];
}

/* The next phrase, by any of the patterns: the first, and of those the longest. What stands before it is given, too;
 * at the end all the rest. */
static bool next_phrase(struct hunt *h, struct str *before)
{
	struct str found = { NULL, 0 };

	for (size_t i = 0; i < h->look->n_ignore; i++) {
		struct str hit = next_of(h, i);

		if (hit.p != NULL && (found.p == NULL || hit.p < found.p ||
				      (hit.p == found.p && hit.len > found.len)))
			found = hit;
	}
	*before = h->rest;
	if (found.p == NULL)
		return false;
	*before = str_sub(h->rest, 0, (size_t)(found.p - h->rest.p));
	h->rest = str_sub(h->rest, before->len + found.len, h->rest.len);
	return true;
}

/* A piece may be cut by what is blanked out of it; a mention that is cut is none any more. Parts are copied in their
 * order: *first is the piece to begin with. */
static void copy_pieces(struct making *m, const struct subject *in, struct str part, size_t *first)
{
	const struct text_piece only = { .shown = in->text, .part = PART_TEXT };
	size_t n = in->n_pieces > 0 ? in->n_pieces : 1;

	for (size_t i = *first; i < n; i++) {
		struct text_piece piece = in->n_pieces > 0 ? in->pieces[i] : only;
		const char *piece_end = piece.shown.p + piece.shown.len;
		const char *from = piece.shown.p > part.p ? piece.shown.p : part.p;
		const char *end = piece_end < part.p + part.len ? piece_end : part.p + part.len;

		if (piece.shown.p >= part.p + part.len)
			return;
		if (from < end) {
			if ((size_t)(end - from) < piece.shown.len)
				piece.sigil = 0;
			add_piece(m, &piece, str_make(from, (size_t)(end - from)));
		}
		if (piece_end <= part.p + part.len)
			*first = i + 1;
	}
}

static size_t count_phrases(struct hunt *h)
{
	struct str before;
	size_t n = 0;

	while (next_phrase(h, &before))
		n++;
	return n;
}

static enum tristate blank_out(struct subject *out, struct event *ev, const struct look *look)
{
	const struct subject in = *out;
	struct hunt hunt;
	struct making m;
	struct str part;
	size_t n, first = 0;

	hunt_init(&hunt, &in, ev, look);
	n = count_phrases(&hunt);
	if (n == 0 || hunt.cannot_tell)
		return hunt.cannot_tell ? TRISTATE_UNKNOWN : TRISTATE_YES;
	hunt_init(&hunt, &in, ev, look);
	making_init(&m, ev, (in.n_pieces > 0 ? in.n_pieces : 1) + 2 * n);
	/* By the clock the second walk may find others, and there is room for so many. */
	while (n-- > 0 && next_phrase(&hunt, &part)) {
		copy_pieces(&m, &in, part, &first);
		add_blank(&m);
	}
	copy_pieces(&m, &in, hunt.rest, &first);
	making_finish(&m, out);
	return hunt.cannot_tell ? TRISTATE_UNKNOWN : TRISTATE_YES;
}

enum tristate subject_make(struct subject *out, struct event *ev, const struct look *look,
			   bool to_bot)
{
	if (look->field != NULL)
		*out = (struct subject){ .text = field_text(ev, look->field) };
	else if (look->raw)
		*out = (struct subject){ .text = ev->text_raw };
	else if (look->parts == LOOK_DEFAULT)
		*out = subject_whole(ev, to_bot);
	else
		select_parts(out, ev, look, to_bot);
	return look->n_ignore > 0 ? blank_out(out, ev, look) : TRISTATE_YES;
}
