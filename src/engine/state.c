/* SPDX-License-Identifier: MIT */
#include "engine/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

/* Slack sends again for six minutes, with delayed events for a day. */
static const int64_t SEEN_FOR_MS = 26LL * 3600 * 1000;
static const int64_t POSTED_FOR_MS = 7LL * 24 * 3600 * 1000;

/* Of values, a million short ones. One person has room for some ten thousand of those. */
enum {
	VALUES_BYTES = 256 << 20,
	ANSWERS_BYTES = 128 << 20,
	VALUES_PART = 64,
	ANSWERS_PART = 32,
	CHANNEL_PART = 4,
	FOUND_BY = 100, /* its place in the table, about */
};

/* A text under a key. */
struct entry {
	struct list link; // state::seen_order, done_order or posted_order
	struct wall at;
	char *text;   /* NULL = none: the key is all there is to know */
	bool is_done; /* a key that was seen, and something done about it */
	bool has_row; /* of what was seen: something was done about it */
	size_t len;
	struct share share; /* of a text */
	size_t key_len;
	char key[];
};

/* ---- entries ---- */

static struct entry *entry_new(struct map *table, struct str key)
{
	struct entry *entry = mem_zero(1, sizeof(*entry) + key.len + 1);

	list_init(&entry->link);
	memcpy(entry->key, key.p, key.len);
	entry->key_len = key.len;
	map_set(table, key, entry);
	return entry;
}

static void entry_free(void *object)
{
	struct entry *entry = object;

	list_remove(&entry->link);
	free(entry->text);
	free(entry);
}

static struct str entry_key(const struct entry *entry)
{
	return str_make(entry->key, entry->key_len);
}

static void entry_set(struct entry *entry, struct str text)
{
	char *old = entry->text;

	entry->text = str_dup(text); /* which may be the old one */
	entry->len = text.len;
	free(old);
}

static struct str entry_text(const struct entry *entry)
{
	return entry != NULL ? str_make(entry->text, entry->len) : (struct str){ NULL, 0 };
}

/* ---- whose it is ---- */

static size_t size_of(struct str key, struct str text)
{
	return FOUND_BY + sizeof(struct entry) + 2 * key.len + text.len;
}

static bool has_share(const struct shares *shares, const struct entry *entry,
		      struct share_owner owner, struct str key, struct str text)
{
	return shares_fit(shares, entry != NULL ? &entry->share : NULL, owner, size_of(key, text));
}

static struct shares *shares_of(struct state *s, const struct map *table)
{
	return table == &s->variables ? &s->values : &s->answers;
}

static void own(struct state *s, const struct map *table, struct entry *entry,
		struct share_owner owner)
{
	shares_take(shares_of(s, table), &entry->share, owner,
		    size_of(entry_key(entry), entry_text(entry)));
}

static struct share_owner read_owner(const struct json *row)
{
	return (struct share_owner){ json_str(row, "by"), json_str(row, "in") };
}

static void write_owner(struct share_owner owner, struct buf *row)
{
	buf_addz(row, ",\"by\":");
	json_quote(owner.person, row);
	buf_addz(row, ",\"in\":");
	json_quote(owner.channel, row);
}

static void forget(struct state *s, enum store_table table, struct map *map, struct entry *entry)
{
	if (s->batch != NULL && (entry->has_row || table != STORE_SEEN))
		batch_drop(s->batch, table, entry_key(entry));
	if (table != STORE_SEEN)
		shares_give_back(shares_of(s, map), &entry->share);
	map_remove(map, entry_key(entry));
	entry_free(entry);
}

/* ---- rows ---- */

static void note_number(struct state *s, enum store_table table, struct str key, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	batch_put(s->batch, table, key, str_from(text));
}

