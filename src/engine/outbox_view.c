/* SPDX-License-Identifier: MIT */
#include "engine/outbox_view.h"

#include "base/json.h"
#include "base/log.h"
#include "engine/inner.h"

enum { WORDS_MAX = 100 };

static const char *const states[] = {
	[OUTBOX_WAITING] = "waiting",
	[OUTBOX_IN_FLIGHT] = "in flight",
	[OUTBOX_IN_DOUBT] = "in doubt",
	[OUTBOX_DEAD] = "dead",
};

/* ---- looking ---- */

/* How long ago came what is answered, by Slack's clock? */
static int64_t age_of_cause(const struct job *job, struct wall now)
{
	struct str rest = str_from(job->cause_ts), seconds;
	int64_t s;

	return str_cut(&rest, '.', &seconds) && str_int(seconds, &s) ? now.ms - s * 1000 : -1;
}

static struct outbox_entry entry_of(const struct engine *e, struct job *job)
{
	const struct clock *clock = e->setup.clock;
	int64_t age = -1;

	/* Of one that an earlier process put, only the cause is older than this process. */
	if (job->caused.ns == 0)
		age = age_of_cause(job, clock_wall(clock));
	return (struct outbox_entry){
		.job = job,
		.state = job->probe_at.ns > 0	     ? OUTBOX_IN_DOUBT :
			 job->state == JOB_IN_FLIGHT ? OUTBOX_IN_FLIGHT :
						       OUTBOX_WAITING,
		.age_ms = age >= 0 ? age : mono_ms_between(job->since, clock_mono(clock)),
	};
}

static struct outbox_entry entry_of_letter(const struct dead_letter *letter, struct wall now)
{
	return (struct outbox_entry){
		.job = letter->job,
		.state = OUTBOX_DEAD,
		.age_ms = now.ms - letter->when.ms,
		.why = letter->why,
	};
}

struct walk {
	const struct engine *engine;
	outbox_entry_fn *on_entry;
	void *owner;
};

static void on_job(void *owner, struct job *job)
{
	const struct walk *w = owner;
	const struct outbox_entry entry = entry_of(w->engine, job);

	w->on_entry(w->owner, &entry);
}

void engine_each_entry(struct engine *e, outbox_entry_fn *on_entry, void *owner)
{
	struct walk walk = { e, on_entry, owner };
	struct wall now = clock_wall(e->setup.clock);

	outbox_each(&e->outbox, on_job, &walk);
	dead_letters_forget(&e->dead_letters, now);
	list_each (link, &e->dead_letters.letters) {
		const struct outbox_entry entry = entry_of_letter(
			list_entry(link, struct dead_letter, link), now);

		on_entry(owner, &entry);
	}
}

struct search {
	uint64_t id;
	struct job *found;
};

static void compare(void *owner, struct job *job)
{
	struct search *s = owner;

	if (job->id == s->id)
		s->found = job;
}

static struct job *find_job(struct engine *e, uint64_t id)
{
	struct search search = { .id = id };

	outbox_each(&e->outbox, compare, &search);
	return search.found;
}

bool engine_entry(struct engine *e, uint64_t id, struct outbox_entry *out)
{
	const struct dead_letter *letter = dead_letters_find(&e->dead_letters, id);
	struct job *job = find_job(e, id);

	if (job != NULL)
		*out = entry_of(e, job);
	else if (letter != NULL)
		*out = entry_of_letter(letter, clock_wall(e->setup.clock));
	return job != NULL || letter != NULL;
}

bool outbox_row_entry(enum store_table table, struct str value, struct wall now,
		      outbox_entry_fn *on_entry, void *owner)
{
	struct outbox_entry entry;

	if (table == STORE_DEAD_LETTER) {
		struct dead_letter *letter = dead_letter_read(value);

		if (letter == NULL)
			return false;
		entry = entry_of_letter(letter, now);
		on_entry(owner, &entry);
		dead_letter_free(letter);
		return true;
	}
	entry = (struct outbox_entry){ 0 };
	if (table != STORE_JOB || job_read(&entry.job, value) != 0)
		return false;
	/* Of what was on its way, the row cannot say how it ended. */
	entry.state = entry.job->state == JOB_IN_FLIGHT ? OUTBOX_IN_DOUBT : OUTBOX_WAITING;
	entry.age_ms = age_of_cause(entry.job, now);
	on_entry(owner, &entry);
	job_free(entry.job);
	return true;
}

