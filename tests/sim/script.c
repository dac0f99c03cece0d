/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "sim/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/links.h"
#include "sim/steps.h"

enum { MAX_DEPTH = 4, LEDGER_SHOWN = 40, LOG_SHOWN = 6000 };

static bool check_source(struct source s, int depth);

static bool check_step(const char *file, const struct step *step, int depth)
{
	struct words words;
	struct match m;
	struct loop_words loop;
	struct arena arena = { 0 };
	const struct command *c = NULL;
	const char *why;
	bool good = true;

	why = words_cut(step->text, &arena, &words);
	if (why == NULL && depth < MAX_DEPTH && loop_fits(&words, &arena, &loop)) {
		CLEANUP(mem_freep) char *left = block_moved_left(step->block);
		CLEANUP(mem_freep)
		char *block = block_with_number(str_from(left), loop.name, loop.from);

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

	while (step_next(&s, &step))
		good = check_step(s.name, &step, depth) && good;
	return good;
}

static bool load_file(const char *path, struct buf *out)
{
	if (file_load(path, out) == NULL)
		return true;
	fprintf(stderr, "%s: cannot be read: %s\n", path, strerror(errno));
	return false;
}

bool script_check(const char *path)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	return load_file(path, &text) &&
	       check_source((struct source){ path, buf_str(&text), 1 }, 0);
}

static bool run_command(struct stage *st, const struct command *c, const struct match *m,
			struct str block)
{
	CLEANUP(mem_freep) char *left = block_moved_left(block);

	st->block = str_from(left);
	if (!command_only_looks(c)) {
		for (struct sim *s = st->sim->first; s != NULL; s = s->next)
			s->then = (struct sim_then){ s->links->n_hellos, s->links->n_gaps,
						     s->n_cuts };
		st->log_then = st->client != NULL ? process_output(st->client).len : 0;
	}
	return c->run(st, m);
}

static bool play_source(struct stage *st, struct source s);

static bool play_loop(struct stage *st, const char *file, const struct step *step,
		      const struct loop_words *loop)
{
	CLEANUP(mem_freep) char *left = block_moved_left(step->block);

	int64_t n;

	for (n = loop->from; n <= loop->to && !st->quit && !st->leaving; n++) {
		CLEANUP(mem_freep) char *block = block_with_number(str_from(left), loop->name, n);

		if (!play_source(st, (struct source){ file, str_from(block), step->line + 1 }))
			return false;
	}
	if (st->leaving)
		printf("%lld times: %.*s\n", (long long)(n - 1 - loop->from), STR_ARG(step->text));
	st->leaving = false;
	return true;
}

static void say_failure(struct stage *st, const char *file, const struct step *step)
{
	fprintf(stderr, "%s:%u: %.*s\n    %.*s\n", file, step->line, STR_ARG(step->text),
		STR_ARG(buf_str(&st->complaint)));
	if (stage_client_ended(st))
		fputs("    (the client has ended)\n", stderr);
}

bool script_step(struct stage *st, const char *file, const struct step *step)
{
	struct words words;
	struct match m;
	struct loop_words loop;
	struct arena arena = { 0 };
	const struct command *c = NULL;
	const char *why;
	bool good = false;

	why = words_cut(step->text, &arena, &words);
	if (why == NULL && loop_fits(&words, &arena, &loop)) {
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

	while (!st->quit && !st->leaving && step_next(&s, &step))
		if (!script_step(st, s.name, &step))
			return false;
	return true;
}

/* What nobody asked about in the end: a call too many, a breach of the protocol. */
static bool nothing_left(struct sim *sim, const char *file)
{
	const struct entry *e = ledger_unwanted(&sim->ledger);
	struct str wrong = buf_str(&sim->complaints);

	if (wrong.len > 0)
		fprintf(stderr, "%s: the client broke the protocol:\n%.*s", file, STR_ARG(wrong));
	if (e != NULL)
		fprintf(stderr, "%s: at the end, call %zu (%s) was asked for by nobody\n", file,
			e->number, e->method);
	return wrong.len == 0 && e == NULL;
}

static bool nothing_left_anywhere(struct sim *sim, const char *file)
{
	bool good = true;

	for (struct sim *s = sim->first; s != NULL; s = s->next)
		good = nothing_left(s, file) && good;
	return good;
}

static void show_ledgers(struct sim *sim)
{
	for (struct sim *s = sim->first; s != NULL; s = s->next) {
		fprintf(stderr, "  calls%s%s (+ = asked for):\n", s->name != NULL ? " in " : "",
			s->name != NULL ? s->name : "");
		ledger_print(&s->ledger, LEDGER_SHOWN, stderr);
	}
}

static void show_client_log(struct stage *st)
{
	struct str log;

	if (st->client == NULL)
		return;
	log = process_output(st->client);
	if (log.len > LOG_SHOWN)
		log = str_sub(log, log.len - LOG_SHOWN, log.len);
	fprintf(stderr, "  what the client wrote:\n%.*s\n", STR_ARG(log));
}

bool script_play(struct stage *st, const char *path)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	bool good;

	if (!load_file(path, &text))
		return false;
	good = play_source(st, (struct source){ path, buf_str(&text), 1 }) &&
	       nothing_left_anywhere(st->sim, path);
	if (!good) {
		show_ledgers(st->sim);
		show_client_log(st);
	}
	return good;
}
