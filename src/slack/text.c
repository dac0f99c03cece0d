/* SPDX-License-Identifier: MIT */
#include "slack/text.h"

#include "base/mem.h"
#include "slack/syntax.h"

/* ---- plain text and control sequences ---- */

/* Plain text up to the next control sequence, or one of these, taken apart. */
struct token {
	struct str whole; /* with its brackets */
	bool is_control;
	struct str body;
	struct str label; /* empty without one */
};

/* Takes a token off *rest; false at the end. */
static bool next_token(struct str *rest, struct token *out)
{
	size_t len = syntax_control_len(*rest), bar;

	if (rest->len == 0)
		return false;
	out->is_control = len > 0;
	if (!out->is_control) {
		len = 1; /* a `<` that begins nothing is plain */
		while (len < rest->len && rest->p[len] != '<')
			len++;
	}
	out->whole = str_sub(*rest, 0, len);
	*rest = str_sub(*rest, len, rest->len);
	if (!out->is_control)
		return true;
	out->body = str_sub(out->whole, 1, len - 1);
	out->label = STR_EMPTY;
	bar = str_find_char(out->body, '|');
	if (bar != SIZE_MAX) {
		out->label = str_sub(out->body, bar + 1, out->body.len);
		out->body = str_sub(out->body, 0, bar);
	}
	return true;
}

/* ---- what a person sees ---- */

/* Signs that look like another or like nothing; in rising order. */
static const struct {
	uint32_t from, to;
	const char *seen;
} lookalikes[] = {
	{ 0x0000, 0x0008, "" },	  { 0x000B, 0x001F, "" },
	{ 0x007F, 0x009F, "" },	  { 0x00A0, 0x00A0, " " }, /* no-break space */
	{ 0x00AD, 0x00AD, "" },				   /* soft hyphen */
	{ 0x061C, 0x061C, "" },				   /* Arabic letter mark */
	{ 0x180E, 0x180E, "" },	  { 0x2007, 0x2007, " " }, /* figure space, does not break either */
	{ 0x200B, 0x200F, "" },				   /* zero-width, direction marks */
	{ 0x2010, 0x2015, "-" },  { 0x2018, 0x201B, "'" },
	{ 0x201C, 0x201F, "\"" }, { 0x2028, 0x2029, "\n" },
	{ 0x202A, 0x202E, "" },	 /* direction */
	{ 0x202F, 0x202F, " " }, /* narrow no-break space */
	{ 0x2032, 0x2032, "'" },  { 0x2033, 0x2033, "\"" },
	{ 0x2060, 0x206F, "" },				    /* word joiner, isolates */
	{ 0x2212, 0x2212, "-" },			    /* minus */
	{ 0xFEFF, 0xFEFF, "" },	  { 0xE0000, 0xE007F, "" }, /* tags: a hidden text of its own */
};

static void put_code_point(struct buf *out, uint32_t code)
{
	char bytes[4];

	for (size_t i = 0; i < ARRAY_LEN(lookalikes) && code >= lookalikes[i].from; i++) {
		if (code <= lookalikes[i].to) {
			buf_addz(out, lookalikes[i].seen);
			return;
		}
	}
	buf_add(out, str_make(bytes, utf8_put(bytes, code)));
}

/* Most text is plain ASCII and is added in runs. In coded text `& < >` are entities, which are decoded once:
 * `&amp;lt;` is the text `&lt;`. */
static void put_shown(struct buf *out, struct str s, bool coded)
{
	while (s.len > 0) {
		size_t n = 0, len;
		char plain;

		while (n < s.len && text_is_itself(s.p[n]) && !(coded && s.p[n] == '&'))
			n++;
		buf_add(out, str_sub(s, 0, n));
		s = str_sub(s, n, s.len);
		if (s.len == 0)
			return;
		if (s.p[0] != '&') {
			put_code_point(out, utf8_next(&s));
			continue;
		}
		len = syntax_entity_len(s, &plain);
		buf_addc(out, len > 0 ? plain : '&');
		s = str_sub(s, len > 0 ? len : 1, s.len);
	}
}

void text_plain(struct buf *out, struct str typed)
{
	put_shown(out, typed, false);
}

