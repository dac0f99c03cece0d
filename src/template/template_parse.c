/* SPDX-License-Identifier: MIT */
/*
 * A template is read line by line (a placeholder stands on one line, so a missing brace is found where it is
 * missing) into a flat list of pieces. While literal text is read, a few things are known about the place:
 * within code and within addresses no name counts, and directly within `<…>` no placeholder may stand that could
 * turn into `<!here>`.
 */
#include "template/template_parse.h"

#include "template/condition.h"

enum { NESTED_MAX = 4 };

/* Where literal text stands. */
struct position {
	bool code;    /* between backticks; goes on over lines */
	bool address; /* within https://… */
	bool control; /* within <!…> */
	bool mention; /* within <@…> or <#…> */
	size_t angle; /* bytes since `<`, when a `>` follows; 0 = not within */
	char before;  /* the byte before, 0 at the start of a line */
	char behind;  /* for a placeholder: the byte behind it, 0 at the end of the line */
};

/* A line that is being read. */
struct reader {
	struct template *t;
	struct reference_site site;
	struct pattern_kit *kit;
	size_t depth; /* of texts within placeholders */
	struct pieces *to;
	struct buf literal; /* text that is no piece yet */
	struct position in;
	bool bad;
};

/* ---- pieces ---- */

static void add_piece(struct reader *r, struct piece piece)
{
	struct pieces *to = r->to;

	if (to->n == to->cap) {
		to->cap = to->cap > 0 ? 2 * to->cap : 4;
		to->items = mem_grow(to->items, to->cap, sizeof(to->items[0]));
	}
	to->items[to->n++] = piece;
}

static void add_text(struct reader *r, enum piece_kind kind, struct str text)
{
	add_piece(r, (struct piece){ .kind = kind, .text = str_keep(&r->t->arena, text) });
}

static void flush_literal(struct reader *r)
{
	if (r->literal.len == 0)
		return;
	add_text(r, PIECE_LITERAL, buf_str(&r->literal));
	buf_clear(&r->literal);
}

static void add_plain(struct reader *r, struct str text)
{
	flush_literal(r);
	add_text(r, PIECE_PLAIN, text);
}

/* ---- names in literal text ---- */

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_byte(char c)
{
	return is_alnum(c) || (unsigned char)c >= 0x80 || c == '.' || c == '_' || c == '-';
}

/* The name behind the sign that `s` begins with. */
static struct str name_behind_sign(struct str s)
{
	size_t n = 1;

	while (n < s.len && is_name_byte(s.p[n]))
		n++;
	while (n > 1 && s.p[n - 1] == '.')
		n--;
	return str_sub(s, 1, n);
}

static const char *broadcast_word(struct str name)
{
	static const char *const words[] = { "here", "channel", "everyone" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq_nocase(name, str_from(words[i])))
			return words[i];
	}
	return NULL;
}

static bool may_broadcast(struct reader *r, struct str seen)
{
	if (r->site.scope->allow_broadcast)
		return true;
	diag_error(
		r->site.diag, r->site.at,
		"`%.*s` notifies everyone; the configuration must allow it with `allow broadcast = yes`"
		", and `\\@` is a plain sign",
		STR_ARG(seen));
	r->bad = true;
	return false;
}

static void note_name(struct reader *r, char sigil, struct str name)
{
	struct template *t = r->t;

	if (t->n_names == t->cap_names) {
		t->cap_names = t->cap_names > 0 ? 2 * t->cap_names : 4;
		t->names = mem_grow(t->names, t->cap_names, sizeof(t->names[0]));
	}
	t->names[t->n_names++] = (struct mentioned){ sigil, str_keep(&t->arena, name) };
}

/* `@name` or `#name` where names count. Gives how many bytes it took, 0 = it is no name. */
static size_t take_name(struct reader *r, struct str rest)
{
	struct str name = name_behind_sign(rest);
	const char *word = rest.p[0] == '@' ? broadcast_word(name) : NULL;

	if (r->site.scope->plain || r->in.code || r->in.address || r->in.angle > 0 ||
	    name.len == 0 || is_alnum(r->in.before) || (unsigned char)r->in.before >= 0x80)
		return 0;
	if (word == NULL) {
		note_name(r, rest.p[0], name);
		buf_add(&r->literal, str_sub(rest, 0, 1 + name.len));
	} else if (may_broadcast(r, str_sub(rest, 0, 1 + name.len))) {
		buf_addf(&r->literal, "<!%s>", word);
	}
	return 1 + name.len;
}

/* ---- placeholders ---- */

static void read_literal(struct reader *r, struct str text);

/* A `<` that is left open could be closed by what stands behind the placeholder. */
static bool has_open_angle(struct str text)
{
	size_t at;

	while ((at = str_find_char(text, '<')) != SIZE_MAX) {
		text = str_sub(text, at, text.len);
		at = str_find_char(text, '>');
		if (at == SIZE_MAX)
			return true;
		text = str_sub(text, at, text.len);
	}
	return false;
}

