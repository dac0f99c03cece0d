/* SPDX-License-Identifier: MIT */
#include "base/share.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/metric.h"

/* As long as it holds anything. */
struct share_holder {
	size_t held;
	size_t n; /* shares */
	size_t key_len;
	char key[]; /* a sign of what it is, and its id */
};

/* An id of Slack's is far shorter; what is longer has its first letters in common with others. */
enum { KEY_MAX = 64 };

struct key {
	char text[KEY_MAX];
	size_t len;
};

void shares_deinit(struct shares *s)
{
	map_deinit(&s->holders, free);
}

static struct str key_of(struct key *key, char kind, struct str id)
{
	key->len = 1 + (id.len < KEY_MAX - 1 ? id.len : KEY_MAX - 1);
	key->text[0] = kind;
	memcpy(key->text + 1, id.p, key->len - 1);
	return str_make(key->text, key->len);
}

static struct share_holder *find(const struct shares *s, char kind, struct str id)
{
	struct key key;

	return id.len > 0 ? map_get(&s->holders, key_of(&key, kind, id)) : NULL;
}

/* ---- does it fit? ---- */

static bool fits(const struct share_holder *holder, const struct share_holder *before, size_t old,
		 size_t size, size_t part, size_t free_size)
{
	size_t held = holder != NULL ? holder->held : 0;

	if (part == 0)
		return true;
	if (holder != NULL && holder == before)
		held -= old;
	return held + size <= free_size / part;
}

bool shares_fit(const struct shares *s, const struct share *old, struct share_owner owner,
		size_t size)
{
	static const struct share none = { 0 };
	size_t held, left;

	if (old == NULL)
		old = &none;
	if (size <= old->size && old->person == find(s, 'p', owner.person) &&
	    old->channel == find(s, 'c', owner.channel))
		return true;
	held = s->held - old->size;
	if (size > s->max || held > s->max - size)
		return false;
	left = s->max - held;
	return (owner.person.len == 0 || fits(find(s, 'p', owner.person), old->person, old->size,
					      size, s->person_part, left)) &&
	       (owner.channel.len == 0 || fits(find(s, 'c', owner.channel), old->channel, old->size,
					       size, s->channel_part, left));
}

/* ---- taking, and giving back ---- */

static struct share_holder *hold(struct shares *s, char kind, struct str id, size_t size)
{
	struct share_holder *holder = find(s, kind, id);
	struct key key;
	struct str name;

	if (id.len == 0)
		return NULL;
	if (holder == NULL) {
		name = key_of(&key, kind, id);
		holder = mem_zero(1, sizeof(*holder) + name.len);
		memcpy(holder->key, name.p, name.len);
		holder->key_len = name.len;
		map_set(&s->holders, name, holder);
	}
	holder->n++;
	holder->held += size;
	return holder;
}

static void let_go(struct shares *s, struct share_holder *holder, size_t size)
{
	if (holder == NULL)
		return;
	holder->held -= size;
	if (--holder->n > 0)
		return;
	map_remove(&s->holders, str_make(holder->key, holder->key_len));
	free(holder);
}

void shares_give_back(struct shares *s, struct share *share)
{
	let_go(s, share->person, share->size);
	let_go(s, share->channel, share->size);
	s->held -= share->size;
	*share = (struct share){ 0 };
}

void shares_take(struct shares *s, struct share *share, struct share_owner owner, size_t size)
{
	shares_give_back(s, share);
	s->held += size;
	*share = (struct share){
		hold(s, 'p', owner.person, size),
		hold(s, 'c', owner.channel, size),
		size,
	};
}

/* ---- who holds too much ---- */

void shares_refuse(struct shares *s, struct share_owner owner, struct str rule, struct mono now)
{
	const struct share_holder *person = find(s, 'p', owner.person);

	metric_count(METRIC_SHARES_REFUSED);
	if (!telling_is_on(&s->full, now))
		telling_end(&s->full);
	if (!telling_is_due(&s->full, now))
		return;
	log_warn("engine",
		 "one person or channel holds its share of all %s: no more are taken from there"
		 " rule=%.*s channel=%.*s person=%.*s held=%zu in_all=%zu refused=%llu",
		 s->what, STR_ARG(rule), STR_ARG(owner.channel), STR_ARG(owner.person),
		 person != NULL ? person->held : 0, s->held,
		 (unsigned long long)s->full.n_untold + 1);
	s->full.n_untold = 0;
}

size_t share_of_person(const struct share *share)
{
	return share->person != NULL ? share->person->held : 0;
}

bool share_is_same_person(const struct share *a, const struct share *b)
{
	return a->person != NULL && a->person == b->person;
}
