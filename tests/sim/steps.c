/* SPDX-License-Identifier: MIT */
#include "sim/steps.h"

#include <stdlib.h>
#include "base/buf.h"

bool line_is_indented(struct str line)
{
	return line.len > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

bool line_is_blank(struct str line)
{
	return str_trim(line).len == 0;
}

struct str line_peek(struct str rest, size_t *used)
{
	size_t end = str_find_char(rest, '\n');

	*used = end == SIZE_MAX ? rest.len : end + 1;
	return str_sub(rest, 0, end == SIZE_MAX ? rest.len : end);
}

/* The indented lines at the beginning of *rest, blank ones between them included. */
static struct str cut_block(struct source *s)
{
	const char *start = s->rest.p, *end = start;
	struct str rest = s->rest;
	unsigned line = s->line;

	while (rest.len > 0) {
		size_t used;
		struct str next = line_peek(rest, &used);

		if (!line_is_indented(next) && !line_is_blank(next))
			break;
		rest = str_sub(rest, used, rest.len);
		line++;
		if (!line_is_blank(next)) {
			end = rest.p;
			s->rest = rest;
			s->line = line;
		}
	}
	return str_make(start, (size_t)(end - start));
}

bool step_next(struct source *s, struct step *out)
{
	while (s->rest.len > 0) {
		size_t used;
		struct str line = line_peek(s->rest, &used);

		s->rest = str_sub(s->rest, used, s->rest.len);
		out->line = s->line++;
		out->text = str_trim(line);
		if (out->text.len == 0 || out->text.p[0] == '#')
			continue;
		out->block = cut_block(s);
		return true;
	}
	return false;
}

bool loop_fits(const struct words *words, struct arena *arena, struct loop_words *out)
{
	struct match m;

	*out = (struct loop_words){ .name = STR_EMPTY };
	if (pattern_fits("repeat NUMBER times", words, arena, &m)) {
		out->from = 1;
		out->to = match_number(&m, "NUMBER", 0);
		return true;
	}
	if (!pattern_fits("for every NAME from NUMBER to NUMBER2", words, arena, &m) &&
	    !pattern_fits("for every NAME from NUMBER on", words, arena, &m))
		return false;
	out->name = match_text(&m, "NAME");
	out->from = match_number(&m, "NUMBER", 0);
	out->to = match_number(&m, "NUMBER2", INT64_MAX - 1);
	return true;
}

static size_t indentation(struct str line)
{
	size_t n = 0;

	while (n < line.len && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n;
}

/* Without the indentation that all lines share. The caller's. */
char *block_moved_left(struct str block)
{
	struct str rest = block, line;
	CLEANUP(buf_deinit) struct buf out = { 0 };
	size_t common = SIZE_MAX;

	while (rest.len > 0 && str_cut(&rest, '\n', &line))
		if (!line_is_blank(line) && indentation(line) < common)
			common = indentation(line);
	for (rest = block; rest.len > 0 && str_cut(&rest, '\n', &line);) {
		buf_add(&out, str_sub(line, common, line.len));
		buf_addc(&out, '\n');
	}
	return buf_take(&out);
}

/* The block with {NAME} replaced. The caller's. */
char *block_with_number(struct str block, struct str name, int64_t n)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	CLEANUP(buf_deinit) struct buf mark = { 0 };
	size_t at;

	buf_addf(&mark, "{%.*s}", STR_ARG(name));
	buf_addc(&mark, '\0');
	while (name.len > 0 && (at = str_find(block, mark.p)) != SIZE_MAX) {
		buf_add(&out, str_sub(block, 0, at));
		buf_addf(&out, "%lld", (long long)n);
		block = str_sub(block, at + name.len + 2, block.len);
	}
	buf_add(&out, block);
	return buf_take(&out);
}
