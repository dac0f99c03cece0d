/* SPDX-License-Identifier: MIT */
/*
 * A thousand pairs of a pattern and a text that was written against it, with and without JIT. What must hold is counted:
 * a search by a clock that a look at it moves on, so that the machine's speed does not matter, ends after so many looks; what
 * JIT and interpreter can both tell, they tell alike; and a rule behind all of these answers everybody whose message fits.
 * What it took in fact is printed as a table, and held to a few times the budget.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric.h"
#include "lib/engine_pipe.h"
#include "pattern/pattern.h"

enum {
	LOOK_NS = 500000,   /* that a look takes by the clock of the first run */
	CPU_SEARCH_MS = 25, /* by the second, whose clock is the processor's */
	CPU_EVENT_MS = 120,
	ORDINARY = 500, /* bytes */
	LONG = 40000,
	PAIRS_MAX = 4000,
};

#define GOOD_WORD "xyzzy"

struct pair {
	char *regex, *prefix, *filler, *end;
};

/* Each of these takes seconds or years on its text when nothing stops it, or once did. */
static const struct pair own[] = {
	/* repeated what is repeated */
	{ "(a+)+$", "", "a", "!" },
	{ "^(a|aa)+$", "", "a", "!" },
	{ "^(a|a?)+$", "", "a", "!" },
	{ "(x+x+)+y", "", "x", "" },
	{ "(\\w+\\s*)+$", "", "ab ab ", "!" },
	{ "^(\\w+\\s?)+$", "", "a", "!" },
	{ "^((ab)*)+$", "", "ab", "c" },
	{ "^(([a-z])+.)+[A-Z]([a-z])+$", "", "a", "" },
	{ "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+$", "", "a", "!" },
	{ "(?:[^\"\\\\]|\\\\.)*vpn", "", "hello ", "" },
	{ "^(\\d+,?)*;$", "", "1", "!" },
	{ "(([^:]+):?)*;", "", "a", "!" },
	{ "^(?:\\s*\\S+\\s*)*!$", "", "a ", "?" },
	{ "((.)*)*z", "", "a", "" },
	{ "((a{1,9})+){2,}b", "", "a", "!" },
	/* one behind the other */
	{ "[\\w.-]+[\\w-]+@corp\\.com", "", "a", "@corp.co" },
	{ "[^x]*[^x]*y", "", "\U0001f600", "" },
	{ "(.*)(.*)(.*)(.*)(.*)[12]", "", "a", "" },
	{ "^(?<key>.*?)\\s*:\\s*(?<value>.*)$", "", " ", "b: c" },
	{ "^(.+?)\\s*=\\s*(.+)$", "", " ", "b = " },
	{ "(.*?)\\s+please$", "", " ", "pleas" },
	{ "^.*\\S+\\?$", "", "a", " ?" },
	{ "\\s*,\\s*;", "", " ", "." },
	{ "\\d+\\d+\\d+x", "", "1", "" },
	{ ".*.*=.*", "", "x", "" },
	{ "(?-s)(.*?,){11}P", "", "1,2,3,4,5,\n", "" },
	{ "a*a*a*a*a*b", "", "a", "" },
	{ "\\w*\\d*\\w*\\d*!", "", "a1", "" },
	{ "^\\s+|\\s+$", "x", " ", "x" },
	{ "<[^>]*>[^<]*</[^>]*>", "", "<a", "" },
	{ "(?i)(?:https?://)?[\\w.]+\\.[a-z]+/\\S*\\.pdf", "", "http://a.", "" },
	{ "\\b[\\w']+\\b.*\\b[\\w']+\\b!\\?", "", "it's ", "" },
	/* looking around */
	{ "(?=(a+))a*[12]", "", "a", "" },
	{ "(?=.*\\bvpn\\b)(?=.*\\btoken\\b)", "", "a vpn ", "" },
	{ "(?!.*x).*(?=.*y)z", "", "a", "" },
	{ "(?<=a)(?=.*b)c", "", "a", "" },
	{ "(?:(?!foo).)*bar", "", "fo", "" },
	{ "(?>a*)(?=.*!)\\?", "", "a", "" },
	/* calling back, and calling oneself */
	{ "(?<it>.+)\\k<it>[12]", "", "a", "!" },
	{ "^(.*)\\1\\1$", "", "a", "b" },
	{ "(\\((?:[^()]|(?1))*\\))z", "", "(", "" },
	{ "(a?(?1)?b?)+c", "", "a", "" },
	{ "(?<x>\\w+)\\W+(?<y>\\w+)\\W+\\k<x>\\W+\\k<y>!", "", "a b ", "" },
	/* letters that are several */
	{ "\\X+[12]", "", "ab ", "" },
	{ "(?i)(\u00df|ss|\u1e9e)+$", "", "\u1e9e", "!" },
	{ "[\\p{L}\\p{M}]+[\\p{L}]+!", "", "e\u0301", "" },
	{ "(?i)(?:k|\u212a)+(?:s|\u017f)+!", "", "\u212a\u017f", "" },
	/* in many places */
	{ "a|b|c|(d|e)*f|.*z$", "", "de", "" },
	{ "(?:a|b|ab)*c", "", "ab", "" },
	{ "^(?:(?:a|b)|(?:ab|ba))*$", "", "ab", "c" },
};

