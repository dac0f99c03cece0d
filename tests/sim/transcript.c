/* SPDX-License-Identifier: MIT */
#include "sim/transcript.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "base/mem.h"

enum { PLACE_WIDTH = 12, NAME_WIDTH = 8 };

/* The message that this one answers: the root of its thread, or the newest one of a person. */
static const struct message *cause(const struct channel *c, const struct message *m)
{
	const struct message *root = m->thread_ts != NULL ?
					     channel_message(c, str_from(m->thread_ts)) :
					     NULL;

	if (root != NULL && root != m)
		return root;
	for (size_t i = c->n_messages; i-- > 0;)
		if (c->messages[i] != m && !c->messages[i]->author->is_bot)
			return c->messages[i];
	return NULL;
}

static void print_latency(const struct stage *st, const struct channel *c, const struct message *m)
{
	const struct message *from = cause(c, m);
	struct mono now = clock_mono(loop_clock(st->sim->loop));

	if (from != NULL && from->published.ns > 0)
		fprintf(st->show, "   (%.1f ms)", (double)(now.ns - from->published.ns) / 1e6);
}

static void print_text(const struct stage *st, const struct message *m)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct str rest, line;
	bool first = true;

	workspace_plain_text(&st->sim->workspace, str_from(m->text), &text);
	for (rest = buf_str(&text); str_cut(&rest, '\n', &line); first = false)
		fprintf(st->show, "%s%.*s", first ? "" : "\n                          ",
			STR_ARG(line));
}

/* What happened, in the words of someone who looks on. `who` is a name when only one person sees it. */
static const struct deed {
	const char *what;
	const char *shown;
	bool with_text;
} deeds[] = {
	{ "says", "", true },
	{ "joins", "comes in", false },
	{ "changes", "changes a message to: ", true },
	{ "deletes", "takes back: ", true },
	{ "reacts", NULL, false },
	{ "unreacts", "takes a reaction away", false },
	{ "pins", "pins: ", true },
	{ "unpins", "unpins: ", true },
};

static void print_reaction(const struct stage *st, const struct message *m)
{
	const struct reaction *r = m->n_reactions > 0 ? &m->reactions[m->n_reactions - 1] : NULL;

	if (r != NULL && r->n_users > 0)
		fprintf(st->show, "  +:%s: by @%s", r->name, r->users[r->n_users - 1]->name);
	fputs("  to: ", st->show);
	print_text(st, m);
}

static void print_deed(const struct stage *st, const struct message *m, const char *what)
{
	for (size_t i = 0; i < ARRAY_LEN(deeds); i++) {
		if (strcmp(deeds[i].what, what) != 0)
			continue;
		if (deeds[i].shown == NULL) {
			print_reaction(st, m);
			return;
		}
		fputs(deeds[i].shown, st->show);
		if (deeds[i].with_text)
			print_text(st, m);
		return;
	}
	fprintf(st->show, "(only @%s sees it) ", what);
	print_text(st, m);
}

static void on_seen(void *owner, const struct channel *c, const struct message *m, const char *what)
{
	const struct stage *st = owner;
	bool in_thread = m->thread_ts != NULL && strcmp(m->thread_ts, m->ts) != 0;
	bool by_bot = m->author == st->sim->workspace.bot;

	fprintf(st->show, "  %s%-*s ", c->kind == PLACE_DM ? "@" : "#", PLACE_WIDTH, c->name);
	if (strcmp(what, "reacts") != 0)
		fprintf(st->show, "%s@%-*s ", in_thread ? "  \\ " : "", NAME_WIDTH,
			m->author->name);
	print_deed(st, m, what);
	if (by_bot)
		print_latency(st, c, m);
	fputc('\n', st->show);
	fflush(st->show);
}

void transcript_start(struct stage *st)
{
	st->sim->on_seen = on_seen;
	st->sim->on_seen_owner = st;
}

/* --- talking --- */

struct talk {
	struct stage *st;
	struct user *who;
	struct channel *where;
	struct loop_file file;
	struct buf typed;
	bool over;
};

static void on_typed(void *owner, uint32_t events)
{
	struct talk *t = owner;
	char block[4096];
	ssize_t n = read(t->file.fd, block, sizeof(block));

	(void)events;
	if (n > 0)
		buf_add(&t->typed, str_make(block, (size_t)n));
	else if (n == 0 || errno != EINTR)
		t->over = true;
}

/* `/as @raj`, `/in #random`, `/quit`. */
static void obey(struct talk *t, struct str line)
{
	struct sim_workspace *w = &t->st->sim->workspace;

	if (str_skip(&line, "/as @"))
		t->who = workspace_add_user(w, str_trim(line), false);
	else if (str_skip(&line, "/in #") && workspace_channel(w, str_trim(line)) != NULL)
		t->where = workspace_channel(w, str_trim(line));
	else if (str_is(line, "/quit"))
		t->over = true;
	else
		fputs("  there are: /as @name   /in #channel   /quit\n", t->st->show);
}

static void speak(struct talk *t, struct str line)
{
	struct sim *sim = t->st->sim;
	struct message *m;

	channel_join(t->where, t->who);
	m = channel_post(t->where, sim->workspace.clock, t->who, stage_wire(t->st, line),
			 STR_EMPTY);
	sim_seen(sim, t->where, m, "says");
	sim_publish_message(sim, t->where, m);
}

static void take_lines(struct talk *t)
{
	size_t end;

	while (!t->over && (end = str_find_char(buf_str(&t->typed), '\n')) != SIZE_MAX) {
		struct str line = str_trim(str_make(t->typed.p, end));

		if (str_starts(line, "/"))
			obey(t, line);
		else if (line.len > 0)
			speak(t, line);
		buf_consume(&t->typed, end + 1);
	}
}

void transcript_talk(struct stage *st, struct user *u, struct channel *c, int fd)
{
	struct talk t = { .st = st, .who = u, .where = c };

	buf_init(&t.typed, 0);
	loop_file_init(&t.file, on_typed, &t);
	if (loop_file_watch(st->sim->loop, &t.file, fd, EPOLLIN) < 0)
		t.over = true;
	while (!t.over && !st->quit) {
		take_lines(&t);
		if (!t.over && loop_turn(st->sim->loop, -1) < 0)
			t.over = true;
	}
	loop_file_unwatch(st->sim->loop, &t.file);
	buf_deinit(&t.typed);
}
