/* SPDX-License-Identifier: MIT */
#include "engine/render.h"

#include "base/buf.h"
#include "base/mem.h"
#include "template/json_template.h"
#include "slack/markup.h"

enum {
	CODE_SPAN_MAX = 500,
	/* So much may be put into one link that it still is not cut in two. */
	ADDRESS_MAX = 1200,
	LABEL_MAX = 400,
	/* A link is sought so far back: longer ones Slack does not take. */
	LINK_MAX = 4096,
};

#define JOINER "\xE2\x81\xA0"

/* ---- values ---- */

static void note_last(struct render *r, const struct buf *out)
{
	if (out->len > 0)
		r->before = out->p[out->len - 1];
}

/* What was put before may end in an `@`: together they must be no name either. */
static void part_from_sign(const struct render *r, struct buf *out)
{
	if (r->before == '@')
		buf_addz(out, JOINER);
}

/* Backticks inside would end the code: they become the look-alike U+02CB. */
static void put_without_ticks(struct buf *out, struct str text)
{
	CLEANUP(buf_deinit) struct buf tickless = { 0 };
	struct str piece;

	while (str_cut(&text, '`', &piece)) {
		buf_add(&tickless, piece);
		buf_addz(&tickless, text.p != NULL ? "\xCB\x8B" : "");
	}
	markup_inert(out, buf_str(&tickless));
}

/* What somebody wrote ends neither the code that the author began around it nor begins anything else. */
static void put_inert(const struct render *r, struct buf *out, struct str text)
{
	if (r->in_code)
		put_without_ticks(out, text);
	else
		(r->markdown ? markup_markdown : markup_inert)(out, text);
}

static void put_code(struct buf *out, struct str text)
{
	/* Only a block can be closed and opened again where a long answer is cut. */
	bool is_block = text.len > CODE_SPAN_MAX || str_find_char(text, '\n') != SIZE_MAX;
	const char *fence = is_block ? "```" : "`";

	buf_addz(out, fence);
	put_without_ticks(out, text);
	buf_addz(out, fence);
}

enum spot { IN_TEXT, IN_ADDRESS, IN_LABEL };

/* Is the end of the text within a link as the rule wrote it, `<https://…|…>`? */
static enum spot spot_of(const struct render *r, const struct buf *out)
{
	enum spot spot = IN_ADDRESS;

	for (size_t i = out->len; i > 0 && out->len - i < LINK_MAX; i--) {
		char c = out->p[i - 1];

		if (c == '<')
			return spot;
		if (c == '>' || c == '\n')
			break;
		if (c == '|')
			spot = IN_LABEL;
	}
	return r->in_address ? IN_ADDRESS : IN_TEXT;
}

/* An address as it stands in markup. */
static void put_escaped(struct buf *out, struct str address)
{
	struct str piece;

	while (str_cut(&address, '&', &piece)) {
		buf_add(out, piece);
		buf_addz(out, address.p != NULL ? "&amp;" : "");
	}
}

/* A blank or a `|` of the writer's would end the address and begin a label of his own. */
static void put_address(struct buf *out, const struct value *value)
{
	struct str text = value->text, rest = text;
	size_t end = out->len + ADDRESS_MAX;

	if (value->kind == VALUE_LINK) {
		put_escaped(out, str_clip(text, ADDRESS_MAX));
		return;
	}
	while (rest.len > 0 && out->len < end) {
		text = rest;
		utf8_next(&rest);
		buf_add_percent(out, str_sub(text, 0, text.len - rest.len));
	}
}

/* No mention within a link, nor a line end, which would undo it. */
static void put_label(const struct render *r, struct buf *out, struct str text)
{
	struct str rest = str_clip(text, LABEL_MAX), line;
	bool first = true;

	part_from_sign(r, out);
	while (str_cut(&rest, '\n', &line)) {
		buf_addz(out, first ? "" : " ");
		put_inert(r, out, line);
		first = false;
	}
	buf_addz(out, text.len > LABEL_MAX ? " …" : "");
}

