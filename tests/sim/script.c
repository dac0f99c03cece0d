/* SPDX-License-Identifier: MIT */
#include "sim/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/inifile.h"
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/links.h"

enum { MAX_DEPTH = 4, LEDGER_SHOWN = 40 };

/* Where lines come from. */
struct source {
	const char *name;
	struct str rest;
	unsigned line; /* of the line that is cut next */
};

/* One command with what is indented below it. */
struct step {
	struct str text;
	struct str block;
	unsigned line;
};

static bool is_indented(struct str line)
{
	return line.len > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

static bool is_blank(struct str line)
{
	return str_trim(line).len == 0;
}

static struct str peek_line(struct str rest, size_t *used)
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
		struct str next = peek_line(rest, &used);

		if (!is_indented(next) && !is_blank(next))
			break;
		rest = str_sub(rest, used, rest.len);
		line++;
		if (!is_blank(next)) {
			end = rest.p;
			s->rest = rest;
			s->line = line;
		}
	}
	return str_make(start, (size_t)(end - start));
}

static bool next_step(struct source *s, struct step *out)
{
	while (s->rest.len > 0) {
		size_t used;
		struct str line = peek_line(s->rest, &used);

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

/* `repeat N times` and `for every NAME from A to B`: steps that hold steps. */
struct loop_words {
	struct str name;
	int64_t from, to;
};

static bool is_loop(const struct words *words, struct arena *arena, struct loop_words *out)
{
	struct match m;

	*out = (struct loop_words){ .name = STR_EMPTY };
	if (pattern_fits("repeat NUMBER times", words, arena, &m)) {
		out->from = 1;
		out->to = match_number(&m, "NUMBER", 0);
		return true;
	}
	if (!pattern_fits("for every NAME from NUMBER to NUMBER2", words, arena, &m))
		return false;
	out->name = match_text(&m, "NAME");
	out->from = match_number(&m, "NUMBER", 0);
	out->to = match_number(&m, "NUMBER2", 0);
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
static char *moved_left(struct str block)
{
	struct str rest = block, line;
	CLEANUP(buf_deinit) struct buf out;
	size_t common = SIZE_MAX;

	buf_init(&out, 0);
	while (rest.len > 0 && str_cut(&rest, '\n', &line))
		if (!is_blank(line) && indentation(line) < common)
			common = indentation(line);
	for (rest = block; rest.len > 0 && str_cut(&rest, '\n', &line);) {
		buf_add(&out, str_sub(line, common, line.len));
		buf_addc(&out, '\n');
	}
	return buf_take(&out);
}

/* The block with {NAME} replaced. The caller's. */
static char *with_number(struct str block, struct str name, int64_t n)
{
	CLEANUP(buf_deinit) struct buf out;
	CLEANUP(buf_deinit) struct buf mark;
	size_t at;

	buf_init(&out, 0);
	buf_init(&mark, 0);
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

/* --- checking --- */

static bool check_source(struct source s, int depth);

static bool check_step(const char *file, const struct step *step, int depth)
{
	struct words words;
	struct match m;
	struct loop_words loop;
	struct arena arena;
	const struct command *c = NULL;
	const char *why;
	bool good = true;

	arena_init(&arena);
	why = words_cut(step->text, &arena, &words);
	if (why == NULL && depth < MAX_DEPTH && is_loop(&words, &arena, &loop)) {
		CLEANUP(mem_freep) char *left = moved_left(step->block);
		CLEANUP(mem_freep) char *block = with_number(str_from(left), loop.name, loop.from);

		good = check_source((struct source){ file, str_from(block), step->line + 1 },
				    depth + 1);
	} else if (why == NULL) {
		c = command_find(&words, &arena, &m, &why);
		if (c != NULL && !command_has_block(c) && step->block.len > 0)
			why = "indented lines below a command that takes none";
		if (c != NULL && command_has_block(c) && step->block.len == 0)
			why = "this command needs indented lines below it";
	}
	if (why != NULL) {
		fprintf(stderr, "%s:%u: %.*s: %s\n", file, step->line, STR_ARG(step->text), why);
		good = false;
	}
	arena_deinit(&arena);
	return good;
}

static bool check_source(struct source s, int depth)
{
	struct step step;
	bool good = true;

	while (next_step(&s, &step))
		good = check_step(s.name, &step, depth) && good;
	return good;
}

static bool load_file(const char *path, struct buf *out)
{
	if (inifile_load(path, out) == 0)
		return true;
	fprintf(stderr, "%s: cannot be read: %s\n", path, strerror(errno));
	return false;
}

bool script_check(const char *path)
{
	CLEANUP(buf_deinit) struct buf text;

	buf_init(&text, 0);
	return load_file(path, &text) &&
	       check_source((struct source){ path, buf_str(&text), 1 }, 0);
}

/* --- playing --- */

static bool run_command(struct stage *st, const struct command *c, const struct match *m,
			struct str block)
{
	struct links *links = st->sim->links;
	CLEANUP(mem_freep) char *left = moved_left(block);

	st->block = str_from(left);
	if (!command_only_looks(c)) {
		st->hellos_then = links->n_hellos;
		st->gaps_then = links->n_gaps;
		st->log_then = st->client != NULL ? process_output(st->client).len : 0;
	}
	return c->run(st, m);
}

static bool play_source(struct stage *st, struct source s);

static bool play_loop(struct stage *st, const char *file, const struct step *step,
		      const struct loop_words *loop)
{
	CLEANUP(mem_freep) char *left = moved_left(step->block);

	for (int64_t n = loop->from; n <= loop->to && !st->quit; n++) {
		CLEANUP(mem_freep) char *block = with_number(str_from(left), loop->name, n);

		if (!play_source(st, (struct source){ file, str_from(block), step->line + 1 }))
			return false;
	}
	return true;
}

static void say_failure(struct stage *st, const char *file, const struct step *step)
{
	fprintf(stderr, "%s:%u: %.*s\n    %.*s\n", file, step->line, STR_ARG(step->text),
		STR_ARG(buf_str(&st->complaint)));
	if (stage_client_ended(st))
		fputs("    (the client has ended)\n", stderr);
}

static bool play_step(struct stage *st, const char *file, const struct step *step)
{
	struct words words;
	struct match m;
	struct loop_words loop;
	struct arena arena;
	const struct command *c = NULL;
	const char *why;
	bool good = false;

	arena_init(&arena);
	why = words_cut(step->text, &arena, &words);
	if (why == NULL && is_loop(&words, &arena, &loop)) {
		good = play_loop(st, file, step, &loop);
		arena_deinit(&arena);
		return good;
	}
	if (why == NULL)
		c = command_find(&words, &arena, &m, &why);
	buf_clear(&st->complaint);
	if (c != NULL)
		good = run_command(st, c, &m, step->block);
	else
		stage_fail(st, "%s", why);
	if (!good)
		say_failure(st, file, step);
	arena_deinit(&arena);
	return good;
}

static bool play_source(struct stage *st, struct source s)
{
	struct step step;

	while (!st->quit && next_step(&s, &step))
		if (!play_step(st, s.name, &step))
			return false;
	return true;
}

/* What nobody asked about in the end: a call too many, a breach of the protocol. */
static bool nothing_left(struct stage *st, const char *file)
{
	const struct entry *e = ledger_unwanted(&st->sim->ledger);
	struct str wrong = buf_str(&st->sim->complaints);

	if (wrong.len > 0)
		fprintf(stderr, "%s: the client broke the protocol:\n%.*s", file, STR_ARG(wrong));
	if (e != NULL)
		fprintf(stderr, "%s: at the end, call %zu (%s) was asked for by nobody\n", file,
			e->number, e->method);
	return wrong.len == 0 && e == NULL;
}

static void show_client_log(struct stage *st)
{
	struct str log;

	if (st->client == NULL)
		return;
	log = process_output(st->client);
	if (log.len > 6000)
		log = str_sub(log, log.len - 6000, log.len);
	fprintf(stderr, "  what the client wrote:\n%.*s\n", STR_ARG(log));
}

bool script_play(struct stage *st, const char *path)
{
	CLEANUP(buf_deinit) struct buf text;
	bool good;

	buf_init(&text, 0);
	if (!load_file(path, &text))
		return false;
	good = play_source(st, (struct source){ path, buf_str(&text), 1 }) &&
	       nothing_left(st, path);
	if (!good) {
		fprintf(stderr, "  calls (+ = asked for):\n");
		ledger_print(&st->sim->ledger, LEDGER_SHOWN, stderr);
		show_client_log(st);
	}
	return good;
}

/* --- serving --- */

/* Commands as they are typed. One that takes a block waits for its end: the next line that is not indented. */
struct typed {
	struct loop_file file;
	struct buf text;
	bool ended;
};

static void on_typed(void *owner, uint32_t events)
{
	struct typed *t = owner;
	char block[4096];
	ssize_t n = read(t->file.fd, block, sizeof(block));

	(void)events;
	if (n > 0)
		buf_add(&t->text, str_make(block, (size_t)n));
	else if (n == 0 || errno != EINTR)
		t->ended = true;
}

static bool takes_block(struct str line)
{
	struct words words;
	struct match m;
	struct loop_words loop;
	struct arena arena;
	const char *why;
	const struct command *c;
	bool takes;

	arena_init(&arena);
	why = words_cut(line, &arena, &words);
	takes = why == NULL && is_loop(&words, &arena, &loop);
	c = why == NULL && !takes ? command_find(&words, &arena, &m, &why) : NULL;
	takes = takes || (c != NULL && command_has_block(c));
	arena_deinit(&arena);
	return takes;
}

/* Is there a whole step at the beginning of what has been typed? Its length, 0 = not yet. */
static size_t whole_step(const struct typed *t)
{
	struct str rest = buf_str(&t->text);
	size_t used, all;
	struct str line = peek_line(rest, &used);

	if (str_find_char(rest, '\n') == SIZE_MAX)
		return t->ended ? rest.len : 0;
	if (!takes_block(str_trim(line)))
		return used;
	for (all = used; all < rest.len; all += used) {
		line = peek_line(str_sub(rest, all, rest.len), &used);
		if (!is_indented(line) && !is_blank(line))
			return all;
	}
	return t->ended ? rest.len : 0;
}

static void play_typed(struct stage *st, struct typed *t, size_t len)
{
	/* A copy, because more may be typed while an expectation waits. */
	CLEANUP(mem_freep) char *text = str_dup(str_make(t->text.p, len));
	struct source s = { "stdin", str_make(text, len), 1 };
	struct step step;

	buf_consume(&t->text, len);
	while (!st->quit && next_step(&s, &step))
		if (play_step(st, s.name, &step) && str_starts(step.text, "expect"))
			printf("ok %.*s\n", STR_ARG(step.text));
	fflush(stdout);
}

void script_serve(struct stage *st, int fd)
{
	struct typed t = { .ended = false };
	struct loop *loop = st->sim->loop;
	size_t len;

	buf_init(&t.text, 0);
	loop_file_init(&t.file, on_typed, &t);
	if (loop_file_watch(loop, &t.file, fd, 1) < 0)
		t.ended = true; /* a plain file: read it whole */
	while (!st->quit) {
		len = whole_step(&t);
		if (len > 0) {
			play_typed(st, &t, len);
			continue;
		}
		if (t.ended)
			loop_file_unwatch(loop, &t.file);
		if (loop_turn(loop, t.ended ? 1000 : -1) < 0)
			break;
	}
	loop_file_unwatch(loop, &t.file);
	buf_deinit(&t.text);
}
