/* SPDX-License-Identifier: MIT */
#include "lib/hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/json.h"
#include "base/mem.h"

/* As people type it; half the time Slack's three entities are put in before it is sent. */
static const char *const typed[] = {
	"<!channel>",
	"<!here>",
	"<!everyone>",
	"<!here|x>",
	"<!channel|@channel>",
	"<!here",
	"!here>",
	"!channel",
	"!here",
	"!everyone|all",
	"here",
	"channel",
	"everyone",
	"HERE",
	"Channel",
	"<!subteam^S1TEAM>",
	"<!subteam^S1TEAM|@team>",
	"!subteam^S1TEAM",
	"<@U2RAJ>",
	"<@U2RAJ|raj>",
	"@U2RAJ",
	"U2RAJ",
	"W0RLD1",
	"<@W0RLD1>",
	"<#C1GENERAL>",
	"<#C1GENERAL|general>",
	"<#C9SECRET|>",
	"#general",
	"#secret-channel",
	"C9SECRET",
	"D9DIRECT",
	"<#D9DIRECT>",
	"@here",
	"@channel",
	"@everyone",
	"@here.",
	"@ here",
	"@@here",
	"@\xE2\x80\x8Bhere",
	"@\xE2\x80\xAEhere",
	"@\x01here",
	"@\xC2\xADhere",
	"@\xEF\xBB\xBFhere",
	"\xEF\xBC\xA0here",
	"\xEF\xB9\xABhere",
	"a@here.x",
	"a@channel",
	"x@y.example",
	"@ana",
	"@ana++",
	"@Ana Smith",
	"@\xD0\xB0na",
	"@_x",
	"@-x",
	"@.x",
	"a@",
	"@",
	"ends in @",
	"ends in <",
	"ends in <!",
	"ends in &",
	"ends in &l",
	"lt;",
	"amp;lt;!here&amp;gt;",
	"#x",
	">",
	"> quote",
	">>> all",
	"<",
	"<<",
	"<>",
	"< >",
	"><",
	"<<<>>>",
	"<!",
	"<@",
	"<#",
	"<|>",
	"<a|b>",
	"<|",
	"|",
	"|x>",
	"x>",
	"> <!here",
	"<https://evil.example>",
	"<https://evil.example|https://bank.example>",
	"<https://a.example|<!channel>>",
	"<https://a.example|<@U2RAJ>>",
	"<http://a.example|a|b>",
	"https://evil.example/x",
	"https://evil.example|bank",
	"//evil.example",
	"evil.example/",
	"../../x",
	"?a=b&c=d",
	"#frag",
	"@evil.example",
	":80@evil.example/",
	"javascript:alert(1)",
	"data:text/html,x",
	"mailto:a@b.example",
	"<mailto:a@b.example|x>",
	"<tel:1|x>",
	"<!date^0^{date}^https://evil.example|now>",
	"<!date^0^{date}|<!here>>",
	"<!unknown|x>",
	"&",
	"&&",
	"&amp;",
	"&lt;",
	"&gt;",
	"&amp;lt;!channel&amp;gt;",
	"&amp;amp;lt;",
	"&lt;!here&gt;",
	"&#60;!here&#62;",
	"&#x3c;",
	"&quot;",
	"&nbsp;",
	"&lt",
	"&LT;",
	"{user}",
	"{text}",
	"{1}",
	"{{user}}",
	"{text|json}",
	"{if 1 is 1: x}",
	"{pick: a | b}",
	"{result.a}",
	"{",
	"}",
	"{{",
	"}}",
	"{1|upper",
	"%s%n%x",
	"%",
	"%%",
	"%3Chere%3E",
	"%00",
	"%0a",
	"$0",
	"\\U$0",
	"$(id)",
	"\\",
	"\\@here",
	"\\\"",
	"\"",
	"\"}",
	"\",\"x\":\"",
	"\"}],\"y\":[{\"",
	"'",
	"\\u003c!here\\u003e",
	"\\n",
	"null",
	"true",
	"0",
	"-1",
	"1e999",
	"[]",
	"{}",
	"[{\"type\":\"section\"}]",
	"a\nb",
	"\n",
	"a\n\nb",
	"a\n> b",
	"\ta",
	"a\rb",
	"a\r\nb",
	"`",
	"``",
	"```",
	"````",
	"`x`",
	"```x```",
	"```\nx",
	"x\n```",
	"` <!here> `",
	"*b*",
	"_i_",
	"~s~",
	"*_~`",
	":tada:",
	"::",
	":",
	"\xE2\x80\xAEgnp.exe",
	"\xE2\x80\xAA",
	"\xE2\x81\xA6x\xE2\x81\xA9",
	"\xE2\x80\x8E\xE2\x80\x8F",
	"\xD8\x9C",
	"\xE2\x81\xA0",
	"\xE2\x80\x8B\xE2\x80\x8C\xE2\x80\x8D",
	"\xC2\xA0",
	"\xE2\x80\xA8",
	"\xE2\x80\xA9",
	"\xC2\x85",
	"\xC2\x9B"
	"31m",
	"\x1B[31m",
	"\x01\x02\x1F",
	"\x01@U2RAJ\x01x",
	"\x01#C9SECRET\x01x",
	"a\x1F"
	"b",
	"\x01{user}",
	"\x7F",
	"\x08",
	"\xF3\xA0\x81\xA1",
	"\xF0\x9F\x98\x80",
	"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",
	"e\xCC\x81\xCC\x81\xCC\x81",
	"Z\xCC\xB7\xCD\x9D\xCC\x94",
	"\xC3\x9F",
	"\xEF\xAC\x83",
	"\xC4\xB0",
	"\xCE\x90",
	"\xC7\x85",
	"\xCE\xA3\xCF\x82",
	"\xEF\xBF\xBD",
	"\xEF\xBF\xBF",
	"\xF4\x8F\xBF\xBF",
	"\xED\x9F\xBF",
	"<script>alert(1)</script>",
	"<img src=x onerror=alert(1)>",
	"<b>x</b>",
	"</x>",
	"<!--x-->",
	"<![CDATA[x]]>",
	"<!DOCTYPE x>",
	"'; DROP TABLE x; --",
	"() { :;};",
	"=1+1",
	"a]b",
	"]",
	"[",
	"k]:x",
	"a:b",
	"a:b:c",
	"T1:k[x]",
	"var:T1:k[x]",
	"..",
	".",
	"0.0",
	"x.deep",
	"1700000000",
	"99999999999999999999",
	"0x10",
	"1,000",
	"nan",
	"inf",
	"-",
	"--",
	"++",
	"---",
	"...",
};