/* Every line of it with its mark; inert, so that no line of it can end the quote. */
static void put_quote(struct render *r, struct buf *out, struct str text)
{
	struct str line;
	bool first = true;

	buf_addz(out, r->before != 0 && r->before != '\n' ? "\n" : "");
	while (str_cut(&text, '\n', &line)) {
		buf_addz(out, first ? "> " : "\n> ");
		put_inert(r, out, line);
		first = false;
	}
	r->after_quote = true;
}

static void put_linked(const struct render *r, struct buf *out, const struct value *value)
{
	bool is_user = value->kind == VALUE_USER;

	if (!value->notifies || !(is_user ? markup_mention : markup_channel_link)(out, value->id))
		put_inert(r, out, value->text);
}

/* Of our own making, out of checked ids, or percent-encoded. A bracket that waited for it opens now. */
static void put_link(struct render *r, struct buf *out, struct str address)
{
	bool opens = r->open_angle && str_starts(address, "https://");

	if (opens)
		out->len -= STR("&lt;").len;
	buf_addz(out, opens ? "<" : "");
	put_escaped(out, address);
}

static void end_quote(struct render *r, struct buf *out, bool starts_line)
{
	if (r->after_quote && !starts_line)
		buf_addc(out, '\n');
	r->after_quote = false;
}

static void put_in_text(struct render *r, struct buf *out, const struct value *value)
{
	part_from_sign(r, out);
	switch (value->kind) {
	case VALUE_USER:
	case VALUE_CHANNEL:
		put_linked(r, out, value);
		break;
	case VALUE_LINK:
		put_link(r, out, value->text);
		break;
	case VALUE_CODE:
		if (r->in_code)
			put_inert(r, out, value->text);
		else
			put_code(out, value->text);
		break;
	case VALUE_QUOTE:
		put_quote(r, out, value->text);
		break;
	case VALUE_TEXT:
	case VALUE_TIME:
	case VALUE_RAW:	    /* only others may take it as it is */
	case VALUE_LITERAL: /* changed by a filter, or part of something else */
		put_inert(r, out, value->text);
		break;
	}
}

static void on_put(void *owner, struct buf *out, const struct value *value)
{
	struct render *r = owner;

	end_quote(r, out, false);
	note_last(r, out);
	switch (spot_of(r, out)) {
	case IN_ADDRESS:
		if (markup_may_stand_behind(buf_str(out), value->text))
			put_address(out, value);
		break;
	case IN_LABEL:
		put_label(r, out, value->text);
		break;
	case IN_TEXT:
		put_in_text(r, out, value);
		break;
	}
	r->open_angle = false;
	note_last(r, out);
	r->after_sign = r->before == '@';
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
static bool put_known(const struct workspace *w, struct buf *out, char sigil, struct str name)
{
	struct str id;

	if (w->resolver->find(w, sigil, name, &id))
		return (sigil == '@' ? markup_mention : markup_channel_link)(out, id);
	return sigil == '@' && w->resolver->find(w, '&', name, &id) &&
	       markup_group_mention(out, id);
}

/* Takes `@name` or `#channel` off the rest when the directory knows it. */
static bool put_name(struct render *r, struct buf *out, struct str *rest)
{
	struct str name = name_after_sigil(*rest);

	if (name.len == 0 || !put_known(r->values->ev->workspace, out, rest->p[0], name))
		return false;
	*rest = str_sub(*rest, 1 + name.len, rest->len);
	return true;
}

/* A bracket that opens something Slack knows. */
static bool opens_markup(struct str text)
{
	static const char *const openings[] = { "<@",	     "<#",	 "<!",	 "<http://",
						"<https://", "<mailto:", "<tel:" };

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
		else if (str_find_char(STR(" \t\n|>"), piece.p[0]) != SIZE_MAX ||
			 (r->markdown && piece.p[0] == ')'))
			r->in_address = false;
		piece = str_sub(piece, 1, piece.len);
	}
}

