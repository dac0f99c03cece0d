/* SPDX-License-Identifier: MIT */
#include "slack/syntax.h"

#include <string.h>
#include "base/mem.h"

size_t syntax_control_len(struct str s)
{
	if (s.len == 0 || s.p[0] != '<')
		return 0;
	for (size_t i = 1; i < s.len; i++) {
		if (s.p[i] == '>')
			return i > 1 ? i + 1 : 0;
		if (s.p[i] == '<' || s.p[i] == '\n')
			return 0;
	}
	return 0;
}

static const struct {
	const char *coded;
	char plain;
} entities[] = {
	{ "&amp;", '&' },
	{ "&lt;", '<' },
	{ "&gt;", '>' },
};

size_t syntax_entity_len(struct str s, char *plain)
{
	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		if (str_starts(s, entities[i].coded)) {
			*plain = entities[i].plain;
			return strlen(entities[i].coded);
		}
	}
	return 0;
}

const char *syntax_entity_of(uint32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		if (code == (unsigned char)entities[i].plain)
			return entities[i].coded;
	}
	return NULL;
}
