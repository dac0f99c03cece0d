/* SPDX-License-Identifier: MIT */
/*
 * Templates: the lines of the input are the text. The host inserts the worst that people could write, made
 * inert the way markup is; however the author wrote the rule, nothing may become a call to everyone.
 */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "rule/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 64 };

static bool on_value(void *owner, enum template_name name, enum template_field field,
		     struct str group, struct value *out)
{
	const char *worst = owner;

	(void)field;
	(void)group;
	out->kind = name == NAME_LINK ? VALUE_LINK : VALUE_TEXT;
	out->text = name == NAME_LINK ? STR("https://x.example/p1") : str_from(worst);
	return worst[0] != '\0';
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
	const struct template_host host = { (void *)worst, on_value, on_put, on_literal };
	CLEANUP(buf_deinit) struct buf said = { 0 };

	buf_init(&said, 0);
	template_render(t, &host, &said);
	check_quiet(buf_str(&said));
}

static void on_name(void *owner, char sigil, struct str name)
{
	(void)owner;
	if ((sigil != '@' && sigil != '#') || name.len == 0)
		abort();
}

static struct ini_entry entry_of(struct str text, struct ini_line lines[LINES_MAX])
{
	struct ini_entry entry = { .key = STR("reply"), .value = text, .lines = lines, .line = 1 };
	struct str line;

	while (entry.n_lines < LINES_MAX && str_cut(&text, '\n', &line)) {
		lines[entry.n_lines] = (struct ini_line){ line, (unsigned)entry.n_lines + 1 };
		entry.n_lines++;
	}
	return entry;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct template_scope scope = { .has_group = has_group, .group_at = group_at };
	static const char *const worst[] = { "",     "!here",	      "!channel|x",
					     "here", "> <!everyone>", "*a* _b_ `c`",
					     "|" };
	struct str text = str_make((const char *)data, size);
	struct ini_line lines[LINES_MAX];
	struct ini_entry entry = entry_of(text, lines);
	struct template *t = NULL;
	struct diag diag;

	if (!utf8_valid(text))
		return 0; /* a rule file is refused before */
	diag_init(&diag);
	if ((template_compile(&t, &entry, "fuzz.ini", &scope, &diag) == 0) != (diag.n_errors == 0))
		abort();
	for (size_t i = 0; t != NULL && i < ARRAY_LEN(worst); i++)
		render(t, worst[i]);
	if (t != NULL)
		template_each_name(t, on_name, NULL);
	template_free(t);
	diag_deinit(&diag);
	return 0;
}