static void put_name(struct buf *out, char sigil, struct str id, const struct token *t,
		     text_name_fn *name_of, void *owner)
{
	struct str name = STR_EMPTY, label = t->label;

	buf_addc(out, sigil);
	if (name_of(owner, id, &name) && name.len > 0) {
		put_shown(out, name, false);
		return;
	}
	if (label.len > 0 && label.p[0] == sigil)
		label = str_sub(label, 1, label.len);
	put_shown(out, label.len > 0 ? label : id, true);
}

/* `<!here>` and its kin, `<!subteam^S1|@grp>`, `<!date^…|fallback>`, and what Slack may add. */
static void put_special(struct buf *out, const struct token *t, struct str what,
			const struct text_names *names)
{
	if (str_is(what, "here") || str_is(what, "channel") || str_is(what, "everyone")) {
		buf_addc(out, '@');
		buf_add(out, what);
	} else if (str_skip(&what, "subteam^")) {
		put_name(out, '@', what, t, names->group, names->owner);
	} else {
		put_shown(out, t->label.len > 0 ? t->label : t->whole, true);
	}
}

static bool is_scheme_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '-' || c == '.';
}

static bool is_url(struct str body)
{
	size_t n = 0;

	while (n < body.len && is_scheme_byte(body.p[n]))
		n++;
	return n > 0 && n < body.len && body.p[n] == ':';
}

static void put_link(struct buf *out, const struct token *t)
{
	struct str shown = t->body;

	if (t->label.len > 0)
		shown = t->label;
	else if (!is_url(shown))
		shown = t->whole;
	else if (!str_skip(&shown, "mailto:"))
		str_skip(&shown, "tel:");
	put_shown(out, shown, true);
}

static void put_token(struct buf *out, const struct token *t, const struct text_names *names)
{
	struct str rest = t->is_control ? str_sub(t->body, 1, t->body.len) : STR_EMPTY;

	if (!t->is_control)
		put_shown(out, t->whole, true);
	else if (rest.len > 0 && t->body.p[0] == '@')
		put_name(out, '@', rest, t, names->user, names->owner);
	else if (rest.len > 0 && t->body.p[0] == '#')
		put_name(out, '#', rest, t, names->channel, names->owner);
	else if (rest.len > 0 && t->body.p[0] == '!')
		put_special(out, t, rest, names);
	else
		put_link(out, t);
}

void text_seen(struct buf *out, struct str raw, const struct text_names *names)
{
	struct token token;

	while (next_token(&raw, &token))
		put_token(out, &token, names);
}

/* ---- parts: code and quotes ---- */

static struct str from(struct str s, size_t at)
{
	return str_sub(s, at, s.len);
}

/* How many marks of code stand here; more than three say no more than three. */
static size_t ticks(struct str s)
{
	size_t n = 0;

	while (n < 3 && n < s.len && s.p[n] == '`')
		n++;
	return n;
}

/* A control sequence is stepped over as one: what is in it marks nothing. */
static size_t step(struct str s)
{
	size_t len = syntax_control_len(s);

	return len > 0 ? len : 1;
}

/* Length of the code that `s` begins with, its marks included; 0 = none, or it is never closed. */
static size_t code_len(struct str s)
{
	size_t mark = ticks(s), i = mark;
	bool is_block = mark == 3;

	if (mark == 0 || mark == 2 || (!is_block && str_starts(from(s, i), "\n")))
		return 0;
	while ((i += step(from(s, i))) < s.len) {
		size_t n = ticks(from(s, i));

		if (is_block ? n == 3 : n == 1 || n == 2)
			return i + mark;
		if (!is_block && (n == 3 || s.p[i] == '\n'))
			return 0;
	}
	return 0;
}

static bool starts_quote(struct str raw, size_t at)
{
	return str_starts(from(raw, at), "&gt;") && (at == 0 || raw.p[at - 1] == '\n');
}

static size_t quote_len(struct str s)
{
	size_t end = str_starts(s, "&gt;&gt;&gt;") ? SIZE_MAX : str_find_char(s, '\n');

	return end != SIZE_MAX ? end : s.len;
}

/* Up to the next sign that may begin another part; at least one sign. */
static size_t prose_len(struct str raw, size_t at)
{
	size_t n = ticks(from(raw, at));

	if (n == 0)
		n = step(from(raw, at));
	while (at + n < raw.len && raw.p[at + n] != '`' && !starts_quote(raw, at + n))
		n += step(from(raw, at + n));
	return n;
}

