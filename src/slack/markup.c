/* SPDX-License-Identifier: MIT */
#include "slack/markup.h"

#include <string.h>
#include "base/mem.h"
#include "slack/syntax.h"

/* ---- inert text ---- */

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
	const char *entity = syntax_entity_of(code);
	char bytes[4];

	if (entity != NULL)
		buf_addz(out, entity);
	else
		buf_add(out, str_make(bytes, utf8_put(bytes, code)));
}

/* The joiner is put in when the next sign that stays is known, so that one that is dropped cannot hide
 * a word behind an `@`. */
void markup_inert(struct buf *out, struct str plain)
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

/* ---- Markdown ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Is the sign at `i` a mark at the beginning of a line: of a heading, a list, a rule? */
static bool marks_line(struct str s, size_t i)
{
	size_t before = i;
	bool number = s.p[i] == '.' || s.p[i] == ')';

	if (!number && str_find_char(STR("#-+="), s.p[i]) == SIZE_MAX)
		return false;
	while (number && before > 0 && is_digit(s.p[before - 1]))
		before--;
	if (number && before == i)
		return false;
	while (before > 0 && (s.p[before - 1] == ' ' || s.p[before - 1] == '\t'))
		before--;
	return before == 0 || s.p[before - 1] == '\n';
}

/* Within a word `_` marks nothing, but it may be part of an address. */
static bool marks(struct str s, size_t i)
{
	if (s.p[i] == '_')
		return i == 0 || i + 1 == s.len || !is_alnum((unsigned char)s.p[i - 1]) ||
		       !is_alnum((unsigned char)s.p[i + 1]);
	return str_find_char(STR("\\`*[]~|"), s.p[i]) != SIZE_MAX || marks_line(s, i);
}

/* Slack's own forms are gone first, as entities: it may well look for them before it reads Markdown. */
void markup_markdown(struct buf *out, struct str plain)
{
	CLEANUP(buf_deinit) struct buf inert = { 0 };
	struct str text;

	markup_inert(&inert, plain);
	text = buf_str(&inert);
	for (size_t i = 0; i < text.len; i++) {
		if (marks(text, i))
			buf_addc(out, '\\');
		buf_addc(out, text.p[i]);
	}
}

void markup_without(struct buf *out, struct str text, bool direction)
{
	for (;;) {
		size_t plain = 0;
		struct str rest;
		uint32_t code;

		while (plain < text.len && text.p[plain] >= ' ' && text.p[plain] < 0x7F)
			plain++;
		buf_add(out, str_sub(text, 0, plain));
		text = rest = str_sub(text, plain, text.len);
		if (text.len == 0)
			return;
		code = utf8_next(&rest);
		if (!is_control_sign(code) && !(direction && is_direction_sign(code)))
			buf_add(out, str_make(text.p, text.len - rest.len));
		text = rest;
	}
}

/* Does Slack take what stands behind a `<` for one of its forms, or may it with what follows? */
static bool may_open_form(struct str s)
{
	static const char *const openings[] = { "@", "#", "!", "mailto:", "tel:" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
		struct str opening = str_from(openings[i]);

		if (str_eq_nocase(str_sub(s, 0, opening.len), opening))
			return true;
	}
	while (n < s.len &&
	       (is_alnum((unsigned char)s.p[n]) || s.p[n] == '+' || s.p[n] == '-' || s.p[n] == '.'))
		n++;
	s = str_sub(s, n, s.len);
	return s.len == 0 || str_starts(s, "://") || str_is(s, ":") || str_is(s, ":/");
}

void markup_formless(struct buf *out, struct str plain)
{
	CLEANUP(buf_deinit) struct buf clean = { 0 };
	struct str rest, piece;

	/* First, so that a sign which is dropped cannot hide a form. */
	markup_plain(&clean, plain);
	rest = buf_str(&clean);
	if (rest.len > 0 && out->len > 0 && out->p[out->len - 1] == '<' && may_open_form(rest))
		buf_addz(out, "\xE2\x81\xA0");
	while (str_cut(&rest, '<', &piece)) {
		buf_add(out, piece);
		if (rest.p != NULL)
			buf_addz(out, may_open_form(rest) ? "<\xE2\x81\xA0" : "<");
	}
}

/* ---- mentions and links ---- */

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

static bool put_id(struct buf *out, const char *before, struct str id, const char *letters)
{
	if (!is_id(id, letters))
		return false;
	buf_addz(out, before);
	buf_add(out, id);
	buf_addc(out, '>');
	return true;
}

bool markup_may_stand_behind(struct str markup, struct str id)
{
	if (str_ends(markup, "<@"))
		return is_id(id, "UW");
	return !str_ends(markup, "<#") || is_id(id, "CGD");
}

bool markup_mention(struct buf *out, struct str user)
{
	return put_id(out, "<@", user, "UW");
}

bool markup_group_mention(struct buf *out, struct str group)
{
	return put_id(out, "<!subteam^", group, "S");
}

bool markup_channel_link(struct buf *out, struct str channel)
{
	return put_id(out, "<#", channel, "CGD");
}

static void put_alnum(struct buf *out, struct str s, bool dots)
{
	for (size_t i = 0; i < s.len; i++) {
		if (is_alnum((unsigned char)s.p[i]) || (dots && s.p[i] == '.'))
			buf_addc(out, s.p[i]);
	}
}

void markup_permalink(struct buf *out, struct str team_url, struct str channel, struct str ts,
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
