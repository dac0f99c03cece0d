/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "sim/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/script.h"
#include "sim/steps.h"

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
	struct arena arena = { 0 };
	const char *why;
	const struct command *c;
	bool takes;

	why = words_cut(line, &arena, &words);
	takes = why == NULL && loop_fits(&words, &arena, &loop);
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
	struct str line = line_peek(rest, &used);

	if (str_find_char(rest, '\n') == SIZE_MAX)
		return t->ended ? rest.len : 0;
	if (!takes_block(str_trim(line)))
		return used;
	for (all = used; all < rest.len; all += used) {
		line = line_peek(str_sub(rest, all, rest.len), &used);
		if (!line_is_indented(line) && !line_is_blank(line))
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
	while (!st->quit && step_next(&s, &step))
		if (script_step(st, s.name, &step) && str_starts(step.text, "expect"))
			printf("ok %.*s\n", STR_ARG(step.text));
	fflush(stdout);
}

/* Can its input be waited for? Plain files and /dev/null cannot. */
static bool is_stream(int fd)
{
	struct stat stat;

	return isatty(fd) ||
	       (fstat(fd, &stat) == 0 && (S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode)));
}

static void read_all(struct typed *t, int fd)
{
	t->file.fd = fd;
	while (!t->ended)
		on_typed(t, 0);
	t->file.fd = -1;
}

void serve_commands(struct stage *st, int fd)
{
	struct typed t = { .ended = false };
	struct loop *loop = st->sim->loop;
	const bool waits = is_stream(fd);
	size_t len;
	int r = 0;

	buf_init(&t.text, 0);
	loop_file_init(&t.file, on_typed, &t);
	if (waits)
		r = loop_file_watch(loop, &t.file, fd, EPOLLIN);
	else
		read_all(&t, fd);
	while (!st->quit && r == 0) {
		len = whole_step(&t);
		if (len > 0)
			play_typed(st, &t, len);
		else if (t.ended && waits)
			break;
		else
			r = loop_turn(loop, -1);
	}
	loop_file_unwatch(loop, &t.file);
	buf_deinit(&t.text);
}