static void on_literal(void *owner, struct buf *out, struct str text)
{
	struct render *r = owner;

	end_quote(r, out, text.len > 0 && text.p[0] == '\n');
	if (r->after_sign && text.len > 0 && is_name_byte((unsigned char)text.p[0]))
		buf_addz(out, JOINER);
	r->after_sign = r->open_angle = false;
	while (text.len > 0) {
		size_t n;

		note_last(r, out);
		if (starts_name(r, text) && put_name(r, out, &text))
			continue;
		if (text.p[0] == '<' && !opens_markup(text)) {
			buf_addz(out, "&lt;");
			r->open_angle = text.len == 1;
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

static enum tristate on_named(void *owner, const struct value *value, struct str name)
{
	const struct render *r = owner;

	return values_is_named(r->values, value, name);
}

static size_t on_random(void *owner, size_t n)
{
	const struct workspace *w = ((const struct render *)owner)->values->ev->workspace;

	return w->resolver->random(w, n);
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
		.filters = { clock_wall(v->clock), v->rule->zone },
	};
}

void render_text(const struct template *t, const struct values *v, struct buf *out)
{
	struct render render;
	const struct template_host host = render_host(&render, v);

	template_render(t, &host, out);
}

/* Strings that are no markup may not hide anything all the same; and there are addresses among them, where what
 * people wrote stays one part. */
static bool put_in_address(const struct render *r, struct buf *out, const struct value *value)
{
	if (!r->in_address)
		return false;
	if (value->kind == VALUE_LINK)
		markup_plain(out, value->text);
	else
		put_address(out, value);
	return true;
}

static void put_plain(void *owner, struct buf *out, const struct value *value)
{
	if (!put_in_address(owner, out, value))
		markup_plain(out, value->text);
}

/* Whoever gets it may hand it on to Slack. */
static void put_for_others(void *owner, struct buf *out, const struct value *value)
{
	if (put_in_address(owner, out, value))
		return;
	if (value->kind == VALUE_RAW)
		markup_plain(out, value->text);
	else
		markup_formless(out, value->text);
}

static void on_plain_literal(void *owner, struct buf *out, struct str text)
{
	markup_literal(out, text);
	note_address(owner, text);
}

/* Each string is a text of its own. */
static void on_begin(void *owner)
{
	struct render *r = owner;

	*r = (struct render){ .values = r->values, .markdown = r->markdown };
}

struct json *render_form(const struct json_template *f, const struct values *v)
{
	struct render markup, markdown;
	struct template_host hosts[N_PLACES];

	hosts[PLACE_MARKUP] = render_host(&markup, v);
	hosts[PLACE_MARKUP].begin = on_begin;
	hosts[PLACE_MARKDOWN] = render_host(&markdown, v);
	hosts[PLACE_MARKDOWN].begin = on_begin;
	markdown.markdown = true;
	hosts[PLACE_PLAIN] = hosts[PLACE_MARKUP];
	hosts[PLACE_PLAIN].put = put_plain;
	hosts[PLACE_PLAIN].literal = on_plain_literal;
	return json_template_render(f, hosts);
}

struct json *render_plain_form(const struct json_template *f, const struct values *v)
{
	struct template_host hosts[N_PLACES];
	struct render render;

	hosts[PLACE_PLAIN] = render_host(&render, v);
	hosts[PLACE_PLAIN].begin = on_begin;
	hosts[PLACE_PLAIN].put = put_for_others;
	hosts[PLACE_PLAIN].literal = on_plain_literal;
	hosts[PLACE_MARKUP] = hosts[PLACE_MARKDOWN] = hosts[PLACE_PLAIN];
	return json_template_render(f, hosts);
}
