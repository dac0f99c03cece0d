/* SPDX-License-Identifier: MIT */
/*
 * Templates: the lines of the input are the text. The host inserts the worst that people could write, made
 * inert the way markup is; however the author wrote the rule, nothing may become a call to everyone.
 */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/zone.h"
#include "rule/names.h"
#include "rule/pattern.h"
#include "rule/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 64 };

static bool on_value(void *owner, const struct reference *ref, struct value *out)
{
	const char *worst = owner;

	out->kind = ref->name == NAME_LINK ? VALUE_LINK : VALUE_TEXT;
	out->text = ref->name == NAME_LINK ? STR("https://x.example/p1") : str_from(worst);
	if (ref->name == NAME_USER || ref->name == NAME_VARIABLE) {
		out->kind = VALUE_USER;
		out->id = STR("U1");
	}
	if (ref->name == NAME_TIME) {
		out->kind = VALUE_TIME;
		out->zone = zone_utc();
	}
	return worst[0] != '\0';
}

static enum answer is_named(void *owner, const struct value *value, struct str name)
{
	(void)owner;
	(void)value;
	return name.len % 3 == 0 ? ANSWER_UNKNOWN : name.len % 3 == 1 ? ANSWER_YES : ANSWER_NO;
}

static size_t on_random(void *owner, size_t n)
{
	return strlen(owner) % n;
}

static void on_put(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	for (size_t i = 0; i < value->text.len; i++) {
		if (value->text.p[i] != '<' && value->text.p[i] != '>')
			buf_addc(out, value->text.p[i]);
	}
}

static void on_literal(void *owner, struct buf *out, struct str text)
{
	(void)owner;
	if (text.len == 0)
		abort();
	buf_add(out, text);
}

static bool has_group(void *owner, struct str group)
{
	(void)owner;
	return str_is(group, "0") || str_is(group, "1") || str_is(group, "who");
}

static const char *group_at(void *owner, size_t i)
{
	(void)owner;
	return i == 0 ? "who" : NULL;
}

static void check_quiet(struct str said)
{
	static const char *const calls[] = { "<!here>", "<!channel>", "<!everyone>",
					     "<!here|", "<!channel|", "<!everyone|" };

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		size_t at = str_find(said, calls[i]);
		struct str rest = at != SIZE_MAX ? str_sub(said, at, said.len) : STR_EMPTY;
		struct str line = str_sub(rest, 0, str_find_char(rest, '\n'));

		if (str_find_char(line, '>') != SIZE_MAX)
			abort();
	}
}

static void render(const struct template *t, const char *worst)
{
	const struct template_host host = {
		.owner = (void *)worst,
		.value = on_value,
		.is_named = is_named,
		.put = on_put,
		.literal = on_literal,
		.random = on_random,
		.filters = { { 1767787200000 }, zone_utc() },
	};
	CLEANUP(buf_deinit) struct buf said = { 0 };
	struct value value;
	struct str literal;

	buf_init(&said, 0);
	template_render(t, &host, &said);
	check_quiet(buf_str(&said));
	if (template_value(t, &host, &value) && template_is_literal(t, &literal))
		abort();
}

static void on_name(void *owner, char sigil, struct str name)
{
	(void)owner;
	if ((sigil != '@' && sigil != '#') || name.len == 0)
		abort();
}

static void on_reference(void *owner, const struct reference *ref, bool as_text)
{
	(void)as_text;
	if (ref->shown.len == 0)
		abort();
	++*(size_t *)owner;
}

static size_t cut_lines(struct str text, struct ini_line lines[LINES_MAX])
{
	struct str line;
	size_t n = 0;

	while (n < LINES_MAX && str_cut(&text, '\n', &line)) {
		lines[n] = (struct ini_line){ line, (unsigned)n + 1 };
		n++;
	}
	return n;
}

static void try_scope(const struct template_scope *scope, struct str text, struct pattern_kit *kit)
{
	static const char *const worst[] = { "",     "!here",	      "!channel|x",
					     "here", "> <!everyone>", "*a* _b_ `c`",
					     "|" };
	struct ini_line lines[LINES_MAX];
	size_t n = cut_lines(text, lines), n_references = 0;
	struct template *t = NULL;
	struct diag diag;

	diag_init(&diag);
	if ((template_compile(&t, lines, n, "fuzz.ini", scope, kit, &diag) == 0) !=
	    (diag.n_errors == 0))
		abort();
	for (size_t i = 0; t != NULL && i < ARRAY_LEN(worst) && !scope->plain; i++)
		render(t, worst[i]);
	if (t != NULL) {
		template_each_name(t, on_name, NULL);
		template_each_reference(t, on_reference, &n_references);
	}
	template_free(t);
	diag_deinit(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct template_scope scope = { .has_group = has_group, .group_at = group_at };
	struct str text = str_make((const char *)data, size);
	struct place at = { "fuzz.ini", 1 };
	struct pattern_kit *kit;
	struct names names;

	if (!utf8_valid(text))
		return 0; /* a rule file is refused before */
	kit = pattern_kit_new();
	names_init(&names);
	map_set(&names.variables, STR("karma"), &at);
	scope.names = &names;
	scope.has_result = true;
	try_scope(&scope, text, kit);
	scope.plain = true;
	scope.has_error = true;
	try_scope(&scope, text, NULL);
	scope.plain = false;
	scope.literal = true;
	scope.is_timed = true;
	try_scope(&scope, text, kit);
	names_deinit(&names);
	pattern_kit_free(kit);
	return 0;
}
