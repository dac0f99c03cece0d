/* SPDX-License-Identifier: MIT */
/*
 * Plays the conformance suite of the rule language: `run FILE…`; see README. A case is one line of what happens and what
 * must come of it, and the indented lines below it; each is played in a world of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "lib/tmpdir.h"
#include "rules/world.h"
#include "sim/steps.h"

enum { SETTINGS_MAX = 64, SEGMENTS_MAX = 16 };

/* What all cases of a group have in common. */
struct group {
	const char *file;
	bool has_rules;
	struct tmpdir folder;
	struct step settings[SETTINGS_MAX];
	size_t n_settings, n_for_file; /* the first ones hold for the whole file */
};

struct tally {
	size_t passed, failed;
	bool why; /* say of every failed case what the rules answered */
};

/* ---- a line ---- */

/* The parts of a line between its arrows. */
struct segments {
	struct words at[SEGMENTS_MAX];
	size_t n;
};

static bool is_arrow(const struct word *word)
{
	return !word->quoted && str_is(word->text, "->");
}

static const char *cut_line(struct str line, struct arena *arena, struct segments *out)
{
	struct words all;
	const char *why = words_cut(line, arena, &all);

	out->n = 1;
	out->at[0].n = 0;
	for (size_t i = 0; why == NULL && i < all.n; i++) {
		struct words *last = &out->at[out->n - 1];

		if (!is_arrow(&all.at[i]))
			last->at[last->n++] = all.at[i];
		else if (out->n == SEGMENTS_MAX)
			return "too many arrows";
		else
			out->at[out->n++].n = 0;
	}
	return why;
}

static const struct command *find(const struct command *table, const struct words *words,
				  struct arena *arena, struct match *m)
{
	for (const struct command *c = table; c->pattern != NULL; c++)
		if (pattern_fits(c->pattern, words, arena, m))
			return c;
	return NULL;
}

static const char *nearest(const struct command *table, const struct words *words)
{
	const char *best = "";
	size_t reach = 0;

	for (const struct command *c = table; c->pattern != NULL; c++)
		if (pattern_reach(c->pattern, words) > reach) {
			reach = pattern_reach(c->pattern, words);
			best = c->pattern;
		}
	return best;
}

static bool run_words(struct world *w, const struct command *table, const struct words *words)
{
	struct match m;
	const struct command *c = find(table, words, &w->arena, &m);

	if (c == NULL)
		return world_fail(w, "    this is not understood; the nearest is: %s\n",
				  nearest(table, words));
	return c->run(w, &m) && w->complaint.len == 0;
}

/* Nothing may have come of it that nobody asked for. */
static bool is_all_met(struct world *w)
{
	const struct words nothing = { .at = { { .text = STR("nothing") } }, .n = 1 };

	return run_words(w, outcome_commands, &nothing);
}

static bool happen(struct world *w, const struct words *words)
{
	struct match m;

	if (!is_all_met(w))
		return false;
	if (find(setting_commands, words, &w->arena, &m) != NULL)
		return run_words(w, setting_commands, words);
	return run_words(w, happening_commands, words);
}

static bool play_line(struct world *w, struct str line)
{
	struct segments *s = arena_alloc(&w->arena, sizeof(*s));
	const char *why = cut_line(line, &w->arena, s);

	if (why != NULL)
		return world_fail(w, "    %s\n", why);
	if (s->at[0].n > 0 && !happen(w, &s->at[0]))
		return false;
	for (size_t i = 1; i < s->n; i++)
		if (!run_words(w, outcome_commands, &s->at[i]))
			return false;
	return true;
}

/* ---- a case ---- */

static bool set_up(struct world *w, const struct group *g)
{
	static const char *const always[] = { "people @ana @raj", "channels #general #random" };

	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		play_line(w, str_from(always[i]));
	for (size_t i = 0; i < g->n_settings; i++)
		if (!play_line(w, g->settings[i].text))
			return false;
	world_load(w, tmpdir_path(&g->folder));
	return true;
}

static bool wants_complaints(struct str line)
{
	return str_starts(line, "loading");
}

static void complain(struct world *w, const struct group *g, const struct step *step)
{
	if (w->wants_reasons) {
		fprintf(stderr, "    what the rules said no to:\n%.*s",
			STR_ARG(buf_str(&w->reasons)));
		return;
	}
	fprintf(stderr, "%s:%u: %.*s\n%.*s", g->file, step->line, STR_ARG(step->text),
		STR_ARG(buf_str(&w->complaint)));
	if (w->complaint.len == 0 || w->complaint.p[w->complaint.len - 1] != '\n')
		fputc('\n', stderr);
}

