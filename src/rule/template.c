/* SPDX-License-Identifier: MIT */
/*
 * A template is compiled line by line (an insert stands on one line, so a missing brace is found where it is
 * missing) into a flat list of pieces. While literal text is read, a few things are known about the place:
 * within code and within addresses no name counts, and directly within `<…>` no insert may stand that could turn
 * into `<!here>`.
 */
#include "rule/template.h"

#include <stdlib.h>
#include "base/mem.h"
#include "rule/filter.h"
#include "rule/known.h"

enum piece_kind { PIECE_LITERAL, PIECE_PLAIN, PIECE_INSERT };

struct piece {
	enum piece_kind kind;
	struct str text; /* literal, or plain text that stays what it is */
	struct insert *insert;
};

struct pieces {
	struct piece *items;
	size_t n, cap;
};

struct insert {
	enum template_name name;
	enum template_field field;
	struct str group; /* NAME_GROUP */
	bool has_alternative;
	struct pieces alternative; /* behind `or`; literal */
	struct filter *filters;
	size_t n_filters;
};

struct mentioned {
	char sigil;
	struct str name;
};

struct template
{
	struct arena arena;
	struct pieces pieces;
	struct mentioned *names;
	size_t n_names, cap_names;
	bool wants_names;
	bool wants_text;
};

/* Where literal text stands. */
struct position {
	bool code;    /* between backticks; goes on over lines */
	bool address; /* within https://… */
	bool control; /* within <!…> */
	size_t angle; /* bytes since `<`, when a `>` follows; 0 = not within */
	char before;  /* the byte before, 0 at the start of a line */
	char behind;  /* for an insert: the byte behind it, 0 at the end of the line */
};

/* A line that is being compiled. */
struct compiler {
	struct template *t;
	const struct template_scope *scope;
	struct diag *diag;
	struct place at;
	struct pieces *to;
	struct buf literal; /* text that is no piece yet */
	struct position in;
	bool bad;
};

/* ---- pieces ---- */

static struct piece *add_piece(struct compiler *c)
{
	struct pieces *to = c->to;

	if (to->n == to->cap) {
		to->cap = to->cap > 0 ? 2 * to->cap : 4;
		to->items = mem_grow(to->items, to->cap, sizeof(to->items[0]));
	}
	to->items[to->n] = (struct piece){ 0 };
	return &to->items[to->n++];
}

static void flush_literal(struct compiler *c)
{
	struct piece *piece;

	if (c->literal.len == 0)
		return;
	piece = add_piece(c);
	piece->kind = PIECE_LITERAL;
	piece->text = str_keep(&c->t->arena, buf_str(&c->literal));
	buf_clear(&c->literal);
}