/* A text of a placeholder: literal, with placeholders of its own, but without further conditions. */
static bool read_text(struct reader *r, struct pieces *to, struct str text)
{
	struct pieces *outer = r->to;
	struct position outside = r->in;
	bool was_bad = r->bad, good;

	if (!r->site.scope->plain && has_open_angle(text)) {
		diag_error(r->site.diag, r->site.at, "`<` is not closed within the insert: %.*s",
			   STR_ARG(text));
		return false;
	}
	r->to = to;
	r->bad = false;
	r->depth++;
	read_literal(r, text);
	flush_literal(r);
	r->depth--;
	good = !r->bad;
	r->to = outer;
	r->in = outside;
	r->bad = was_bad;
	return good;
}

static bool read_texts(struct reader *r, struct placeholder *placeholder,
		       const struct placeholder_parts *parts)
{
	bool good = true;

	if (parts->n_texts == 0)
		return true;
	placeholder->texts = mem_zero(parts->n_texts, sizeof(placeholder->texts[0]));
	placeholder->n_texts = parts->n_texts;
	for (size_t i = 0; i < parts->n_texts; i++)
		good &= read_text(r, &placeholder->texts[i], parts->texts[i]);
	return good;
}

/* Does the field at the end of the path hold an id in whatever Slack sends? Names, titles and texts may look like one. */
static bool leads_to_id(const struct reference *ref)
{
	static const char *const fields[] = {
		"actor", "author",  "bot_id",  "channel", "channel_id", "channels", "creator",
		"id",	 "invitee", "inviter", "members", "user",	"user_id",  "users",
	};
	struct str path, field = STR_EMPTY, part;

	if (ref->key == NULL || !template_is_literal(ref->key, &path))
		return false;
	/* A number only says which of a list. */
	while (str_cut(&path, '.', &part)) {
		if (part.len > 0 && !(part.p[0] >= '0' && part.p[0] <= '9'))
			field = part;
	}
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (str_is(field, fields[i]))
			return true;
	}
	return str_ends(field, "_user") || str_ends(field, "_user_id") ||
	       str_ends(field, "_channel_id");
}

/* An id of Slack's, as far as the rule can know: not what somebody wrote. */
static bool gives_id(const struct placeholder *placeholder)
{
	const struct reference *ref = &placeholder->value;

	if (placeholder->kind != PLACEHOLDER_VALUE || placeholder->n_texts > 0 ||
	    placeholder->n_filters > 0)
		return false;
	if (ref->name == NAME_EVENT || ref->name == NAME_RESULT)
		return leads_to_id(ref);
	return ref->field == FIELD_ID;
}

static bool may_be_mentioned(struct reader *r, const struct placeholder *placeholder)
{
	if (r->in.angle == 0 || !r->in.mention || gives_id(placeholder))
		return true;
	diag_error(
		r->site.diag, r->site.at,
		"an insert within `<@…>` or `<#…>` must be an id, such as {user.id}: what people "
		"wrote could mention anybody; {user} is a mention already");
	return false;
}

/* Only a link of our own making may stand directly behind `<`, and be all of the address: people's words
 * could be `!here`, and a link that is not known is empty. */
static bool may_stand_here(struct reader *r, const struct placeholder *placeholder)
{
	bool harmless = placeholder->kind == PLACEHOLDER_VALUE &&
			placeholder->value.name == NAME_LINK && placeholder->n_texts == 0 &&
			placeholder->n_filters == 0 && (r->in.behind == '|' || r->in.behind == '>');

	if (r->in.angle == 0 || (r->in.angle > 1 && !r->in.control) || (harmless && !r->in.control))
		return true;
	diag_error(r->site.diag, r->site.at,
		   "an insert cannot stand directly behind `<` or `<!`: what people wrote could "
		   "become a command to Slack");
	return false;
}

static bool may_nest(struct reader *r, const struct placeholder_parts *parts, struct str body)
{
	if (r->depth == 0 || (parts->kind == PLACEHOLDER_VALUE && r->depth < NESTED_MAX))
		return true;
	diag_error(r->site.diag, r->site.at, "{%.*s}: it stands too deep within another insert%s",
		   STR_ARG(body),
		   parts->kind == PLACEHOLDER_VALUE ? "" : "; `if` and `pick` cannot be nested");
	return false;
}

static bool read_placeholder(struct reader *r, struct placeholder *placeholder, struct str body)
{
	struct placeholder_parts parts;
	bool good;

	if (!placeholder_split(&parts, body, &r->site) || !may_nest(r, &parts, body))
		return false;
	placeholder->kind = parts.kind;
	if (parts.kind == PLACEHOLDER_VALUE)
		good = reference_read(&placeholder->value, parts.value, &r->site);
	else
		good = parts.kind == PLACEHOLDER_PICK ||
		       (placeholder->condition = condition_read(parts.value, r->kit, &r->site)) !=
			       NULL;
	good &= read_texts(r, placeholder, &parts);
	good &= placeholder_read_filters(&placeholder->filters, &placeholder->n_filters,
					 parts.filters, &r->site);
	return good && may_be_mentioned(r, placeholder) && may_stand_here(r, placeholder);
}