/* As Slack itself writes markup, and as it never would. */
static const char *const heads[] = {
	"<",	    "<@",	    "<#",	"<!",	 "<https://",		"<http://",
	"<mailto:", "<!date^",	    "&lt;@",	"&lt;!", "<!subteam^",		"<<",
	"<@<",	    "<!<",	    "&amp;lt;", "<|",	 "<https://a.example|", "<!here|",
	"<@U2RAJ|", "<#C1GENERAL|",
};
static const char *const bodies[] = {
	"U2RAJ",
	"U1ANA",
	"C1GENERAL",
	"here",
	"channel",
	"everyone",
	"S1TEAM",
	"a.example",
	"x@y.example",
	"1392734382^{date}",
	"<!channel>",
	"<@U2RAJ>",
	"",
	" ",
	"U2RAJ|raj",
	"here|x",
	"a.example/?q=1&amp;r=2",
	"\xE2\x80\xAE",
	"\n",
	"@here",
	"UBOT",
};
static const char *const tails[] = { ">",	  "|x>",  "|",	 "|>",
				     "",	  "&gt;", ">>",	 "|@here>",
				     "|<!here>>", " >",	  "\n>", "^https://a.example|x>",
				     "|a|b>",	  "|`>" };

/* ---- chance ---- */

size_t hostile_below(struct hostile *h, size_t n)
{
	h->state = h->state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(h->state >> 33) % n;
}

