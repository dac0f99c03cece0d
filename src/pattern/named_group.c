/* SPDX-License-Identifier: MIT */
#include "pattern/named_group.h"

#include "base/mem.h"
#include "base/keyword.h"
#include "pattern/pattern.h"

/* In a mention's name anything may stand; where it ends, the text's spans know. */
static const struct {
	const char *name;
	const char *begin; /* in front of the group */
	const char *body;
} blocks[] = {
	{ "person", PATTERN_PERSON_BEGINS, "@.{1,80}?" PATTERN_MENTION_ENDS },
	{ "channel", PATTERN_CHANNEL_BEGINS, "#.{1,80}?" PATTERN_MENTION_ENDS },
	{ "url", "", "https?:\\/\\/[^\\s<>|]*[^\\s<>|.,;:!?)'\"\\]]" },
	{ "number", "", "[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\\.[0-9]+)?" },
	{ "word", "", "[\\w'-]+" },
	{ "rest", "", ".*" },
};

const char *named_group_at(size_t i)
{
	return i < ARRAY_LEN(blocks) ? blocks[i].name : NULL;
}

static const char *name_at(const void *table, size_t i)
{
	(void)table;
	return named_group_at(i);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_word(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_letter(s.p[i]) && !(i > 0 && s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	}
	return s.len > 0 && s.len <= 32; /* as long as PCRE2 lets a name be */
}

/* `{kind:name}` at the beginning of the text; gives its length, 0 = it is none. */
static size_t block_len(struct str s, struct str *kind, struct str *name)
{
	size_t end = str_find_char(s, '}'), colon;
	struct str inner = str_sub(s, 1, end);

	if (end == SIZE_MAX)
		return 0;
	colon = str_find_char(inner, ':');
	if (colon == SIZE_MAX)
		return 0;
	*kind = str_sub(inner, 0, colon);
	*name = str_sub(inner, colon + 1, inner.len);
	return is_word(*kind) ? end + 1 : 0;
}

static bool put_block(struct buf *out, struct str kind, struct str name, struct place at,
		      struct diag *diag)
{
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
		if (!str_is(kind, blocks[i].name))
			continue;
		if (!is_word(name)) {
			diag_error(
				diag, at,
				"{%.*s:%.*s}: behind the colon stands a name of letters, digits and `_`, as in "
				"{%s:it}",
				STR_ARG(kind), STR_ARG(name), blocks[i].name);
			return false;
		}
		buf_addf(out, "%s(?<%.*s>%s)", blocks[i].begin, STR_ARG(name), blocks[i].body);
		return true;
	}
	keyword_complain_unknown("building block", kind, name_at, NULL, at, diag);
	return false;
}

bool named_group_expand(struct buf *out, struct str pattern, struct place at, struct diag *diag)
{
	bool good = true;

	while (pattern.len > 0) {
		struct str kind = STR_EMPTY, name = STR_EMPTY;
		size_t n = 1;

		if (pattern.p[0] == '\\' && pattern.len > 1)
			n = 2;
		else if (pattern.p[0] == '{')
			n = block_len(pattern, &kind, &name);
		if (n > 2) {
			good &= put_block(out, kind, name, at, diag);
		} else {
			n = n > 0 ? n : 1;
			buf_add(out, str_sub(pattern, 0, n));
		}
		pattern = str_sub(pattern, n, pattern.len);
	}
	return good;
}