static void add_plain(struct compiler *c, struct str text)
{
	struct piece *piece;

	flush_literal(c);
	piece = add_piece(c);
	piece->kind = PIECE_PLAIN;
	piece->text = str_keep(&c->t->arena, text);
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

static bool may_broadcast(struct compiler *c, struct str seen)
{
	if (c->scope->allow_broadcast)
		return true;
	diag_error(
		c->diag, c->at,
		"`%.*s` notifies everyone; the configuration must allow it with `allow broadcast = yes`"
		", and `\\@` is a plain sign",
		STR_ARG(seen));
	c->bad = true;
	return false;
}

static void note_name(struct compiler *c, char sigil, struct str name)
{
	struct template *t = c->t;

	if (t->n_names == t->cap_names) {
		t->cap_names = t->cap_names > 0 ? 2 * t->cap_names : 4;
		t->names = mem_grow(t->names, t->cap_names, sizeof(t->names[0]));
	}
	t->names[t->n_names++] = (struct mentioned){ sigil, str_keep(&t->arena, name) };
}

/* `@name` or `#name` where names count. Gives how many bytes it took, 0 = it is no name. */
static size_t take_name(struct compiler *c, struct str rest)
{
	struct str name = name_behind_sign(rest);
	const char *word = rest.p[0] == '@' ? broadcast_word(name) : NULL;

	if (c->in.code || c->in.address || c->in.angle > 0 || name.len == 0 ||
	    is_alnum(c->in.before) || (unsigned char)c->in.before >= 0x80)
		return 0;
	if (word == NULL) {
		note_name(c, rest.p[0], name);
		buf_add(&c->literal, str_sub(rest, 0, 1 + name.len));
	} else if (may_broadcast(c, str_sub(rest, 0, 1 + name.len))) {
		buf_addf(&c->literal, "<!%s>", word);
	}
	return 1 + name.len;
}

/* ---- the parts of an insert ---- */

/* The order is that of the manual; groups of the rule's own patterns go before all of them. */
static const struct known insert_names[] = {
	{ .name = "user", .value = NAME_USER },
	{ .name = "author", .later = true },
	{ .name = "channel", .value = NAME_CHANNEL },
	{ .name = "bot", .later = true },
	{ .name = "team", .later = true },
	{ .name = "text", .value = NAME_TEXT },
	{ .name = "match", .value = NAME_MATCH },
	{ .name = "link", .value = NAME_LINK },
	{ .name = "ts", .later = true },
	{ .name = "thread", .later = true },
	{ .name = "time", .later = true },
	{ .name = "event", .later = true },
	{ .name = "result", .later = true },
	{ .name = "error", .later = true },
	{ .name = "count", .later = true },
	{ .name = NULL },
};

static const struct known field_names[] = {
	{ .name = "name", .value = FIELD_NAME },
	{ .name = "id", .value = FIELD_ID },
	{ .name = "email", .value = FIELD_EMAIL },
	{ .name = "mention", .later = true },
	{ .name = NULL },
};

static bool has_field(enum template_name name, enum template_field field)
{
	switch (name) {
	case NAME_USER:
	case NAME_MATCH:
	case NAME_GROUP:
		return true;
	case NAME_CHANNEL:
		return field != FIELD_EMAIL;
	case NAME_TEXT:
	case NAME_LINK:
		break;
	}
	return field == FIELD_NONE;
}

static const char *name_at(const void *table, size_t i)
{
	const struct compiler *c = table;

	if (i < ARRAY_LEN(insert_names) - 1)
		return insert_names[i].name;
	return c->scope->group_at(c->scope->owner, i - (ARRAY_LEN(insert_names) - 1));
}

static bool is_number(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.len > 0;
}

static bool complain_name(struct compiler *c, struct str name)
{
	const struct known *row = known_find(insert_names, name);

	if (is_number(name))
		diag_error(c->diag, c->at, "{%.*s}: no pattern of this rule has a group %.*s",
			   STR_ARG(name), STR_ARG(name));
	else if (str_find_char(name, '[') != SIZE_MAX)
		diag_error(c->diag, c->at,
			   "{%.*s}: tables and stored values are not in this version of retort",
			   STR_ARG(name));
	else if (row != NULL && row->later)
		known_complain_later("insert", name, c->at, c->diag);
	else
		known_complain_unknown("insert", name, name_at, c, c->at, c->diag);
	return false;
}

static bool read_name(struct compiler *c, struct insert *insert, struct str name)
{
	const struct known *row = known_find(insert_names, name);

	if (!str_is(name, "0") && c->scope->has_group(c->scope->owner, name)) {
		insert->name = NAME_GROUP;
		insert->group = str_keep(&c->t->arena, name);
		return true;
	}
	if (row == NULL || row->later)
		return complain_name(c, name);
	insert->name = (enum template_name)row->value;
	if (insert->name != NAME_MATCH || c->scope->has_group(c->scope->owner, STR("0")))
		return true;
	diag_error(c->diag, c->at, "{match}: the rule has no `match`, `words` or `phrase`");
	return false;
}

static bool read_field(struct compiler *c, struct insert *insert, struct str name, struct str field)
{
	const struct known *row = known_look(field_names, "field", field, c->at, c->diag);

	if (row == NULL)
		return false;
	insert->field = (enum template_field)row->value;
	if (has_field(insert->name, insert->field))
		return true;
	diag_error(c->diag, c->at, "`%.*s` has no field `%s`", STR_ARG(name), row->name);
	return false;
}

static bool read_value(struct compiler *c, struct insert *insert, struct str value)
{
	size_t dot = str_find_char(value, '.');
	struct str name = str_sub(value, 0, dot);

	/* A later name may have any field. */
	if (!read_name(c, insert, str_find_char(value, '[') == SIZE_MAX ? name : value))
		return false;
	return dot == SIZE_MAX || read_field(c, insert, name, str_sub(value, dot + 1, value.len));
}

static bool read_filters(struct compiler *c, struct insert *insert, struct str rest)
{
	struct str text;
	bool good = true;

	while (str_cut(&rest, '|', &text)) {
		insert->filters = mem_grow(insert->filters, insert->n_filters + 1,
					   sizeof(insert->filters[0]));
		good &= filter_read(&insert->filters[insert->n_filters++], text, c->at, c->diag);
	}
	return good;
}

static void compile_literal(struct compiler *c, struct str text, bool inserts);

/* A `<` that is left open could be closed by what stands behind the insert. */
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

static bool read_alternative(struct compiler *c, struct insert *insert, struct str text)
{
	struct pieces *outer = c->to;
	struct position outside = c->in;

	if (text.len == 0) {
		diag_error(c->diag, c->at, "nothing stands behind `or`");
		return false;
	}
	if (has_open_angle(text)) {
		diag_error(c->diag, c->at, "`<` is not closed within the insert: %.*s",
			   STR_ARG(text));
		return false;
	}
	insert->has_alternative = true;
	c->to = &insert->alternative;
	compile_literal(c, text, false);
	flush_literal(c);
	c->to = outer;
	c->in = outside;
	return true;
}

/* Cuts at the next `|` that is not part of a <link|label>. */
static struct str cut_bar(struct str *rest)
{
	struct str all = *rest;
	bool in_link = false;

	for (size_t i = 0; i < rest->len; i++) {
		char c = rest->p[i];
		struct str piece = str_sub(*rest, 0, i);

		if (c == '<' || c == '>')
			in_link = c == '<';
		if (c != '|' || in_link)
			continue;
		*rest = str_sub(*rest, i + 1, rest->len);
		return piece;
	}
	*rest = (struct str){ NULL, 0 };
	return all;
}

/* Splits `value or text`. */
static bool has_or(struct str what, struct str *value, struct str *text)
{
	size_t at = str_find(what, " or ");

	if (at == SIZE_MAX && str_ends(what, " or"))
		at = what.len - 3;
	*value = str_trim(str_sub(what, 0, at));
	*text = at == SIZE_MAX ? STR_EMPTY : str_trim(str_sub(what, at + 3, what.len));
	return at != SIZE_MAX;
}

static void free_insert(struct insert *insert)
{
	free(insert->filters);
	free(insert->alternative.items);
}

static void note_wants(struct compiler *c, const struct insert *insert)
{
	bool named = insert->name == NAME_USER || insert->name == NAME_CHANNEL;

	c->t->wants_text |= insert->name == NAME_TEXT || insert->name == NAME_MATCH ||
			    insert->name == NAME_GROUP;
	c->t->wants_names |= insert->field == FIELD_NAME || insert->field == FIELD_EMAIL ||
			     (named ? insert->n_filters > 0 && insert->field == FIELD_NONE :
				      insert->field != FIELD_NONE);
}

/* Only a link of our own making may stand directly behind `<`, and be all of the address: people's words
 * could be `!here`, and a link that is not known is empty. */
static bool may_stand_here(struct compiler *c, const struct insert *insert)
{
	bool harmless = insert->name == NAME_LINK && !insert->has_alternative &&
			insert->n_filters == 0 && (c->in.behind == '|' || c->in.behind == '>');

	if (c->in.angle == 0 || (c->in.angle > 1 && !c->in.control) || (harmless && !c->in.control))
		return true;
	diag_error(c->diag, c->at,
		   "an insert cannot stand directly behind `<` or `<!`: what people wrote could "
		   "become a command to Slack");
	return false;
}

static bool read_insert(struct compiler *c, struct insert *insert, struct str body)
{
	struct str rest = body, what, value, text;
	bool alternative, good;

	if (str_starts(body, "if ") || str_starts(body, "pick:")) {
		diag_error(c->diag, c->at, "{%s…} is not in this version of retort",
			   str_starts(body, "if ") ? "if " : "pick:");
		return false;
	}
	if (str_find_char(body, '{') != SIZE_MAX && str_find_char(body, '[') == SIZE_MAX) {
		diag_error(c->diag, c->at, "an insert within an insert: {%.*s}", STR_ARG(body));
		return false;
	}
	what = cut_bar(&rest);
	alternative = has_or(what, &value, &text);
	good = read_value(c, insert, value);
	if (alternative)
		good &= read_alternative(c, insert, text);
	if (rest.p != NULL)
		good &= read_filters(c, insert, rest);
	return good && may_stand_here(c, insert);
}

static void add_insert(struct compiler *c, struct str body)
{
	struct insert read = { 0 };
	struct piece *piece;

	flush_literal(c);
	if (!read_insert(c, &read, body)) {
		free_insert(&read);
		c->bad = true;
		return;
	}
	note_wants(c, &read);
	piece = add_piece(c);
	piece->kind = PIECE_INSERT;
	piece->insert = arena_alloc(&c->t->arena, sizeof(read));
	*piece->insert = read;
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

static size_t take_insert(struct compiler *c, struct str rest)
{
	size_t end = closing_brace(rest);

	if (end == SIZE_MAX) {
		diag_error(c->diag, c->at,
			   "the insert is not closed on its line: %.*s; `{{` is a plain brace",
			   STR_ARG(rest));
		c->bad = true;
		return rest.len;
	}
	c->in.behind = end + 1 < rest.len ? rest.p[end + 1] : '\0';
	add_insert(c, str_sub(rest, 1, end));
	return end + 1;
}

/* `\@` and `\#` are plain signs, and so is the name behind them. */
static size_t take_escape(struct compiler *c, struct str rest)
{
	struct str sign = str_sub(rest, 1, rest.len);

	if (c->in.code || sign.len == 0 || (sign.p[0] != '@' && sign.p[0] != '#'))
		return 0;
	sign = str_sub(sign, 0, 1 + name_behind_sign(sign).len);
	add_plain(c, sign);
	return 1 + sign.len;
}

static size_t take_angle(struct compiler *c, struct str rest)
{
	size_t end = str_find_char(rest, '>');
	struct str body = str_sub(rest, 1, end), word;

	if (end == SIZE_MAX)
		return 0;
	c->in.control = str_skip(&body, "!");
	word = str_sub(body, 0, str_find_char(body, '|'));
	if (c->in.control && broadcast_word(word) != NULL)
		may_broadcast(c, str_sub(rest, 0, end + 1));
	c->in.angle = 1;
	buf_addc(&c->literal, '<');
	return 1;
}

static void note_place(struct compiler *c, struct str rest)
{
	if (rest.p[0] == '`')
		c->in.code = !c->in.code;
	if (rest.p[0] == '>' || rest.p[0] == '\n')
		c->in.angle = 0;
	else if (c->in.angle > 0)
		c->in.angle++;
	if (str_starts(rest, "://"))
		c->in.address = true;
	else if (rest.p[0] == ' ' || rest.p[0] == '\t' || rest.p[0] == '>')
		c->in.address = false;
}

/* Bytes taken in one step; 0 = it is a plain byte. */
static size_t take_special(struct compiler *c, struct str rest, bool inserts)
{
	switch (rest.p[0]) {
	case '{':
		if (inserts && opens_insert(rest))
			return take_insert(c, rest);
		buf_addz(&c->literal, str_starts(rest, "{{") ? "{" : "");
		return str_starts(rest, "{{") ? 2 : 0;
	case '\\':
		return take_escape(c, rest);
	case '<':
		return take_angle(c, rest);
	case '@':
	case '#':
		return take_name(c, rest);
	default:
		return 0;
	}
}

static void compile_literal(struct compiler *c, struct str text, bool inserts)
{
	while (text.len > 0) {
		size_t n = take_special(c, text, inserts);

		if (n == 0) {
			note_place(c, text);
			buf_addc(&c->literal, text.p[0]);
			n = 1;
		}
		c->in.before = text.p[n - 1];
		text = str_sub(text, n, text.len);
	}
}

static void compile_line(struct compiler *c, const struct ini_line *line, bool first)
{
	c->at.line = line->line;
	c->in.before = 0;
	c->in.angle = 0;
	c->in.address = false;
	buf_addz(&c->literal, first ? "" : "\n");
	compile_literal(c, line->text, true);
}

/* ---- the whole ---- */

/* Alternatives are a choice in the language; until then the line must not be posted as text. */
static bool has_choice(const struct ini_entry *entry, const char *file, struct diag *diag)
{
	for (size_t i = 0; i < entry->n_lines; i++) {
		if (!str_is(str_trim(entry->lines[i].text), "---"))
			continue;
		diag_error(diag, (struct place){ file, entry->lines[i].line },
			   "a choice of wordings (`---`) is not in this version of retort");
		return true;
	}
	return false;
}

int template_compile(struct template **out, const struct ini_entry *entry, const char *file,
		     const struct template_scope *scope, struct diag *diag)
{
	struct template *t = mem_zero(1, sizeof(*t));
	struct compiler c = {
		.t = t, .scope = scope, .diag = diag, .at = { file, entry->line }, .to = &t->pieces
	};

	arena_init(&t->arena);
	buf_init(&c.literal, 0);
	c.bad = has_choice(entry, file, diag);
	for (size_t i = 0; i < entry->n_lines; i++)
		compile_line(&c, &entry->lines[i], i == 0);
	flush_literal(&c);
	buf_deinit(&c.literal);
	if (c.bad) {
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
		if (t->pieces.items[i].kind == PIECE_INSERT)
			free_insert(t->pieces.items[i].insert);
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

static void put_alternative(const struct insert *insert, const struct template_host *host,
			    struct buf *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (insert->n_filters == 0) {
		put_pieces(&insert->alternative, host, out);
		return;
	}
	buf_init(&text, 0);
	for (size_t i = 0; i < insert->alternative.n; i++)
		buf_add(&text, insert->alternative.items[i].text);
	put_filtered(insert, host, buf_str(&text), out);
}

static void put_insert(const struct insert *insert, const struct template_host *host,
		       struct buf *out)
{
	struct value value = { 0 };

	if (!host->value(host->owner, insert->name, insert->field, insert->group, &value) ||
	    value.text.len == 0)
		put_alternative(insert, host, out);
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
			put_insert(piece->insert, host, out);
			break;
		}
	}
}

void template_render(const struct template *t, const struct template_host *host, struct buf *out)
{
	put_pieces(&t->pieces, host, out);
}

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