static const char *const ends[] = { "!", " ?", "x: y", "\n", "@", "\"" };

static struct pair pairs[PAIRS_MAX];
static size_t n_pairs;

static void add_pair(struct str regex, struct str prefix, struct str filler, struct str end)
{
	if (n_pairs < PAIRS_MAX && filler.len > 0 && str_find_char(filler, '\0') == SIZE_MAX)
		pairs[n_pairs++] = (struct pair){ str_dup(regex), str_dup(prefix), str_dup(filler),
						  str_dup(end) };
}

/* Each pattern against its own text, the same with other ends, and texts that were written against others. */
static void make_own(void)
{
	const size_t n = ARRAY_LEN(own);

	for (size_t i = 0; i < n; i++) {
		struct str regex = str_from(own[i].regex), filler = str_from(own[i].filler);

		add_pair(regex, str_from(own[i].prefix), filler, str_from(own[i].end));
		for (size_t k = 0; k < ARRAY_LEN(ends); k++)
			add_pair(regex, str_from(own[i].prefix), filler, str_from(ends[k]));
		for (size_t k = 1; k < 14; k++)
			add_pair(regex, STR_EMPTY, str_from(own[(i + k * 7) % n].filler),
				 str_from(own[(i + k * 7) % n].end));
	}
}

/* Lines of JSON, each a pattern and its attack, as collections of others have them. */
static void read_others(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	if (file == NULL)
		return;
	while (getline(&line, &room, file) > 0) {
		CLEANUP(json_freep) struct json *j = NULL;

		if (json_parse(&j, str_trim(str_from(line)), NULL) == 0)
			add_pair(json_str(j, "pattern"), json_str(j, "attack.prefix"),
				 json_str(j, "attack.pump"), json_str(j, "attack.suffix"));
	}
	free(line);
	fclose(file);
}

static void make_text(const struct pair *pair, size_t size, struct buf *out)
{
	buf_clear(out);
	buf_addz(out, pair->prefix);
	while (out->len + strlen(pair->filler) + strlen(pair->end) <= size)
		buf_addz(out, pair->filler);
	buf_addz(out, pair->end);
}

/* ---- time ---- */

struct watch {
	int64_t cpu_ns, wall_ns;
};

static int64_t ns_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static struct watch watch_now(void)
{
	return (struct watch){ ns_of(CLOCK_THREAD_CPUTIME_ID), ns_of(CLOCK_MONOTONIC) };
}

struct worst {
	double cpu_ms, wall_ms;
	size_t at; /* which pair */
	size_t size;
};

static void note_time(struct worst *w, struct watch began, size_t at, size_t size)
{
	const struct watch now = watch_now();
	const double cpu_ms = (double)(now.cpu_ns - began.cpu_ns) / 1e6;
	const double wall_ms = (double)(now.wall_ns - began.wall_ns) / 1e6;

	w->wall_ms = wall_ms > w->wall_ms ? wall_ms : w->wall_ms;
	if (cpu_ms <= w->cpu_ms)
		return;
	w->cpu_ms = cpu_ms;
	w->at = at;
	w->size = size;
}

