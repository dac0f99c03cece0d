/* SPDX-License-Identifier: MIT */
#include "render.h"

#include "base/buf.h"
#include "base/mem.h"
#include "rule/form.h"
#include "slack/markup.h"

enum { CODE_SPAN_MAX = 500 };

/* ---- values ---- */

static void note_last(struct render *r, const struct buf *out)
{
	if (out->len > 0)
		r->before = out->p[out->len - 1];
}

/* Backticks inside would end the code: they become the look-alike U+02CB. */
static void put_code(struct buf *out, struct str text)
{
	CLEANUP(buf_deinit) struct buf inert = { 0 };
	/* Only a block can be closed and opened again where a long answer is cut. */
	bool is_block = text.len > CODE_SPAN_MAX || str_find_char(text, '\n') != SIZE_MAX;
	const char *fence = is_block ? "```" : "`";
	struct str rest, piece;
	bool first = true;

	buf_init(&inert, 0);
	markup_inert(&inert, text);
	buf_addz(out, fence);
	rest = buf_str(&inert);
	while (str_cut(&rest, '`', &piece)) {
		if (!first)
			buf_addz(out, "\xCB\x8B");
		buf_add(out, piece);
		first = false;
	}
	buf_addz(out, fence);
}

/* Is the end of the text within the address of a link as the rule wrote it, `<https://…`? */
static bool is_in_link(const struct buf *out)
{
	for (size_t i = out->len; i > 0; i--) {
		char c = out->p[i - 1];

		if (c == '<')
			return true;
		if (c == '>' || c == '|' || c == '\n')
			return false;
	}
	return false;
}

/* An address of our own making: built out of checked ids, or percent-encoded. */
static void put_link(struct buf *out, struct str address)
{
	struct str piece;
	bool first = true;

	while (str_cut(&address, '&', &piece)) {
		buf_addz(out, first ? "" : "&amp;");
		buf_add(out, piece);
		first = false;
	}
}

/* Every line of it with its mark; inert, so that no line of it can end the quote. */
static void put_quote(struct render *r, struct buf *out, struct str text)
{
	struct str line;
	bool first = true;

	buf_addz(out, r->before != 0 && r->before != '\n' ? "\n" : "");
	while (str_cut(&text, '\n', &line)) {
		buf_addz(out, first ? "> " : "\n> ");
		markup_inert(out, line);
		first = false;
	}
	r->after_quote = true;
}

static void put_linked(struct buf *out, const struct value *value)
{
	bool is_user = value->kind == VALUE_USER;

	if (!value->notifies || !(is_user ? markup_mention : markup_channel_link)(out, value->id))
		markup_inert(out, value->text);
}

static void end_quote(struct render *r, struct buf *out, bool starts_line)
{
	if (r->after_quote && !starts_line)
		buf_addc(out, '\n');
	r->after_quote = false;
}

/* An `@` and what is put behind it must not be a name together: `@{1}`, or `{1}{2}`. */
static void break_word(const struct render *r, struct buf *out)
{
	if (r->before == '@')
		buf_addz(out, "\xE2\x81\xA0");
}

static void on_put(void *owner, struct buf *out, const struct value *value)
{
	struct render *r = owner;

	end_quote(r, out, false);
	/* In an address a blank or a `|` of the writer's would end it and begin a label of his own. */
	if (value->kind != VALUE_LINK && (r->in_address || is_in_link(out))) {
		buf_add_percent(out, value->text);
		note_last(r, out);
		return;
	}
	switch (value->kind) {
	case VALUE_USER:
	case VALUE_CHANNEL:
		put_linked(out, value);
		break;
	case VALUE_LINK:
		put_link(out, value->text);
		break;
	case VALUE_CODE:
		put_code(out, value->text);
		break;
	case VALUE_QUOTE:
		put_quote(r, out, value->text);
		break;
	case VALUE_TEXT:
	case VALUE_TIME:
	case VALUE_LITERAL: /* changed by a filter, or part of something else */
		break_word(r, out);
		markup_inert(out, value->text);
		break;
	}
	note_last(r, out);
}

/* ---- literal text: names that Slack knows become mentions and links ---- */

