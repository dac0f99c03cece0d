/* SPDX-License-Identifier: MIT */
#include "template/plain.h"

#include "base/mem.h"

static bool is_wordy(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool opens(struct str line, size_t i)
{
	return (i == 0 || !is_wordy(line.p[i - 1])) && i + 1 < line.len &&
	       !is_blank(line.p[i + 1]) && line.p[i + 1] != line.p[i];
}

static bool closes(struct str line, size_t i)
{
	return i > 0 && !is_blank(line.p[i - 1]) && (i + 1 == line.len || !is_wordy(line.p[i + 1]));
}

static size_t find_closer(struct str line, size_t from, char mark)
{
	for (size_t i = from; i < line.len; i++) {
		if (line.p[i] == mark && closes(line, i))
			return i;
	}
	return SIZE_MAX;
}

enum { DROPPED = 0 }; /* a byte that no text of a message has */

static void drop_pairs(char *bytes, size_t len, char mark)
{
	struct str line = { bytes, len };
	size_t i = 0;

	while (i < len) {
		size_t end;

		if (bytes[i] != mark || !opens(line, i)) {
			i++;
			continue;
		}
		end = find_closer(line, i + 2, mark);
		if (end == SIZE_MAX)
			return; /* then no later one has a closer either */
		bytes[i] = bytes[end] = DROPPED;
		i = end + 1;
	}
}

static void plain_line(struct buf *out, struct str line)
{
	static const char marks[] = { '*', '_', '~' };
	CLEANUP(mem_freep) char *bytes = NULL;

	if (str_skip(&line, ">"))
		str_skip(&line, " ");
	bytes = str_dup(line);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		drop_pairs(bytes, line.len, marks[i]);
	for (size_t i = 0; i < line.len; i++) {
		if (bytes[i] != DROPPED && bytes[i] != '`')
			buf_addc(out, bytes[i]);
	}
}

void plain_text(struct buf *out, struct str in)
{
	struct str line;
	bool first = true;

	while (str_cut(&in, '\n', &line)) {
		buf_addz(out, first ? "" : "\n");
		plain_line(out, line);
		first = false;
	}
}