/* A text alone is nobody's. */
static void note_value(struct state *s, const struct entry *entry, struct share_owner owner)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	const bool is_owned = owner.person.len + owner.channel.len > 0;

	if (s->batch == NULL)
		return;
	buf_init(&line, 0);
	buf_addz(&line, is_owned ? "{\"text\":" : "");
	json_quote(entry_text(entry), &line);
	if (is_owned) {
		write_owner(owner, &line);
		buf_addc(&line, '}');
	}
	batch_put(s->batch, STORE_VARIABLE, entry_key(entry), buf_str(&line));
}

/* ---- what was seen ---- */

static void forget_old_of(struct state *s, struct list *order, size_t *n, struct wall now)
{
	list_each (link, order) {
		struct entry *seen = list_entry(link, struct entry, link);

		if (*n < STATE_MAX_SEEN && now.ms - seen->at.ms < SEEN_FOR_MS)
			return;
		forget(s, STORE_SEEN, &s->seen, seen);
		--*n;
	}
}

/* The many that nobody answers must not push out what would be answered twice. */
static void forget_old_seen(struct state *s, struct wall now)
{
	size_t n_heard = s->seen.n - s->n_done;

	forget_old_of(s, &s->seen_order, &n_heard, now);
	forget_old_of(s, &s->done_order, &s->n_done, now);
}

bool state_claim(struct state *s, struct str key, struct wall now)
{
	struct entry *seen;

	forget_old_seen(s, now);
	if (map_get(&s->seen, key) != NULL)
		return false;
	seen = entry_new(&s->seen, key);
	seen->at = now;
	list_append(&s->seen_order, &seen->link);
	return true;
}

void state_note_claim(struct state *s, struct str key)
{
	struct entry *seen = map_get(&s->seen, key);

	if (seen == NULL || seen->is_done)
		return;
	seen->is_done = true;
	s->n_done++;
	list_remove(&seen->link);
	list_append(&s->done_order, &seen->link);
	if (s->batch == NULL)
		return;
	note_number(s, STORE_SEEN, key, seen->at.ms);
	seen->has_row = true;
}

/* ---- variables ---- */

struct str state_variable(const struct state *s, struct str key)
{
	return entry_text(map_get(&s->variables, key));
}

bool state_has_share(const struct state *s, struct share_owner owner, struct str key,
		     struct str value)
{
	return has_share(&s->values, map_get(&s->variables, key), owner, key, value);
}

static void set_variable(struct state *s, struct share_owner owner, struct str key,
			 struct str value)
{
	struct entry *entry = map_get(&s->variables, key);

	if (entry == NULL)
		entry = entry_new(&s->variables, key);
	entry_set(entry, value);
	own(s, &s->variables, entry, owner);
	note_value(s, entry, owner);
}

bool state_set_variable(struct state *s, struct share_owner owner, struct str key, struct str value)
{
	struct entry *entry = map_get(&s->variables, key);

	if (value.len == 0) {
		if (entry != NULL)
			forget(s, STORE_VARIABLE, &s->variables, entry);
		return true;
	}
	if (value.len > STATE_MAX_VALUE || (entry == NULL && s->variables.n >= STATE_MAX_VALUES) ||
	    !has_share(&s->values, entry, owner, key, value))
		return false;
	set_variable(s, owner, key, value);
	return true;
}

static bool read_number(const struct entry *entry, double *out)
{
	char *end;

	*out = 0;
	if (entry == NULL)
		return true;
	*out = strtod(entry->text, &end);
	return end == entry->text + entry->len && end != entry->text && isfinite(*out);
}

bool state_add(struct state *s, struct share_owner owner, struct str key, double number)
{
	char text[64];
	double sum;

	if (!read_number(map_get(&s->variables, key), &sum))
		return false;
	sum += number;
	if (!isfinite(sum))
		return false;
	snprintf(text, sizeof(text), floor(sum) == sum && fabs(sum) < 1e15 ? "%.0f" : "%.12g", sum);
	return state_set_variable(s, owner, key, str_from(text));
}

/* ---- numbers ---- */

static int64_t number_at(const struct map *table, struct str key, int64_t otherwise)
{
	const int64_t *number = map_get(table, key);

	return number != NULL ? *number : otherwise;
}

