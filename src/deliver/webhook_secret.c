/* SPDX-License-Identifier: MIT */
#include "deliver/webhook_secret.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "net/url.h"

enum {
	/* A shorter word of a header, such as Bearer, is not what makes it secret. */
	TELLING_LEN = 8,
	/* A shorter text that an answer has to itself is found everywhere. */
	WHOLE_LEN = 4,
	PATH_SECRET_LEN = 16,
};

static const char hidden[] = "(secret)";

/* ---- words ---- */

static bool is_separator(char c)
{
	return c == ' ' || c == '\t' || c == ';' || c == ',' || c == '=' || c == '"' || c == '&';
}

static bool next_word(struct str *rest, struct str *word)
{
	size_t n = 0;

	while (rest->len > 0 && is_separator(rest->p[0]))
		*rest = str_sub(*rest, 1, rest->len);
	while (n < rest->len && !is_separator(rest->p[n]))
		n++;
	*word = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->len);
	return word->len > 0;
}

/* Many endpoints carry their secret in the path: a long word with digits in it. */
static bool is_telling(struct str word)
{
	size_t digits = 0;

	for (size_t i = 0; i < word.len; i++)
		digits += word.p[i] >= '0' && word.p[i] <= '9';
	return word.len >= TELLING_LEN && digits > 0;
}

/* What every request says, secret or not. */
static bool is_public(struct str name)
{
	return str_eq_nocase(str_sub(name, 0, 6), STR("Accept")) ||
	       str_eq_nocase(str_sub(name, 0, 8), STR("Content-")) ||
	       str_eq_nocase(name, STR("User-Agent"));
}

/* ---- base64, read leniently: it is only asked what it hides ---- */

static int sextet(char c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(letters, c) : NULL;

	return at != NULL ? (int)(at - letters) : -1;
}

static void add_decoded(struct buf *out, struct str word)
{
	unsigned bits = 0;
	int n = 0;

	for (size_t i = 0; i < word.len && sextet(word.p[i]) >= 0; i++) {
		bits = bits << 6 | (unsigned)sextet(word.p[i]);
		n += 6;
		if (n >= 8)
			buf_addc(out, (char)(bits >> (n -= 8) & 0xFF));
	}
}

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) % 16 : -1;
}

/* Without what JSON, a shell or an address put in to protect single bytes. */
static void add_bare(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '%' && i + 2 < text.len && hex(text.p[i + 1]) >= 0 &&
		    hex(text.p[i + 2]) >= 0) {
			buf_addc(out, (char)(hex(text.p[i + 1]) * 16 + hex(text.p[i + 2])));
			i += 2;
		} else if (text.p[i] != '\\') {
			buf_addc(out, text.p[i]);
		}
	}
}

/* ---- what a text says ---- */

struct said {
	struct str text, bare;
	bool is_whole; /* a text of an answer, which may be a short secret and nothing else */
};

static bool has_text(struct str text, struct str needle)
{
	return needle.len > 0 && memmem(text.p, text.len, needle.p, needle.len) != NULL;
}

static bool says(const struct said *said, struct str secret)
{
	CLEANUP(buf_deinit) struct buf bare = { 0 };

	add_bare(&bare, secret);
	return has_text(said->text, secret) || has_text(said->bare, secret) ||
	       has_text(said->bare, buf_str(&bare));
}

/* The value itself: in a sentence wherever it stands, of an answer's texts only in those that are long or nothing else. */
static bool says_value(const struct said *said, struct str value)
{
	if (said->is_whole && value.len < TELLING_LEN)
		return value.len >= WHOLE_LEN && str_eq(said->text, value);
	return says(said, value);
}

static bool says_basic(const struct said *said, struct str word)
{
	CLEANUP(buf_deinit) struct buf plain = { 0 };
	struct str password;
	size_t colon;

	add_decoded(&plain, word);
	password = buf_str(&plain);
	colon = str_find_char(password, ':');
	if (colon == SIZE_MAX)
		return false;
	password = str_sub(password, colon + 1, password.len);
	return password.len > 0 && says_value(said, password);
}

