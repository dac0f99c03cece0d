/* SPDX-License-Identifier: MIT */
/*
 * Slack's text is plain text in which `& < >` are entities and everything between `<` and `>` is a
 * control sequence: `<body>` or `<body|label>`, without a line end and without a `<` inside. A `<` that
 * no `>` follows is a plain sign. Both directions rest on this one reading: text_seen takes markup
 * apart, text_inert makes sure that nothing in a plain text can be taken for markup.
 */
#include "slack/text.h"

#include <string.h>
#include "base/mem.h"

/* ---- reading markup ---- */

struct control {
	struct str body;
	struct str label; /* empty without one */
	struct str whole; /* with its brackets */
};

/* Length of the control sequence that `s` begins with; 0 = it is a plain `<`. */
static size_t control_len(struct str s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.p[i] == '>')
			return i > 1 ? i + 1 : 0;
		if (s.p[i] == '<' || s.p[i] == '\n')
			return 0;
	}
	return 0;
}

static struct control control_read(struct str s, size_t len)
{
	struct control c = { .whole = str_sub(s, 0, len), .label = STR_EMPTY };
	size_t bar;

	c.body = str_sub(s, 1, len - 1);
	bar = str_find_char(c.body, '|');
	if (bar != SIZE_MAX) {
		c.label = str_sub(c.body, bar + 1, c.body.len);
		c.body = str_sub(c.body, 0, bar);
	}
	return c;
}

/* Takes plain text up to the next control sequence off *rest, or that sequence. False at the end. */
static bool next_piece(struct str *rest, struct str *plain, struct control *control,
		       bool *is_control)
{
	size_t len = rest->len > 0 && rest->p[0] == '<' ? control_len(*rest) : 0;
	size_t n = 1;

	if (rest->len == 0)
		return false;
	*is_control = len > 0;
	if (len > 0) {
		*control = control_read(*rest, len);
		*rest = str_sub(*rest, len, rest->len);
		return true;
	}
	while (n < rest->len && rest->p[n] != '<')
		n++;
	*plain = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->len);
	return true;
}

/* ---- entities ---- */

static const struct {
	const char *coded;
	char plain;
} entities[] = {
	{ "&amp;", '&' },
	{ "&lt;", '<' },
	{ "&gt;", '>' },
};

/* Length of the entity that `s` begins with, 0 = none. */
static size_t entity_len(struct str s, char *plain)
{
	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		if (str_starts(s, entities[i].coded)) {
			*plain = entities[i].plain;
			return strlen(entities[i].coded);
		}
	}
	return 0;
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

static bool is_itself(char c)
{
	return (c >= ' ' && c < 0x7F) || c == '\n' || c == '\t';
}

/* Most text is plain ASCII and is added in runs. */
static void put_shown(struct buf *out, struct str s)
{
	while (s.len > 0) {
		size_t n = 0;

		while (n < s.len && is_itself(s.p[n]))
			n++;
		buf_add(out, str_sub(s, 0, n));
		s = str_sub(s, n, s.len);
		if (s.len > 0)
			put_code_point(out, utf8_next(&s));
	}
}

/* The same for text in which `& < >` are coded. Decodes once: `&amp;lt;` is the text `&lt;`. */
static void put_decoded(struct buf *out, struct str s)
{
	while (s.len > 0) {
		size_t amp = str_find_char(s, '&');
		size_t len;
		char plain;

		if (amp == SIZE_MAX) {
			put_shown(out, s);
			return;
		}
		put_shown(out, str_sub(s, 0, amp));
		s = str_sub(s, amp, s.len);
		len = entity_len(s, &plain);
		buf_addc(out, len > 0 ? plain : '&');
		s = str_sub(s, len > 0 ? len : 1, s.len);
	}
}

static void put_name(struct buf *out, char sigil, bool known, struct str name,
		     const struct control *c, struct str id)
{
	struct str label = c->label;

	buf_addc(out, sigil);
	if (known) {
		put_shown(out, name);
		return;
	}
	if (label.len > 0 && label.p[0] == sigil)
		label = str_sub(label, 1, label.len);
	put_decoded(out, label.len > 0 ? label : id);
}