static size_t part_len(struct str raw, size_t at, enum text_part *part)
{
	size_t len = code_len(from(raw, at));

	if (starts_quote(raw, at)) {
		*part = PART_QUOTE;
		return quote_len(from(raw, at));
	}
	*part = len > 0 ? PART_CODE : PART_TEXT;
	return len > 0 ? len : prose_len(raw, at);
}

bool text_is_prose(struct str raw)
{
	return str_find_char(raw, '<') == SIZE_MAX && str_find_char(raw, '`') == SIZE_MAX &&
	       !str_starts(raw, "&gt;") && str_find(raw, "\n&gt;") == SIZE_MAX;
}

/* ---- reading in pieces ---- */

struct reader {
	struct buf *out;
	const struct text_names *names;
	text_run_fn *on_run;
	void *owner;
	struct text_run run; /* the one that is being written */
};

static void end_run(struct reader *r)
{
	r->run.to = r->out->len;
	if (r->run.to > r->run.from)
		r->on_run(r->owner, &r->run);
	r->run.from = r->run.to;
}

/* A person, a channel or an address is a run of its own, also when it shows nothing. */
static void read_token(struct reader *r, const struct token *t)
{
	struct text_run run = { .part = r->run.part, .id = STR_EMPTY, .address = STR_EMPTY };

	if (t->is_control && t->body.len > 1 && (t->body.p[0] == '@' || t->body.p[0] == '#')) {
		run.sigil = t->body.p[0];
		run.id = str_sub(t->body, 1, t->body.len);
	} else if (t->is_control && is_url(t->body)) {
		run.address = t->body;
	} else {
		put_token(r->out, t, r->names);
		return;
	}
	end_run(r);
	run.from = r->out->len;
	put_token(r->out, t, r->names);
	run.to = r->run.from = r->out->len;
	r->on_run(r->owner, &run);
}

void text_read(struct buf *out, struct str raw, const struct text_names *names, text_run_fn *on_run,
	       void *owner)
{
	struct reader r = {
		.out = out,
		.names = names,
		.on_run = on_run,
		.owner = owner,
		.run = { .from = out->len,
			 .part = PART_TEXT,
			 .id = STR_EMPTY,
			 .address = STR_EMPTY },
	};
	struct token token;

	for (size_t at = 0, len; at < raw.len; at += len) {
		enum text_part part;
		struct str rest;

		len = part_len(raw, at, &part);
		rest = str_sub(raw, at, at + len);
		if (part != r.run.part)
			end_run(&r);
		r.run.part = part;
		while (next_token(&rest, &token))
			read_token(&r, &token);
	}
	end_run(&r);
}

void text_address(struct buf *out, struct str coded)
{
	while (coded.len > 0) {
		char plain = coded.p[0];
		size_t len = syntax_entity_len(coded, &plain);

		buf_addc(out, plain);
		coded = from(coded, len > 0 ? len : 1);
	}
}

/* ---- mentions ---- */

bool text_next_mention(struct str *rest, struct str *user)
{
	struct token token;

	while (next_token(rest, &token)) {
		if (token.is_control && token.body.len > 1 && token.body.p[0] == '@') {
			*user = str_sub(token.body, 1, token.body.len);
			return true;
		}
	}
	return false;
}

/* What clients put around a mention, the no-break space of some included. */
static struct str skip_blanks(struct str s)
{
	while (str_skip(&s, " ") || str_skip(&s, "\t") || str_skip(&s, "\n") ||
	       str_skip(&s, "\xC2\xA0"))
		;
	return s;
}

struct str text_without_leading_mention(struct str raw, struct str user)
{
	struct str rest = skip_blanks(raw), mention, id;
	size_t len = syntax_control_len(rest);

	mention = str_sub(rest, 0, len);
	if (user.len == 0 || !text_next_mention(&mention, &id) || !str_eq(id, user))
		return raw;
	rest = skip_blanks(str_sub(rest, len, rest.len));
	if (!str_skip(&rest, ":"))
		str_skip(&rest, ",");
	return skip_blanks(rest);
}