static bool says_header(const struct said *said, const struct option_pair *header)
{
	struct str rest = str_from(header->value.value), word;
	bool is_basic = str_eq_nocase(str_sub(rest, 0, 6), STR("Basic "));

	if (is_public(str_from(header->name)))
		return false;
	if (says_value(said, rest))
		return true;
	if (is_basic && says_basic(said, str_trim(str_sub(rest, 6, rest.len))))
		return true;
	while (next_word(&rest, &word)) {
		if (word.len >= TELLING_LEN && says(said, word))
			return true;
	}
	return false;
}

static bool says_url(const struct said *said, const struct webhook *hook)
{
	struct str word;
	struct url url;

	if (!url_parse(str_from(hook->url), "http", &url))
		return false;
	if (url.query.len > 0 && says_value(said, url.query))
		return true;
	while (next_word(&url.query, &word)) {
		if (is_telling(word) && says(said, word))
			return true;
	}
	while (str_cut(&url.path, '/', &word)) {
		if (is_telling(word) && says(said, word))
			return true;
	}
	return false;
}

static bool repeats(const struct webhook *hook, struct str text, bool is_whole)
{
	CLEANUP(buf_deinit) struct buf bare = { 0 };
	struct said said = { .text = text, .is_whole = is_whole };

	add_bare(&bare, text);
	said.bare = buf_str(&bare);
	if (says_url(&said, hook))
		return true;
	for (size_t i = 0; i < hook->headers.n; i++) {
		if (says_header(&said, &hook->headers.at[i]))
			return true;
	}
	return false;
}

bool webhook_repeats_secret(const struct webhook *hook, struct str text)
{
	return repeats(hook, text, false);
}

/* ---- answers ---- */

static struct json *without(const struct webhook *hook, const struct json *j, bool *found);

static struct json *object_without(const struct webhook *hook, const struct json *j, bool *found)
{
	struct json *out = json_new_object(), *value;
	struct str key;
	size_t at = 0;

	while (json_member(j, &at, &key, &value)) {
		bool is_secret = repeats(hook, key, true);
		CLEANUP(mem_freep) char *name = is_secret ? mem_strdup(hidden) : str_dup(key);

		*found = *found || is_secret;
		json_set(out, name, without(hook, value, found));
	}
	return out;
}

static struct json *array_without(const struct webhook *hook, const struct json *j, bool *found)
{
	struct json *out = json_new_array();

	for (size_t i = 0; i < json_len(j); i++)
		json_push(out, without(hook, json_item(j, i), found));
	return out;
}

static struct json *text_without(const struct webhook *hook, const struct json *j, bool *found)
{
	CLEANUP(buf_deinit) struct buf quoted = { 0 };
	struct json *out = NULL;

	if (!repeats(hook, json_str(j, ""), true))
		return json_copy(j);
	*found = true;
	json_quote(str_from(hidden), &quoted);
	(void)json_parse(&out, buf_str(&quoted), NULL);
	return out;
}

static struct json *without(const struct webhook *hook, const struct json *j, bool *found)
{
	enum json_kind kind = json_kind(j);

	if (kind == JSON_OBJECT)
		return object_without(hook, j, found);
	if (kind == JSON_ARRAY)
		return array_without(hook, j, found);
	return kind == JSON_STRING ? text_without(hook, j, found) : json_copy(j);
}

bool webhook_hide_secrets(const struct webhook *hook, struct json **answer)
{
	bool found = false;
	struct json *clean;

	if (*answer == NULL)
		return false;
	clean = without(hook, *answer, &found);
	json_free(found ? *answer : clean);
	if (found)
		*answer = clean;
	return found;
}

/* ---- what the configuration holds ---- */

bool webhook_has_secret_url(const struct webhook *hook)
{
	struct str word;
	struct url url;

	if (!url_parse(str_from(hook->url), "http", &url))
		return false;
	while (next_word(&url.query, &word)) {
		if (is_telling(word))
			return true;
	}
	while (str_cut(&url.path, '/', &word)) {
		if (word.len >= PATH_SECRET_LEN && is_telling(word))
			return true;
	}
	return false;
}

bool webhook_is_secret_header(struct str name, struct str literal)
{
	bool is_known = str_eq_nocase(name, STR("Authorization")) ||
			str_eq_nocase(name, STR("Cookie"));
	struct str word;

	if (is_public(name))
		return false;
	while (next_word(&literal, &word)) {
		if (is_known ? word.len >= TELLING_LEN : is_telling(word))
			return true;
	}
	return false;
}