/* NULL = there are too many. */
static inline int64_t *number_for(struct map *table, struct str key)
{
	int64_t *number = map_get(table, key);

	if (number != NULL || table->n >= STATE_MAX_VALUES)
		return number;
	number = mem_zero(1, sizeof(*number));
	map_set(table, key, number);
	return number;
}

static bool set_number(struct map *table, struct str key, int64_t number)
{
	int64_t *kept = number_for(table, key);

	if (kept != NULL)
		*kept = number;
	return kept != NULL;
}

int64_t state_count(const struct state *s, struct str rule)
{
	return number_at(&s->counts, rule, 0);
}

int64_t state_count_up(struct state *s, struct str rule)
{
	int64_t *count = number_for(&s->counts, rule);

	if (count == NULL)
		return 1;
	++*count;
	if (s->batch != NULL)
		note_number(s, STORE_COUNT, rule, *count);
	return *count;
}

int64_t state_turn(const struct state *s, struct str key)
{
	return number_at(&s->turns, key, -1);
}

void state_set_turn(struct state *s, struct str key, int64_t wording)
{
	if (set_number(&s->turns, key, wording) && s->batch != NULL)
		note_number(s, STORE_TURN, key, wording);
}

/* ---- what was posted ---- */

static bool is_over(const struct entry *entry, struct wall now)
{
	return now.ms - entry->at.ms >= POSTED_FOR_MS;
}

struct str state_posted(struct state *s, struct str key, struct wall now)
{
	struct entry *entry = map_get(&s->posted, key);

	if (entry == NULL || !is_over(entry, now))
		return entry_text(entry);
	forget(s, STORE_POSTED, &s->posted, entry);
	return entry_text(NULL);
}

/* Only the front is looked at: a clock that was set back keeps those behind it a little longer at most. */
static void forget_old_posted(struct state *s, struct wall now)
{
	list_each (link, &s->posted_order) {
		struct entry *entry = list_entry(link, struct entry, link);

		if (s->posted.n <= STATE_MAX_POSTED && !is_over(entry, now))
			return;
		forget(s, STORE_POSTED, &s->posted, entry);
	}
}

static void note_posted(struct state *s, const struct entry *entry, struct share_owner owner)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };

	if (s->batch == NULL)
		return;
	buf_init(&line, 0);
	buf_addf(&line, "{\"at\":%lld,\"text\":", (long long)entry->at.ms);
	json_quote(entry_text(entry), &line);
	write_owner(owner, &line);
	buf_addc(&line, '}');
	batch_put(s->batch, STORE_POSTED, entry_key(entry), buf_str(&line));
}

bool state_set_posted(struct state *s, struct share_owner owner, struct str key, struct str text,
		      struct wall now)
{
	struct entry *entry = map_get(&s->posted, key);

	if (text.len == 0 || text.len > STATE_MAX_VALUE) {
		if (entry != NULL && text.len == 0)
			forget(s, STORE_POSTED, &s->posted, entry);
		return true;
	}
	if (!has_share(&s->answers, entry, owner, key, text))
		return false;
	if (entry == NULL)
		entry = entry_new(&s->posted, key);
	entry_set(entry, text);
	own(s, &s->posted, entry, owner);
	entry->at = now;
	list_remove(&entry->link);
	list_append(&s->posted_order, &entry->link);
	note_posted(s, entry, owner);
	forget_old_posted(s, now);
	return true;
}

/* ---- back from the store ---- */

static bool load_entry(struct map *table, struct list *order, struct str key, int64_t at,
		       struct str text)
{
	struct entry *entry;

	if (map_get(table, key) != NULL)
		return false;
	entry = entry_new(table, key);
	entry->at = (struct wall){ at };
	entry->has_row = true;
	if (text.len > 0)
		entry_set(entry, text);
	list_append(order, &entry->link);
	return true;
}