static void add_text(struct buf *out, const char *name, struct str text)
{
	buf_addf(out, ",\"%s\":", name);
	json_quote(text, out);
}

void outbox_entry_write(const struct outbox_entry *entry, const char *place, bool whole,
			struct buf *out)
{
	const struct job *job = entry->job;

	buf_addf(out, "{\"id\":\"%s%llu\",\"state\":\"%s\"", place, (unsigned long long)job->id,
		 states[entry->state]);
	if (entry->age_ms >= 0)
		buf_addf(out, ",\"age_ms\":%lld", (long long)entry->age_ms);
	add_text(out, "verb", str_from(job->verb));
	add_text(out, "rule", str_from(job->rule));
	add_text(out, "channel", str_from(job->channel));
	add_text(out, "text", str_clip(str_from(job_body(job)), WORDS_MAX));
	if (entry->why != NULL)
		add_text(out, "why", str_from(entry->why));
	if (whole) {
		buf_addz(out, ",\"job\":");
		job_write(job, false, out);
	}
	buf_addc(out, '}');
}

/* ---- by hand ---- */

static int retry_letter(struct engine *e, struct dead_letter *letter, uint64_t *id)
{
	struct job *job;

	if (!outbox_has_room(&e->outbox, letter->job))
		return OUTBOX_NO_ROOM;
	job = dead_letters_take(&e->dead_letters, letter);
	job->workspace = e->setup.workspace;
	job->run = 0; /* which went on when it had failed */
	job->late_ms = 0;
	engine_put(e, job);
	*id = job->id;
	return 0;
}

static void tell(const struct job *job, uint64_t id, const char *what)
{
	log_info("engine", "%s %s id=%llu rule=%s channel=%s key=%s", job->verb, what,
		 (unsigned long long)id, job->rule, job->channel, job->key);
}

int engine_retry_job(struct engine *e, uint64_t *id)
{
	struct outbox_entry entry;

	if (!engine_entry(e, *id, &entry))
		return OUTBOX_NO_SUCH_JOB;
	switch (entry.state) {
	case OUTBOX_WAITING:
		return OUTBOX_WAITS_ALREADY;
	case OUTBOX_IN_FLIGHT:
		return OUTBOX_ON_ITS_WAY;
	case OUTBOX_IN_DOUBT:
		if (entry.job->carrier != NULL)
			return OUTBOX_ON_ITS_WAY;
		tell(entry.job, *id, "is sent again by hand");
		entry.job->late_ms = 0;
		outbox_give_back(&e->outbox, entry.job);
		return 0;
	case OUTBOX_DEAD:
		tell(entry.job, *id, "is tried again by hand");
		return retry_letter(e, dead_letters_find(&e->dead_letters, *id), id);
	}
	return OUTBOX_NO_SUCH_JOB;
}

int engine_drop_job(struct engine *e, uint64_t id)
{
	const struct outcome dropped = {
		.kind = OUTCOME_REFUSED,
		.sentence = "it was dropped by hand",
	};
	struct outbox_entry entry;

	if (!engine_entry(e, id, &entry))
		return OUTBOX_NO_SUCH_JOB;
	if (entry.job->carrier != NULL || entry.state == OUTBOX_IN_FLIGHT ||
	    (entry.state == OUTBOX_WAITING && !outbox_take_out(&e->outbox, entry.job)))
		return OUTBOX_ON_ITS_WAY;
	tell(entry.job, id, "is dropped by hand");
	if (entry.state == OUTBOX_DEAD)
		job_free(dead_letters_take(&e->dead_letters,
					   dead_letters_find(&e->dead_letters, id)));
	else
		engine_end_job(e, entry.job, &dropped);
	return 0;
}
