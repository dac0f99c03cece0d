/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "sim/stage.h"

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"
#include "sim/hook.h"
#include "sim/links.h"
#include "sim/load.h"
#include "sim/self.h"
#include "sim/socket_side.h"

enum { PATIENCE_MS = 5000, QUIET_MS = 250, TURN_MS = 50 };

void stage_init(struct stage *st, struct sim *sim)
{
	*st = (struct stage){ .sim = sim, .patience_ms = PATIENCE_MS, .quiet_ms = QUIET_MS };
	map_init(&st->named);
	arena_init(&st->arena);
	buf_init(&st->complaint, 1 << 20);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
	(void)stat;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void stage_deinit(struct stage *st)
{
	process_free(st->client);
	process_free(st->ran);
	self_free(st->self);
	load_free(st->load);
	if (st->folder != NULL)
		nftw(st->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(st->folder);
	free(st->rules_path);
	free(st->conf_path);
	free(st->errors);
	for (size_t i = 0; i < st->n_environment; i++)
		free((char *)(uintptr_t)st->environment[i]);
	free(st->environment);
	map_deinit(&st->named, free);
	arena_deinit(&st->arena);
	buf_deinit(&st->complaint);
}

bool stage_fail(struct stage *st, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_addv(&st->complaint, fmt, args);
	va_end(args);
	return false;
}

bool stage_client_ended(const struct stage *st)
{
	int status;

	return st->client != NULL && process_ended(st->client, &status);
}

bool stage_until(struct stage *st, bool (*done)(struct stage *st, void *what), void *what)
{
	const struct clock *clock = loop_clock(st->sim->loop);
	struct mono end = mono_after(clock_mono(clock), st->patience_ms);

	for (;;) {
		int64_t left = mono_ms_between(clock_mono(clock), end);
		bool ended = stage_client_ended(st);

		if (done(st, what))
			return true;
		if (left <= 0 || ended || st->quit)
			return false;
		if (loop_turn(st->sim->loop, (int)(left < TURN_MS ? left : TURN_MS)) < 0)
			return stage_fail(st, "the event loop failed");
	}
}

bool stage_settled(struct stage *st, void *pinged)
{
	bool *was_pinged = pinged;

	if (socket_side_open(st->sim->socket) > 0)
		return false;
	if (!*was_pinged)
		links_ping(st->sim->links);
	*was_pinged = true;
	return st->sim->links->n_pings == 0;
}

bool stage_live_and_settled(struct stage *st, void *pinged)
{
	const struct links *links = st->sim->links;

	/* The last one may go, or prove to be gone, while it is asked. */
	return links->n_live > 0 && stage_settled(st, pinged) && links->n_live > 0;
}

void stage_wait(struct stage *st, int64_t ms)
{
	const struct clock *clock = loop_clock(st->sim->loop);
	struct mono end = mono_after(clock_mono(clock), ms);
	int64_t left;

	while (!st->quit && (left = mono_ms_between(clock_mono(clock), end)) > 0)
		loop_turn(st->sim->loop, (int)(left < TURN_MS ? left : TURN_MS));
}

struct str stage_wire(struct stage *st, struct str text)
{
	CLEANUP(buf_deinit) struct buf wire = { 0 };

	workspace_wire_text(&st->sim->workspace, text, &wire);
	return str_keep(&st->arena, buf_str(&wire));
}

struct user *stage_person(struct stage *st, const struct match *m)
{
	struct str name = match_text(m, "PERSON");
	struct user *u;

	str_skip(&name, "@");
	u = workspace_user(&st->sim->workspace, name);
	if (u == NULL)
		stage_fail(st, "there is no @%.*s; say `people @%.*s` first", STR_ARG(name),
			   STR_ARG(name));
	return u;
}

struct channel *stage_channel(struct stage *st, const struct match *m, struct user *dm_of)
{
	struct str name = match_text(m, "CHANNEL");
	struct channel *c;

	if (str_is(name, "dm") && dm_of != NULL)
		return workspace_dm(&st->sim->workspace, dm_of);
	str_skip(&name, "#");
	c = workspace_channel(&st->sim->workspace, name);
	if (c == NULL)
		stage_fail(st, "there is no #%.*s; say `channels #%.*s` first", STR_ARG(name),
			   STR_ARG(name));
	return c;
}

/* What stands between braces, if it is something that we know. */
static bool fill_one(struct stage *st, struct str what, struct buf *out)
{
	struct sim_workspace *w = &st->sim->workspace;
	struct user *u = NULL;
	struct channel *c = NULL;
	struct message *m;

	if (str_skip(&what, "webhook ")) {
		hook_url(st->sim, str_trim(what), out);
		return true;
	}
	if (str_skip(&what, "ts ")) {
		m = stage_find(st, str_trim(what), &c);
		if (m != NULL)
			buf_addz(out, m->ts);
		return m != NULL;
	}
	if (str_skip(&what, "link ")) {
		m = stage_find(st, str_trim(what), &c);
		if (m != NULL)
			workspace_link(w, c, m, out);
		return m != NULL;
	}
	if (str_skip(&what, "dm @"))
		u = workspace_user(w, what);
	if (u != NULL) {
		buf_addz(out, workspace_dm(w, u)->id);
		return true;
	}
	if (str_skip(&what, "@"))
		u = workspace_user(w, what);
	else if (str_skip(&what, "#"))
		c = workspace_channel(w, what);
	if (u != NULL || c != NULL)
		buf_addz(out, u != NULL ? u->id : c->id);
	return u != NULL || c != NULL;
}

struct str stage_fill(struct stage *st, struct str text)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	for (size_t i = 0; i < text.len; i++) {
		struct str rest = str_sub(text, i + 1, text.len);
		size_t end = text.p[i] == '{' ? str_find_char(rest, '}') : SIZE_MAX;

		if (end != SIZE_MAX && fill_one(st, str_sub(rest, 0, end), &out))
			i += end + 1;
		else
			buf_addc(&out, text.p[i]);
	}
	return str_keep(&st->arena, buf_str(&out));
}

struct json *stage_json(struct stage *st, struct str text)
{
	struct json *j = NULL;
	const char *why;

	if (json_parse(&j, stage_wire(st, stage_fill(st, text)), &why) != 0)
		stage_fail(st, "this is no JSON: %s", why);
	return j;
}

struct message *stage_find(struct stage *st, struct str name, struct channel **in)
{
	const struct named *named = map_get(&st->named, name);

	if (named != NULL) {
		*in = named->channel;
		return named->message;
	}
	if (str_is(name, "it") && st->said != NULL) {
		*in = st->said_in;
		return st->said;
	}
	return workspace_message(&st->sim->workspace, stage_wire(st, name), in);
}

struct message *stage_message(struct stage *st, const struct match *m, struct channel **in)
{
	struct str name = match_text(m, "MESSAGE");
	struct message *found = stage_find(st, name, in);

	if (found == NULL)
		stage_fail(st, "nobody has said \"%.*s\"", STR_ARG(name));
	return found;
}

void stage_remember(struct stage *st, const struct match *m, struct channel *c,
		    struct message *message)
{
	struct named *named;

	st->said = message;
	st->said_in = c;
	if (!match_has(m, "NAME"))
		return;
	named = mem_zero(1, sizeof(*named));
	*named = (struct named){ message, c };
	free(map_set(&st->named, match_text(m, "NAME"), named));
}

char *stage_path(struct stage *st, const char *name)
{
	CLEANUP(buf_deinit) struct buf path = { 0 };

	if (st->folder == NULL) {
		const char *tmp = getenv("TMPDIR");

		buf_addf(&path, "%s/slacksim-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
		st->folder = buf_take(&path);
		if (mkdtemp(st->folder) == NULL) {
			stage_fail(st, "cannot make the folder %s: %s", st->folder,
				   strerror(errno));
			free(TAKE(st->folder));
			return NULL;
		}
	}
	buf_addf(&path, "%s/%s", st->folder, name);
	return buf_take(&path);
}

bool stage_write(struct stage *st, const char *path, struct str text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return stage_fail(st, "cannot write %s: %s", path, strerror(errno));
	fwrite(text.p, 1, text.len, f);
	return fclose(f) == 0 || stage_fail(st, "cannot write %s: %s", path, strerror(errno));
}

void stage_environment(struct stage *st, struct str name, struct str value)
{
	CLEANUP(buf_deinit) struct buf pair = { 0 };

	buf_addf(&pair, "%.*s=%.*s", STR_ARG(name), STR_ARG(value));
	st->environment = mem_grow(st->environment, st->n_environment + 1, sizeof(char *));
	st->environment[st->n_environment++] = buf_take(&pair);
}