static int64_t cpu_ns(void *owner)
{
	(void)owner;
	return ns_of(CLOCK_THREAD_CPUTIME_ID);
}

static int64_t tick(void *owner)
{
	return *(int64_t *)owner += LOOK_NS;
}

/* ---- one search ---- */

struct tally {
	size_t n_searches, n_doubts;
	struct worst search;
	size_t n_events, n_asked, n_answered;
	uint64_t n_unsure;
	struct worst event;
};

static unsigned n_faults;

static void fault(const char *why, const struct pair *pair, size_t size)
{
	n_faults++;
	printf("%s: %s on %zu bytes of %s\n", why, pair->regex, size, pair->filler);
}

static struct pattern *compile(struct pattern_kit *kit, const struct pair *pair, bool jit)
{
	CLEANUP(buf_deinit) struct buf regex = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct pattern *p = NULL;

	buf_addf(&regex, "%s%s", jit ? "" : "(*NO_JIT)", pair->regex);
	const struct pattern_source source = { .regex = buf_str(&regex),
					       .shown = buf_str(&regex),
					       .at = { "pairs", 1 } };

	return pattern_compile(&p, kit, &source, &diag) == 0 ? p : NULL;
}

/* Twice: by a clock that goes by looks, and by the processor's. */
static enum tristate search(const struct pair *pair, struct str text, bool jit, struct tally *t)
{
	struct pattern_kit *kit = pattern_kit_new();
	struct pattern *p = compile(kit, pair, jit);
	enum tristate answer = TRISTATE_UNKNOWN;
	struct captures caught;
	struct watch began;
	int64_t ticks = 0;

	if (p != NULL) {
		pattern_kit_set_clock(kit, tick, &ticks);
		answer = pattern_find(p, text, &caught);
		t->n_searches++;
		t->n_doubts += answer == TRISTATE_UNKNOWN;
		if (ticks > (PATTERN_BUDGET_MS + 1) * INT64_C(1000000))
			fault("too many looks at the clock", pair, text.len);
		pattern_kit_set_clock(kit, cpu_ns, NULL);
		began = watch_now();
		pattern_find(p, text, &caught);
		note_time(&t->search, began, (size_t)(pair - pairs), text.len);
	}
	pattern_free(p);
	pattern_kit_free(kit);
	return answer;
}

static void search_all(struct tally t[static 2])
{
	static const size_t sizes[] = { ORDINARY, LONG };
	CLEANUP(buf_deinit) struct buf text = { 0 };

	for (size_t i = 0; i < n_pairs; i++) {
		const size_t size = sizes[i % ARRAY_LEN(sizes)];
		enum tristate with, without;

		make_text(&pairs[i], size, &text);
		with = search(&pairs[i], buf_str(&text), true, &t[true]);
		without = search(&pairs[i], buf_str(&text), false, &t[false]);
		if (with != TRISTATE_UNKNOWN && without != TRISTATE_UNKNOWN && with != without)
			fault("JIT and interpreter differ", &pairs[i], text.len);
	}
}

/* ---- events: all patterns are rules of one set, and a harmless rule stands behind them ---- */

static struct ruleset *make_rules(bool jit)
{
	const struct ruleset_options options = { .allow_broadcast = true };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	struct ruleset *set = NULL;

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		buf_addf(&rules, "[rule r%zu]\nmatch = %s%s\nreact = eyes\n", i,
			 jit ? "" : "(*NO_JIT)", own[i].regex);
	buf_addz(&rules, "[rule good]\nwords = " GOOD_WORD "\nsay = good\n");
	if (ruleset_load_text(&set, buf_str(&rules), "pairs.ini", &options, &diag) != 0) {
		printf("%u: %s\n", diag.entries[0].line, diag.entries[0].text);
		exit(2);
	}
	return set;
}

static void note_job(void *owner, const struct job *job)
{
	*(size_t *)owner += strcmp(job->verb, "say") == 0;
}

static void ask(struct engine_pipe *pipe, const char *text, struct tally *t)
{
	pipe_hear(pipe, str_from(text), note_job, &t->n_answered);
	t->n_asked++;
}

