/* SPDX-License-Identifier: MIT */
#include "slack/text.h"

#include "base/mem.h"
#include "slack/syntax.h"

/* ---- plain text and control sequences ---- */

struct control {
	struct str body;
	struct str label; /* empty without one */
	struct str whole; /* with its brackets */
};

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
	size_t len = syntax_control_len(*rest);
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

void text_plain(struct buf *out, struct str typed)
{
	put_shown(out, typed);
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
		len = syntax_entity_len(s, &plain);
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
	void (*on_run)(void *owner, const struct text_run *run);
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

/* Does the control sequence stand for a person, a channel or an address? */
static bool is_of_its_own(const struct control *c, struct text_run *run)
{
	char sigil = c->body.len > 1 ? c->body.p[0] : '\0';

	if (sigil == '@' || sigil == '#') {
		run->sigil = sigil;
		run->id = from(c->body, 1);
		return true;
	}
	run->address = c->body;
	return is_url(c->body);
}

static void read_control(struct reader *r, const struct control *c)
{
	struct text_run run = { .part = r->run.part, .id = STR_EMPTY, .address = STR_EMPTY };

	if (!is_of_its_own(c, &run)) {
		put_control(r->out, c, r->names);
		return;
	}
	end_run(r);
	run.from = r->out->len;
	put_control(r->out, c, r->names);
	run.to = r->run.from = r->out->len;
	r->on_run(r->owner, &run);
}

static void read_part(struct reader *r, struct str s, enum text_part part)
{
	struct str plain;
	struct control control;
	bool is_control;

	if (part != r->run.part)
		end_run(r);
	r->run.part = part;
	while (next_piece(&s, &plain, &control, &is_control)) {
		if (is_control)
			read_control(r, &control);
		else
			put_decoded(r->out, plain);
	}
}

void text_read(struct buf *out, struct str raw, const struct text_names *names,
	       void (*on_run)(void *owner, const struct text_run *run), void *owner)
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

	for (size_t at = 0, len; at < raw.len; at += len) {
		enum text_part part;

		len = part_len(raw, at, &part);
		read_part(&r, str_sub(raw, at, at + len), part);
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
	size_t len = syntax_control_len(rest);

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