/* ---- parts ---- */

void hostile_coded(struct buf *raw, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '&')
			buf_addz(raw, "&amp;");
		else if (text.p[i] == '<')
			buf_addz(raw, "&lt;");
		else if (text.p[i] == '>')
			buf_addz(raw, "&gt;");
		else
			buf_addc(raw, text.p[i]);
	}
}

static void put_typed(struct hostile *h, struct buf *raw)
{
	size_t i = hostile_below(h, ARRAY_LEN(typed) + h->n_lines);
	struct str text = str_from(i < ARRAY_LEN(typed) ? typed[i] :
							  h->lines[i - ARRAY_LEN(typed)]);

	if (hostile_below(h, 2) == 0)
		hostile_coded(raw, text);
	else
		buf_add(raw, text);
}

static void put_markup(struct hostile *h, struct buf *raw)
{
	buf_addz(raw, heads[hostile_below(h, ARRAY_LEN(heads))]);
	if (hostile_below(h, 4) == 0)
		put_markup(h, raw);
	else
		buf_addz(raw, bodies[hostile_below(h, ARRAY_LEN(bodies))]);
	buf_addz(raw, tails[hostile_below(h, ARRAY_LEN(tails))]);
}

static void put_any(struct hostile *h, struct buf *raw)
{
	static const uint32_t seams[] = { '@', '<', '>', '&', '|', '!', ' ', '\n', ';', '`' };
	char bytes[4];

	switch (hostile_below(h, 4)) {
	case 0:
	case 1:
		put_typed(h, raw);
		break;
	case 2:
		put_markup(h, raw);
		break;
	default:
		buf_add(raw, str_make(bytes,
				      utf8_put(bytes, seams[hostile_below(h, ARRAY_LEN(seams))])));
	}
}

/* The longest that Slack lets through, now and then. */
static void put_long(struct hostile *h, struct buf *raw)
{
	struct str part = str_from(typed[hostile_below(h, ARRAY_LEN(typed))]);
	size_t len = 1000 + hostile_below(h, 9000);

	while (raw->len < len) {
		hostile_coded(raw, part);
		if (hostile_below(h, 40) == 0)
			buf_addc(raw, hostile_below(h, 2) == 0 ? ' ' : '\n');
	}
}

void hostile_next(struct hostile *h, struct buf *raw)
{
	size_t n = 1 + hostile_below(h, 5);

	buf_clear(raw);
	if (hostile_below(h, 500) == 0)
		put_long(h, raw);
	for (size_t i = 0; i < n; i++)
		put_any(h, raw);
	if (raw->len == 0)
		buf_addc(raw, '@');
}

bool hostile_at(size_t i, struct str *out)
{
	if (i < ARRAY_LEN(typed))
		*out = str_from(typed[i]);
	return i < ARRAY_LEN(typed);
}

/* ---- others' lists ---- */

size_t hostile_read(struct hostile *h, const char *path)
{
	CLEANUP(json_freep) struct json *list = NULL;
	CLEANUP(buf_deinit) struct buf text = { 0 };
	char part[4096];
	size_t n;
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return 0;
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_add(&text, str_make(part, n));
	fclose(file);
	if (json_parse(&list, buf_str(&text), NULL) != 0)
		return 0;
	h->lines = mem_grow(h->lines, json_len(list) + 1, sizeof(h->lines[0]));
	for (size_t i = 0; i < json_len(list); i++)
		h->lines[h->n_lines++] = str_dup(json_str(json_item(list, i), ""));
	return h->n_lines;
}

/* ---- life ---- */

void hostile_init(struct hostile *h, unsigned seed)
{
	*h = (struct hostile){ .state = seed * 2654435761u + 1 };
}

void hostile_deinit(struct hostile *h)
{
	for (size_t i = 0; i < h->n_lines; i++)
		free(h->lines[i]);
	free(h->lines);
}