static void add_insert(struct reader *r, struct str body)
{
	struct piece piece = { .kind = PIECE_PLACEHOLDER,
			       .placeholder = mem_zero(1, sizeof(*piece.placeholder)) };

	flush_literal(r);
	if (!read_placeholder(r, piece.placeholder, body))
		r->bad = true;
	add_piece(r, piece);
}

/* ---- literal text ---- */

static bool is_letter(uint32_t code)
{
	bool sign = (code >= 0x2000 && code <= 0x2BFF) || (code >= 0x3000 && code <= 0x303F) ||
		    code >= 0x1F000;

	return code < 0x80 ? is_alnum((char)code) : code >= 0xC0 && !sign;
}

static bool opens_insert(struct str rest)
{
	struct str behind = str_sub(rest, 1, rest.len);

	return rest.p[0] == '{' && is_letter(utf8_next(&behind));
}

/* Position of the brace that closes the one at the beginning, or SIZE_MAX. */
static size_t closing_brace(struct str s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '{')
			depth++;
		else if (s.p[i] == '}' && --depth == 0)
			return i;
	}
	return SIZE_MAX;
}

static size_t take_insert(struct reader *r, struct str rest)
{
	size_t end = closing_brace(rest);

	if (end == SIZE_MAX) {
		diag_error(r->site.diag, r->site.at,
			   "the insert is not closed on its line: %.*s; `{{` is a plain brace",
			   STR_ARG(rest));
		r->bad = true;
		return rest.len;
	}
	r->in.behind = end + 1 < rest.len ? rest.p[end + 1] : '\0';
	add_insert(r, str_sub(rest, 1, end));
	return end + 1;
}

/* `\@` and `\#` are plain signs, and so is the name behind them. */
static size_t take_escape(struct reader *r, struct str rest)
{
	struct str sign = str_sub(rest, 1, rest.len);

	if (r->site.scope->plain || r->in.code || sign.len == 0 ||
	    (sign.p[0] != '@' && sign.p[0] != '#'))
		return 0;
	sign = str_sub(sign, 0, 1 + name_behind_sign(sign).len);
	add_plain(r, sign);
	return 1 + sign.len;
}

static size_t take_angle(struct reader *r, struct str rest)
{
	size_t end = str_find_char(rest, '>');
	struct str body = str_sub(rest, 1, end), word;

	if (end == SIZE_MAX || r->site.scope->plain)
		return 0;
	r->in.mention = str_starts(body, "@") || str_starts(body, "#");
	r->in.control = str_skip(&body, "!");
	word = str_sub(body, 0, str_find_char(body, '|'));
	if (r->in.control && broadcast_word(word) != NULL)
		may_broadcast(r, str_sub(rest, 0, end + 1));
	r->in.angle = 1;
	buf_addc(&r->literal, '<');
	return 1;
}

static void note_place(struct reader *r, struct str rest)
{
	if (rest.p[0] == '`')
		r->in.code = !r->in.code;
	if (rest.p[0] == '>' || rest.p[0] == '\n')
		r->in.angle = 0;
	else if (r->in.angle > 0)
		r->in.angle++;
	if (str_starts(rest, "://"))
		r->in.address = true;
	else if (rest.p[0] == ' ' || rest.p[0] == '\t' || rest.p[0] == '>')
		r->in.address = false;
}

/* Bytes taken in one step; 0 = it is a plain byte. */
static size_t take_special(struct reader *r, struct str rest)
{
	switch (rest.p[0]) {
	case '{':
		if (r->site.scope->literal)
			return 0;
		if (opens_insert(rest))
			return take_insert(r, rest);
		buf_addz(&r->literal, str_starts(rest, "{{") ? "{" : "");
		return str_starts(rest, "{{") ? 2 : 0;
	case '\\':
		return take_escape(r, rest);
	case '<':
		return take_angle(r, rest);
	case '@':
	case '#':
		return take_name(r, rest);
	default:
		return 0;
	}
}

static void read_literal(struct reader *r, struct str text)
{
	while (text.len > 0) {
		size_t n = take_special(r, text);

		if (n == 0) {
			note_place(r, text);
			buf_addc(&r->literal, text.p[0]);
			n = 1;
		}
		r->in.before = text.p[n - 1];
		text = str_sub(text, n, text.len);
	}
}

/* ---- lines ---- */

static void read_line(struct reader *r, const struct ini_line *line, bool first)
{
	r->site.at.line = line->line;
	r->in.before = 0;
	r->in.angle = 0;
	r->in.address = false;
	buf_addz(&r->literal, first ? "" : "\n");
	read_literal(r, line->text);
}

bool template_read(struct template *t, const struct ini_line *lines, size_t n_lines,
		   const char *file, const struct template_scope *scope, struct pattern_kit *kit,
		   struct diag *diag)
{
	struct reader r = {
		.t = t,
		.site = { scope, &t->arena, { file, 0 }, diag },
		.kit = kit,
		.to = &t->pieces,
	};

	buf_init(&r.literal, 0);
	for (size_t i = 0; i < n_lines; i++)
		read_line(&r, &lines[i], i == 0);
	flush_literal(&r);
	buf_deinit(&r.literal);
	return !r.bad;
}