static void put_user(struct buf *out, const struct control *c, struct str id,
		     const struct text_names *names)
{
	struct str name = STR_EMPTY;
	bool known = names->user(names->owner, id, &name) && name.len > 0;

	put_name(out, '@', known, name, c, id);
}

static void put_channel(struct buf *out, const struct control *c, struct str id,
			const struct text_names *names)
{
	struct str name = STR_EMPTY;
	bool known = names->channel(names->owner, id, &name) && name.len > 0;

	put_name(out, '#', known, name, c, id);
}

static void put_group(struct buf *out, const struct control *c, struct str id,
		      const struct text_names *names)
{
	struct str name = STR_EMPTY;
	bool known = names->group(names->owner, id, &name) && name.len > 0;

	put_name(out, '@', known, name, c, id);
}

/* `<!here>` and its kin, `<!subteam^S1|@grp>`, `<!date^…|fallback>`, and what Slack may add. */
static void put_special(struct buf *out, const struct control *c, struct str what,
			const struct text_names *names)
{
	if (str_is(what, "here") || str_is(what, "channel") || str_is(what, "everyone")) {
		buf_addc(out, '@');
		buf_add(out, what);
	} else if (str_skip(&what, "subteam^")) {
		put_group(out, c, what, names);
	} else {
		put_decoded(out, c->label.len > 0 ? c->label : c->whole);
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

static void put_link(struct buf *out, const struct control *c)
{
	struct str shown = c->body;

	if (c->label.len > 0) {
		put_decoded(out, c->label);
	} else if (is_url(shown)) {
		if (!str_skip(&shown, "mailto:"))
			str_skip(&shown, "tel:");
		put_decoded(out, shown);
	} else {
		put_decoded(out, c->whole);
	}
}

static void put_control(struct buf *out, const struct control *c, const struct text_names *names)
{
	struct str rest = str_sub(c->body, 1, c->body.len);

	switch (c->body.len > 1 ? c->body.p[0] : '\0') {
	case '@':
		put_user(out, c, rest, names);
		break;
	case '#':
		put_channel(out, c, rest, names);
		break;
	case '!':
		put_special(out, c, rest, names);
		break;
	default:
		put_link(out, c);
	}
}

void text_seen(struct buf *out, struct str raw, const struct text_names *names)
{
	struct str plain;
	struct control control;
	bool is_control;

	while (next_piece(&raw, &plain, &control, &is_control)) {
		if (is_control)
			put_control(out, &control, names);
		else
			put_decoded(out, plain);
	}
}

/* ---- mentions ---- */

static bool mentioned_user(const struct control *c, struct str *id)
{
	if (c->body.len < 2 || c->body.p[0] != '@')
		return false;
	*id = str_sub(c->body, 1, c->body.len);
	return true;
}

void text_each_mention(struct str raw, void (*on_user)(void *owner, struct str id), void *owner)
{
	struct str plain, id;
	struct control control;
	bool is_control;

	while (next_piece(&raw, &plain, &control, &is_control)) {
		if (is_control && mentioned_user(&control, &id))
			on_user(owner, id);
	}
}

struct sought {
	struct str user;
	bool found;
};

static void on_mention(void *owner, struct str id)
{
	struct sought *sought = owner;

	sought->found = sought->found || str_eq(id, sought->user);
}

bool text_mentions(struct str raw, struct str user)
{
	struct sought sought = { .user = user };

	if (user.len > 0)
		text_each_mention(raw, on_mention, &sought);
	return sought.found;
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
	struct str rest = skip_blanks(raw);
	struct control control;
	struct str id;
	size_t len = rest.len > 0 && rest.p[0] == '<' ? control_len(rest) : 0;

	if (len == 0 || user.len == 0)
		return raw;
	control = control_read(rest, len);
	if (!mentioned_user(&control, &id) || !str_eq(id, user))
		return raw;
	rest = skip_blanks(str_sub(rest, len, rest.len));
	if (!str_skip(&rest, ":"))
		str_skip(&rest, ",");
	return skip_blanks(rest);
}

/* ---- writing markup ---- */

static bool is_control_sign(uint32_t code)
{
	return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7F && code <= 0x9F);
}

static bool is_direction_sign(uint32_t code)
{
	return code == 0x061C || code == 0x200E || code == 0x200F ||
	       (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

static bool is_alnum(uint32_t code)
{
	return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') ||
	       (code >= 'A' && code <= 'Z');
}

/* May a word that Slack could take for a name begin with this? */
static bool starts_word(uint32_t code)
{
	return code >= 0x80 || is_alnum(code) || code == '_' || code == '-' || code == '.';
}

static size_t host_label_len(struct str s)
{
	size_t n = 0;

	while (n < s.len && (is_alnum((unsigned char)s.p[n]) || s.p[n] == '-'))
		n++;
	return n;
}

/* Is the `@` behind `before` and in front of `rest` that of a mail address, which may stay whole? */
static bool is_mail(uint32_t before, struct str rest)
{
	static const char *const calls[] = { "here", "channel", "everyone" };
	size_t n = host_label_len(rest);
	struct str label = str_sub(rest, 0, n);

	if (!(is_alnum(before) || before == '.' || before == '_' || before == '+' || before == '-'))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (str_eq_nocase(label, str_from(calls[i])))
			return false;
	}
	return n > 0 && n + 1 < rest.len && rest.p[n] == '.' &&
	       is_alnum((unsigned char)rest.p[n + 1]);
}

static void put_escaped(struct buf *out, uint32_t code)
{
	char bytes[4];

	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		if (code == (unsigned char)entities[i].plain) {
			buf_addz(out, entities[i].coded);
			return;
		}
	}
	buf_add(out, str_make(bytes, utf8_put(bytes, code)));
}

/* The joiner is put in when the next sign that stays is known, so that one that is dropped cannot hide
 * a word behind an `@`. */
void text_inert(struct buf *out, struct str plain)
{
	uint32_t before = ' ';
	bool after_at = false;

	while (plain.len > 0) {
		uint32_t code = utf8_next(&plain);

		if (is_control_sign(code) || is_direction_sign(code))
			continue;
		if (after_at && starts_word(code))
			buf_addz(out, "\xE2\x81\xA0");
		put_escaped(out, code);
		after_at = code == '@' && !is_mail(before, plain);
		before = code;
	}
}

void text_literal(struct buf *out, struct str text)
{
	while (text.len > 0) {
		struct str rest = text;
		uint32_t code = utf8_next(&rest);

		if (!is_control_sign(code))
			buf_add(out, str_make(text.p, text.len - rest.len));
		text = rest;
	}
}

/* One of the letters, then 2 to 20 capitals and digits: the only ids that may stand in markup. */
static bool is_id(struct str id, const char *letters)
{
	if (id.len < 3 || id.len > 21 || id.p[0] == '\0' || strchr(letters, id.p[0]) == NULL)
		return false;
	for (size_t i = 1; i < id.len; i++) {
		if (!((id.p[i] >= 'A' && id.p[i] <= 'Z') || (id.p[i] >= '0' && id.p[i] <= '9')))
			return false;
	}
	return true;
}

bool text_mention(struct buf *out, struct str user)
{
	if (!is_id(user, "UW"))
		return false;
	buf_addf(out, "<@%.*s>", STR_ARG(user));
	return true;
}

bool text_channel_link(struct buf *out, struct str channel)
{
	if (!is_id(channel, "CGD"))
		return false;
	buf_addf(out, "<#%.*s>", STR_ARG(channel));
	return true;
}

/* ---- links to messages ---- */

static void put_alnum(struct buf *out, struct str s, bool dots)
{
	for (size_t i = 0; i < s.len; i++) {
		if (is_alnum((unsigned char)s.p[i]) || (dots && s.p[i] == '.'))
			buf_addc(out, s.p[i]);
	}
}

void text_permalink(struct buf *out, struct str team_url, struct str channel, struct str ts,
		    struct str thread_ts)
{
	buf_add(out, team_url);
	buf_addz(out, "archives/");
	put_alnum(out, channel, false);
	buf_addz(out, "/p");
	put_alnum(out, ts, false);
	if (thread_ts.len == 0)
		return;
	buf_addz(out, "?thread_ts=");
	put_alnum(out, thread_ts, true);
	buf_addz(out, "&cid=");
	put_alnum(out, channel, false);
}

/* ---- cutting what is too long ---- */

enum { PART_UNITS = 3500, FENCE_LEN = 3 };

/* A place to cut: the part ends at `end`, the rest begins at `next`. */
struct cut {
	size_t end, next;
	bool in_code;
	bool usable;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static size_t letter_len(struct str s)
{
	struct str rest = s;

	utf8_next(&rest);
	return s.len - rest.len;
}

/* What must not be cut: an entity, a control sequence of a sane length, a fence, a letter. */
static size_t atom_len(struct str s)
{
	size_t len = 0;
	char plain;

	if (s.p[0] == '&')
		len = entity_len(s, &plain);
	else if (s.p[0] == '<')
		len = control_len(s);
	else if (str_starts(s, "```"))
		len = FENCE_LEN;
	return len > 0 && len <= PART_UNITS / 2 ? len : letter_len(s);
}

static struct cut best_cut(const struct cut *line, const struct cut *blank, struct cut letter)
{
	if (line->usable)
		return *line;
	return blank->usable ? *blank : letter;
}

/* The last good place to cut within the limit, or the end of the text. */
static struct cut find_cut(struct str text, bool in_code)
{
	struct cut line = { 0 }, blank = { 0 };
	size_t units = in_code ? FENCE_LEN : 0;
	bool content = false;
	size_t at = 0;

	while (at < text.len) {
		struct str atom = str_sub(text, at, at + atom_len(str_sub(text, at, text.len)));
		bool fence = str_is(atom, "```");
		bool code_after = in_code != fence;

		if (content && is_blank(atom.p[0]))
			*(atom.p[0] == '\n' ? &line : &blank) = (struct cut){ at, at + 1, in_code,
									      true };
		units += utf8_utf16_units(atom);
		if (units + (code_after ? FENCE_LEN : 0) > PART_UNITS)
			return best_cut(&line, &blank, (struct cut){ at, at, in_code, true });
		content = content || !(fence || is_blank(atom.p[0]));
		in_code = code_after;
		at += atom.len;
	}
	return (struct cut){ text.len, text.len, false, true };
}

/* Empty lines in front would only make the message ragged; the indentation of its first line stays. */
static struct str skip_empty_lines(struct str s)
{
	size_t start = 0;

	for (size_t i = 0; i < s.len && is_blank(s.p[i]); i++) {
		if (s.p[i] == '\n')
			start = i + 1;
	}
	return str_sub(s, start, s.len);
}

/* Takes the next piece off the rest; it may turn out empty where there were but blanks. */
static struct str take_piece(struct str *rest, struct cut *cut, bool in_code)
{
	struct str piece;

	*cut = find_cut(*rest, in_code);
	piece = str_sub(*rest, 0, cut->end);
	while (piece.len > 0 && is_blank(piece.p[piece.len - 1]))
		piece.len--;
	*rest = str_sub(*rest, cut->next, rest->len);
	return piece;
}

/* What is left to send, without what the last cut has made needless. */
static struct str tidy_rest(struct str rest, bool *in_code)
{
	/* The cut fell right in front of the end of the code: that has been closed already. */
	if (*in_code && str_starts(str_trim(rest), "```")) {
		rest = str_sub(str_trim(rest), FENCE_LEN, rest.len);
		*in_code = false;
	}
	return *in_code ? rest : skip_empty_lines(rest);
}

bool text_split(struct str *rest, bool *in_code, struct buf *part)
{
	struct str piece = STR_EMPTY;
	bool was_in_code = false;
	struct cut cut;

	buf_clear(part);
	while (piece.len == 0) {
		*rest = tidy_rest(*rest, in_code);
		if (str_trim(*rest).len == 0)
			return false;
		was_in_code = *in_code;
		piece = take_piece(rest, &cut, was_in_code);
		*in_code = cut.in_code;
	}
	buf_addz(part, was_in_code ? "```" : "");
	buf_add(part, piece);
	buf_addz(part, cut.in_code ? "```" : "");
	return true;
}
