/* SPDX-License-Identifier: MIT */
#include "sim/edits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "sim/load.h"

enum {
	BURST_MAX = 8,
	HASTE_MS = 20, /* between the saves of a burst: less than any editor's user needs */
	/* Of memory: what is not flat grows by more than that within hundreds of saves. Each message that comes meanwhile is
	 * known for a day. */
	GROWTH_PERCENT = 10,
	MESSAGE_BYTES = 400
};

struct edits {
	struct stage *st;
	struct str rules;
	int64_t n, n_broken, n_bursts;
	char *path, *hidden;
	bool is_broken;	  /* the newest save */
	size_t log_then;  /* what was in the log before it */
	char awaited[64]; /* what the log must say of it */
};

/* ---- what is saved ---- */

/* Half of a file that ends within the head of a section is never a whole one. */
static void add_half(struct edits *s, struct buf *out)
{
	size_t cut = (size_t)sim_random(s->st->sim, s->rules.len);

	buf_add(out, str_sub(s->rules, 0, cut));
	buf_addz(out, "\n[rule ");
}

static void add_mistake(struct edits *s, struct buf *out)
{
	static const char *const mistakes[] = {
		"[rule wrong]\nmatch = (\nreply = never\n",
		"[rule wrong]\nmatch = x\nrepyl = never\n",
		"[rule wrong]\nmatch = x\nreply = {1}\n",
		"[rule wrong]\nwords = wrong\nreply = never\ntest = \"other\" -> fires\n",
		"[rule wrong]\nmatch = x\nreply = \xFF\xFE\n",
		"[rule wrong]\nreply = a\n[rule wrong]\nreply = b\n",
	};
	size_t i = (size_t)sim_random(s->st->sim, ARRAY_LEN(mistakes) + 1);

	if (i == ARRAY_LEN(mistakes)) {
		add_half(s, out);
		return;
	}
	buf_add(out, s->rules);
	buf_addz(out, mistakes[i]);
}

/* The new rule's name is in the log when it is in service. */
static void add_good(struct edits *s, struct buf *out)
{
	buf_add(out, s->rules);
	buf_addf(
		out,
		"[rule extra%lld]\nwords = extra\nreply = extra {user}\ntest = \"an extra\" -> fires\n",
		(long long)s->n);
	snprintf(s->awaited, sizeof(s->awaited), "added=1:extra%lld", (long long)s->n);
}

/* ---- how it is saved ---- */

static bool write_over(struct edits *s, struct str text)
{
	return stage_write(s->st, s->path, text);
}

static bool write_in_steps(struct edits *s, struct str text)
{
	if (!stage_write(s->st, s->path, str_sub(text, 0, text.len / 2)))
		return false;
	stage_wait(s->st, 1);
	return stage_write(s->st, s->path, text);
}

static bool write_beside(struct edits *s, struct str text)
{
	if (!stage_write(s->st, s->hidden, text))
		return false;
	return rename(s->hidden, s->path) == 0 || stage_fail(s->st, "cannot rename a file");
}

static bool save(struct edits *s)
{
	static bool (*const ways[])(struct edits *, struct str) = { write_over, write_in_steps,
								    write_beside };
	CLEANUP(buf_deinit) struct buf text = { 0 };

	s->n++;
	s->is_broken = sim_random(s->st->sim, 2) == 0;
	s->n_broken += s->is_broken;
	snprintf(s->awaited, sizeof(s->awaited), "the old ones keep running");
	if (s->is_broken)
		add_mistake(s, &text);
	else
		add_good(s, &text);
	s->log_then = process_output(s->st->client).len;
	return ways[sim_random(s->st->sim, ARRAY_LEN(ways))](s, buf_str(&text));
}

/* ---- what comes of it ---- */

static bool is_told(struct stage *st, void *what)
{
	const struct edits *s = what;
	struct str log = process_output(st->client), news = str_sub(log, s->log_then, log.len);

	return str_find(news, s->awaited) < news.len;
}

static bool play_burst(struct edits *s, int64_t saves)
{
	int64_t n = 1 + (int64_t)sim_random(s->st->sim, BURST_MAX);

	s->n_bursts++;
	for (; n > 0 && s->n < saves; n--) {
		if (!save(s))
			return false;
		stage_wait(s->st, (int64_t)sim_random(s->st->sim, HASTE_MS));
	}
	return stage_until(s->st, is_told, s) ||
	       stage_fail(s->st, "save %lld (%s): the client never said \"%s\"", (long long)s->n,
			  s->is_broken ? "broken" : "good", s->awaited);
}

static long resident_kb(const struct edits *s)
{
	return process_memory_kb(s->st->client, "VmRSS");
}

static bool check_memory(struct edits *s, int64_t early_n, long early, int64_t sent_then)
{
	long late = resident_kb(s);
	long known = (long)((load_sent(s->st->load) - sent_then) * MESSAGE_BYTES / 1024);

	printf("%lld saves in %lld bursts, %lld of them broken: each taken or refused; memory %ld kB after "
	       "%lld saves, %ld kB in the end, %lld messages later\n",
	       (long long)s->n, (long long)s->n_bursts, (long long)s->n_broken, early,
	       (long long)early_n, late, (long long)(load_sent(s->st->load) - sent_then));
	if (early == 0 || late == 0)
		return stage_fail(s->st, "the client's memory cannot be read");
	return late <= early + early * GROWTH_PERCENT / 100 + known ||
	       stage_fail(s->st, "the client's memory grew from %ld kB to %ld kB", early, late);
}

static bool play(struct edits *s, int64_t saves)
{
	int64_t early_n = 0, sent_then = 0;
	long early = 0;

	while (s->n < saves) {
		if (!play_burst(s, saves))
			return false;
		if (early == 0 && s->n >= saves / 5) {
			early = resident_kb(s);
			early_n = s->n;
			sent_then = load_sent(s->st->load);
		}
	}
	return check_memory(s, early_n, early, sent_then);
}

bool edits_play(struct stage *st, struct str rules, int64_t saves)
{
	struct edits s = { .st = st, .rules = rules };
	bool good;

	if (st->client == NULL)
		return stage_fail(st, "nothing has been started");
	s.path = stage_path(st, "rules/rules.ini");
	s.hidden = stage_path(st, "rules/.rules.ini.new");
	good = s.path != NULL && s.hidden != NULL && play(&s, saves);
	free(s.path);
	free(s.hidden);
	return good;
}