/* Whoever writes against the rules in an ordinary message, gets his answer all the same; and so does whoever writes next. */
static void hear_all(bool jit, struct tally *t)
{
	struct ruleset *set = make_rules(jit);
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct engine_pipe pipe;

	pipe_init(&pipe, set);
	t->n_unsure = metric_counts[METRIC_RULES_UNSURE];
	for (size_t i = 0; i < 2 * ARRAY_LEN(own); i++) {
		const bool is_long = i % 2 == 1;
		struct watch began;

		make_text(&own[i / 2], is_long ? LONG : ORDINARY, &text);
		buf_addz(&text, is_long ? "" : " " GOOD_WORD);
		t->n_asked += !is_long;
		began = watch_now();
		pipe_hear(&pipe, buf_str(&text), note_job, &t->n_answered);
		note_time(&t->event, began, i / 2, text.len);
		t->n_events++;
		ask(&pipe, "where is the " GOOD_WORD " today?", t);
	}
	t->n_unsure = metric_counts[METRIC_RULES_UNSURE] - t->n_unsure;
	pipe_deinit(&pipe);
	ruleset_unref(set);
}

/* ---- the table ---- */

static void print_times(const char *name, const struct worst *with, const struct worst *without)
{
	printf("%-34s %7.1f ms %9.1f ms\n", name, with->cpu_ms, without->cpu_ms);
	printf("%-34s %7.1f ms %9.1f ms\n", "  by the clock on the wall", with->wall_ms,
	       without->wall_ms);
}

static void print_table(const struct tally t[static 2])
{
	const struct tally *with = &t[true], *without = &t[false];

	printf("%-34s %10s %12s\n", "", "with JIT", "without JIT");
	printf("%-34s %10zu %12zu\n", "searches", with->n_searches, without->n_searches);
	printf("%-34s %10zu %12zu\n", "  that cannot tell", with->n_doubts, without->n_doubts);
	print_times("longest search", &with->search, &without->search);
	printf("%-34s %10zu %12zu\n", "events", with->n_events, without->n_events);
	printf("%-34s %10zu %12zu\n", "messages for the rule behind them", with->n_asked,
	       without->n_asked);
	printf("%-34s %10zu %12zu\n", "  that it answered", with->n_answered, without->n_answered);
	printf("%-34s %10llu %12llu\n", "  rules that could not tell",
	       (unsigned long long)with->n_unsure, (unsigned long long)without->n_unsure);
	print_times("longest event", &with->event, &without->event);
	for (int i = 1; i >= 0; i--)
		printf("the longest search %s JIT: %s on %zu bytes of `%s`\n",
		       i == 1 ? "with" : "without", pairs[t[i].search.at].regex, t[i].search.size,
		       pairs[t[i].search.at].filler);
}

static void expect(bool holds, const char *what, unsigned *n_passed)
{
	*n_passed += holds;
	n_faults += !holds;
	if (!holds)
		printf("not so: %s\n", what);
}

int main(void)
{
	const char *data = getenv("RETORT_DATA") != NULL ? getenv("RETORT_DATA") : "../shared/data";
	CLEANUP(buf_deinit) struct buf path = { 0 };
	struct tally t[2] = { 0 };
	unsigned n_passed = 0;

	log_set_level(LOG_ERROR);
	make_own();
	buf_addf(&path, "%s/regex/redos.jsonl", data);
	buf_addc(&path, '\0');
	read_others(path.p);
	search_all(t);
	hear_all(true, &t[true]);
	hear_all(false, &t[false]);
	print_table(t);
	for (int i = 0; i < 2; i++) {
		expect(t[i].n_searches >= 1000, "a thousand pairs were searched", &n_passed);
		/* Else there was no harm in them. */
		expect(t[i].n_doubts > 100 && t[i].n_unsure > 100, "many were cut off", &n_passed);
		expect(t[i].n_answered == t[i].n_asked, "others got their answers", &n_passed);
		expect(t[i].search.cpu_ms < CPU_SEARCH_MS, "no search took long", &n_passed);
		expect(t[i].event.cpu_ms < CPU_EVENT_MS, "no event took long", &n_passed);
	}
	for (size_t i = 0; i < n_pairs; i++) {
		free(pairs[i].regex);
		free(pairs[i].prefix);
		free(pairs[i].filler);
		free(pairs[i].end);
	}
	printf("%u passed, %u failed\n", n_passed, n_faults);
	return n_faults > 0;
}