static bool load_done(struct state *s, struct str key, int64_t at)
{
	if (!load_entry(&s->seen, &s->done_order, key, at, STR_EMPTY))
		return false;
	list_entry(s->done_order.prev, struct entry, link)->is_done = true;
	s->n_done++;
	return true;
}

/* More than there is room for now has been promised before. */
static bool load_text(struct state *s, enum store_table table, struct str key, struct str row)
{
	CLEANUP(json_freep) struct json *j = NULL;
	struct str text;
	int64_t at;

	if (json_parse(&j, row, NULL) != 0)
		return false;
	text = json_str(j, json_kind(j) == JSON_STRING && table == STORE_VARIABLE ? "" : "text");
	if (text.len == 0)
		return false;
	if (table == STORE_VARIABLE) {
		if (text.len > STATE_MAX_VALUE || s->variables.n >= STATE_MAX_VALUES)
			return false;
		set_variable(s, read_owner(j), key, text);
		return true;
	}
	if (!json_get_int(j, "at", &at) || !wall_is_sound((struct wall){ at }) ||
	    !load_entry(&s->posted, &s->posted_order, key, at, text))
		return false;
	own(s, &s->posted, map_get(&s->posted, key), read_owner(j));
	return true;
}

bool state_load(struct state *s, enum store_table table, struct str key, struct str value)
{
	int64_t number;

	if (table == STORE_LIMIT)
		return spendings_load(&s->spendings, key, value);
	if (table == STORE_VARIABLE || table == STORE_POSTED)
		return load_text(s, table, key, value);
	if (!str_int(value, &number))
		return false;
	switch (table) {
	case STORE_SEEN:
		return wall_is_sound((struct wall){ number }) && load_done(s, key, number);
	case STORE_COUNT:
		return set_number(&s->counts, key, number);
	case STORE_TURN:
		return set_number(&s->turns, key, number);
	case STORE_LIMIT:
	case STORE_VARIABLE:
	case STORE_POSTED:
	case STORE_RUN:
	case STORE_JOB:
	case STORE_WATERMARK:
	case STORE_DEAD_LETTER:
	case STORE_PERSON:
	case STORE_CHANNEL:
	case STORE_REST:
	case STORE_SECRET:
	case N_STORE_TABLES:
		break;
	}
	return false;
}

static int entries_by_age(const void *a, const void *b)
{
	const struct entry *x = list_entry(*(struct list *const *)a, struct entry, link);
	const struct entry *y = list_entry(*(struct list *const *)b, struct entry, link);

	if (x->at.ms != y->at.ms)
		return x->at.ms < y->at.ms ? -1 : 1;
	return str_cmp(entry_key(x), entry_key(y));
}

/* A store gives its rows in an order of its own, which nobody may see. */
void state_loaded(struct state *s)
{
	list_sort(&s->done_order, s->n_done, entries_by_age);
	list_sort(&s->posted_order, s->posted.n, entries_by_age);
	spendings_loaded(&s->spendings);
}

/* ---- life ---- */

void state_init(struct state *s, struct batch *batch)
{
	*s = (struct state){ .batch = batch };
	map_init(&s->seen);
	spendings_init(&s->spendings);
	map_init(&s->variables);
	map_init(&s->posted);
	shares_init(&s->values, "stored values", VALUES_BYTES, VALUES_PART, CHANNEL_PART);
	shares_init(&s->answers, "answers that can be changed later", ANSWERS_BYTES, ANSWERS_PART,
		    CHANNEL_PART);
	map_init(&s->counts);
	map_init(&s->turns);
	list_init(&s->seen_order);
	list_init(&s->done_order);
	list_init(&s->posted_order);
}

void state_deinit(struct state *s)
{
	map_deinit(&s->seen, free); /* none has a text */
	spendings_deinit(&s->spendings);
	map_deinit(&s->variables, entry_free);
	map_deinit(&s->posted, entry_free);
	shares_deinit(&s->values);
	shares_deinit(&s->answers);
	map_deinit(&s->counts, free);
	map_deinit(&s->turns, free);
}