static bool play_steps(struct world *w, const struct group *g, const struct step *first)
{
	CLEANUP(mem_freep) char *left = block_moved_left(first->block);
	struct source rest = { g->file, str_from(left), first->line + 1 };
	struct step step = *first;

	do {
		bool good = play_line(w, step.text);

		if (!good || w->complaint.len > 0) {
			complain(w, g, &step);
			return false;
		}
	} while (step_next(&rest, &step));
	if (is_all_met(w))
		return true;
	complain(w, g, &step);
	return false;
}

static bool play_case(const struct group *g, const struct step *step, bool wants_reasons)
{
	struct world w;
	bool good;

	world_init(&w);
	w.wants_reasons = wants_reasons;
	good = set_up(&w, g);
	if (good && w.set == NULL && !wants_complaints(step->text)) {
		good = world_fail(&w, "    the rules do not load\n");
		if (!wants_reasons)
			diag_print(&w.diag, stderr);
	}
	if (good)
		good = play_steps(&w, g, step);
	else
		complain(&w, g, step);
	world_deinit(&w);
	return good;
}

static void try_case(const struct group *g, const struct step *step, struct tally *tally)
{
	if (play_case(g, step, false)) {
		tally->passed++;
		return;
	}
	tally->failed++;
	if (tally->why)
		play_case(g, step, true);
}

/* ---- a file ---- */

static void begin_group(struct group *g, bool has_rules)
{
	if (g->has_rules)
		tmpdir_deinit(&g->folder);
	else
		g->n_for_file = g->n_settings;
	g->n_settings = g->n_for_file;
	g->has_rules = has_rules;
	if (has_rules)
		tmpdir_init(&g->folder);
}

static void write_block(struct group *g, const char *name, struct str block)
{
	CLEANUP(mem_freep) char *left = block_moved_left(block);

	if (block.len > 0)
		tmpdir_write(&g->folder, name, left);
}

/* `file NAME` with its lines indented below it, or `file NAME "text"` where every byte matters. */
static bool take_file(struct group *g, const struct step *step)
{
	struct words words;
	struct match m;
	const char *name;

	if (!str_starts(step->text, "file ") || !g->has_rules ||
	    words_cut(step->text, &g->folder.arena, &words) != NULL)
		return false;
	if (pattern_fits("file NAME", &words, &g->folder.arena, &m)) {
		name = str_keep(&g->folder.arena, match_text(&m, "NAME")).p;
		write_block(g, name, step->block);
		return true;
	}
	if (!pattern_fits("file NAME TEXT", &words, &g->folder.arena, &m))
		return false;
	name = str_keep(&g->folder.arena, match_text(&m, "NAME")).p;
	tmpdir_write(&g->folder, name, str_keep(&g->folder.arena, match_text(&m, "TEXT")).p);
	return true;
}

static bool is_setting(const struct step *step)
{
	struct words words;
	struct match m;
	struct arena arena = { 0 };
	bool is_one;

	is_one = words_cut(step->text, &arena, &words) == NULL &&
		 find(setting_commands, &words, &arena, &m) != NULL;
	arena_deinit(&arena);
	return is_one && step->block.len == 0;
}

static void take_step(struct group *g, const struct step *step, struct tally *tally)
{
	if (str_starts(step->text, "rules ")) {
		begin_group(g, true);
		write_block(g, "rules.ini", step->block);
	} else if (take_file(g, step)) {
		return;
	} else if (is_setting(step) && g->n_settings < SETTINGS_MAX) {
		g->settings[g->n_settings++] = *step;
	} else if (g->has_rules) {
		try_case(g, step, tally);
	} else {
		fprintf(stderr, "%s:%u: %.*s\n    rules come first\n", g->file, step->line,
			STR_ARG(step->text));
		tally->failed++;
	}
}

static void play_file(const char *path, struct tally *tally)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct group g = { .file = path };
	struct source source;
	struct step step;

	if (file_load(path, &text) != NULL) {
		fprintf(stderr, "%s: cannot be read: %s\n", path, strerror(errno));
		tally->failed++;
		return;
	}
	source = (struct source){ path, buf_str(&text), 1 };
	while (step_next(&source, &step))
		take_step(&g, &step, tally);
	if (g.has_rules)
		tmpdir_deinit(&g.folder);
}

static void help(const char *title, const struct command *table)
{
	printf("%s\n", title);
	for (const struct command *c = table; c->pattern != NULL; c++)
		printf("  %s\n        %s\n", c->pattern, c->help);
}

int main(int argc, char **argv)
{
	struct tally tally = { 0 };

	log_set_level(LOG_ERROR);
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		help("What is given:", setting_commands);
		help("What happens:", happening_commands);
		help("What must come of it, behind `->`:", outcome_commands);
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--why") == 0)
			tally.why = true;
		else
			play_file(argv[i], &tally);
	}
	printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
	return tally.failed > 0 || tally.passed == 0;
}