static bool is_name_byte(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

static bool starts_name(const struct render *r, struct str rest)
{
	unsigned char before = (unsigned char)r->before;
	bool in_word = before >= 0x80 ||
		       (is_name_byte(before) && before != '.' && before != '-' && before != '_');

	return !r->in_code && !r->in_address && !in_word && rest.len > 1 &&
	       (rest.p[0] == '@' || rest.p[0] == '#') && is_name_byte((unsigned char)rest.p[1]);
}

static struct str name_after_sigil(struct str rest)
{
	struct str name = str_sub(rest, 1, rest.len);
	size_t n = 0;

	while (n < name.len && is_name_byte((unsigned char)name.p[n]))
		n++;
	while (n > 0 && name.p[n - 1] == '.')
		n--;
	return str_sub(name, 0, n);
}

/* Of people first, then of groups of them. */
static bool put_known(const struct action_world *world, struct buf *out, char sigil,
		      struct str name)
{
	struct str id;

	if (world->find(world->owner, sigil, name, &id))
		return (sigil == '@' ? markup_mention : markup_channel_link)(out, id);
	return sigil == '@' && world->find(world->owner, '&', name, &id) &&
	       markup_group_mention(out, id);
}

/* Takes `@name` or `#channel` off the rest when the directory knows it. */
static bool put_name(struct render *r, struct buf *out, struct str *rest)
{
	struct str name = name_after_sigil(*rest);

	if (name.len == 0 || !put_known(r->values->world, out, rest->p[0], name))
		return false;
	*rest = str_sub(*rest, 1 + name.len, rest->len);
	return true;
}

/* A bracket that opens something Slack knows, or stands right before an insert. */
static bool opens_markup(struct str text)
{
	static const char *const openings[] = { "<@",	     "<#",	 "<!",	 "<http://",
						"<https://", "<mailto:", "<tel:" };

	if (text.len == 1)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
		if (str_starts(text, openings[i]))
			return true;
	}
	return false;
}

/* How far plain literal text goes: up to a sign that may begin a name, a code mark, or a whole <…>. */
static size_t literal_run(struct str rest)
{
	size_t n = 1;

	if (rest.p[0] == '<') {
		size_t end = str_find_char(rest, '>');

		return end == SIZE_MAX ? 1 : end + 1;
	}
	while (n < rest.len && rest.p[n] != '@' && rest.p[n] != '#' && rest.p[n] != '`' &&
	       rest.p[n] != '<')
		n++;
	return n;
}

/* An address ends at the first blank, or where its label begins; what looks like a name in it is part of it. */
static void note_address(struct render *r, struct str piece)
{
	while (piece.len > 0) {
		if (str_starts(piece, "://"))
			r->in_address = true;
		else if (str_find_char(STR(" \t\n|>"), piece.p[0]) != SIZE_MAX)
			r->in_address = false;
		piece = str_sub(piece, 1, piece.len);
	}
}

static void on_literal(void *owner, struct buf *out, struct str text)
{
	struct render *r = owner;

	end_quote(r, out, text.len > 0 && text.p[0] == '\n');
	while (text.len > 0) {
		size_t n;

		note_last(r, out);
		if (starts_name(r, text) && put_name(r, out, &text))
			continue;
		if (text.p[0] == '<' && !opens_markup(text)) {
			buf_addz(out, "&lt;");
			text = str_sub(text, 1, text.len);
			continue;
		}
		if (text.p[0] == '`')
			r->in_code = !r->in_code;
		n = text.p[0] == '`' ? 1 : literal_run(text);
		markup_literal(out, str_sub(text, 0, n));
		if (text.p[0] != '<')
			note_address(r, str_sub(text, 0, n));
		text = str_sub(text, n, text.len);
	}
	note_last(r, out);
}

/* ---- hosts ---- */

static bool on_value(void *owner, const struct reference *ref, struct value *out)
{
	const struct render *r = owner;

	return values_get(r->values, ref, out);
}

static enum answer on_named(void *owner, const struct value *value, struct str name)
{
	const struct render *r = owner;

	return values_is_named(r->values, value, name);
}

static size_t on_random(void *owner, size_t n)
{
	const struct action_world *world = ((const struct render *)owner)->values->world;

	return world->random(world->owner, n);
}

struct template_host render_host(struct render *r, const struct values *v)
{
	*r = (struct render){ .values = v };
	return (struct template_host){
		.owner = r,
		.value = on_value,
		.is_named = on_named,
		.put = on_put,
		.literal = on_literal,
		.random = on_random,
		.filters = { v->world->now(v->world->owner), v->rule->zone },
	};
}

void render_text(const struct template *t, const struct values *v, struct buf *out)
{
	struct render render;
	const struct template_host host = render_host(&render, v);

	template_render(t, &host, out);
}

/* Strings that are no markup may not hide anything all the same. */
static void put_harmless(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	markup_harmless(out, value->text);
}

struct json *render_plain_form(const struct form *f, const struct values *v)
{
	struct template_host host = values_host(v);

	host.put = put_harmless;
	return form_render(f, &host, &host);
}

/* Each string is a text of its own. */
static void on_begin(void *owner)
{
	struct render *r = owner;

	*r = (struct render){ .values = r->values };
}

struct json *render_form(const struct form *f, const struct values *v)
{
	struct render render;
	struct template_host host = render_host(&render, v);
	struct template_host plain = values_host(v);

	host.begin = on_begin;
	plain.put = put_harmless;
	return form_render(f, &host, &plain);
}
