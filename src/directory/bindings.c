/* SPDX-License-Identifier: MIT */
#include "directory/bindings.h"

#include <stdlib.h>
#include "base/log.h"
#include "base/mem.h"

/* Common names are shown by many. */
enum { CLAIMANTS_MAX = 10 };

/* ---- life ---- */

static void binding_free(void *object)
{
	struct binding *it = object;

	free(it->name);
	free(it->where);
	free(it->id);
	buf_deinit(&it->claimants);
	free(it);
}

void bindings_init(struct bindings *b)
{
	map_init(&b->names);
	b->has_rules = false;
}

void bindings_deinit(struct bindings *b)
{
	map_deinit(&b->names, binding_free);
}

static struct binding *binding_at(const struct bindings *b, struct str name)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };

	cache_fold(&key, name);
	return map_get(&b->names, buf_str(&key));
}

static struct binding *binding_for(struct bindings *b, struct str name)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };
	struct binding *it = binding_at(b, name);

	if (it != NULL)
		return it;
	it = mem_zero(1, sizeof(*it));
	it->name = str_dup(name);
	it->where = mem_strdup("");
	it->id = mem_strdup("");
	buf_init(&it->claimants, 0);
	cache_fold(&key, name);
	map_set(&b->names, buf_str(&key), it);
	return it;
}

static void replace(char **text, struct str value)
{
	free(*text);
	*text = str_dup(value);
}

const struct binding *bindings_find(const struct bindings *b, struct str name)
{
	const struct binding *it = b->names.n > 0 ? binding_at(b, name) : NULL;

	return it != NULL && it->is_said ? it : NULL;
}

/* ---- what the rules say ---- */

void bindings_begin(struct bindings *b)
{
	struct map_entry *at = NULL;
	struct str key;
	void *object;

	b->has_rules = true;
	while (map_next(&b->names, &at, &key, &object)) {
		struct binding *it = object;

		if (!it->is_said && it->kept == 0) {
			map_remove(&b->names, key);
			binding_free(it);
			continue;
		}
		it->is_said = false;
		it->is_settled = it->is_settled &&
				 it->kind != 0; /* what was nobody's may be somebody's */
	}
}

void bindings_say(struct bindings *b, struct str name, struct place at)
{
	CLEANUP(buf_deinit) struct buf where = { 0 };
	struct binding *it = binding_for(b, name);

	if (it->is_said)
		return;
	it->is_said = true;
	buf_addf(&where, "%s:%u", at.file, at.line);
	replace(&it->where, buf_str(&where));
}

static void set_free(struct binding *it)
{
	it->kind = 0;
	it->is_settled = false;
	replace(&it->id, STR_EMPTY);
	buf_clear(&it->claimants);
	it->n_claimants = 0;
}

void bindings_end(struct bindings *b)
{
	struct map_entry *at = NULL;
	struct str key;
	void *object;

	while (map_next(&b->names, &at, &key, &object)) {
		struct binding *it = object;

		if (!it->is_said)
			set_free(it);
	}
}

void bindings_restore(struct bindings *b, struct str name, char kind, struct str id)
{
	struct binding *it = binding_for(b, name);

	it->is_settled = true;
	it->kind = kind;
	replace(&it->id, id);
}

/* ---- who has the name ---- */

static void bind(struct binding *it, const struct cache *cache, bool has_groups)
{
	CLEANUP(buf_deinit) struct buf id = { 0 };
	const struct str name = str_from(it->name);
	const size_t n_groups = cache_find_group(cache, name, &id);
	size_t n = n_groups;

	if (n == 0)
		n = cache_find_handle(cache, name, &id);
	/* Anyone may show the name of a group; nobody else has its handle. */
	if (n == 0 && !has_groups)
		return;
	if (n == 0)
		n = cache_find_shown(cache, name, &id);
	it->is_settled = true;
	if (n != 1)
		return; /* preflight says so */
	it->kind = n_groups == 1 ? '&' : '@';
	replace(&it->id, buf_str(&id));
}

static bool is_known_by(const struct cache_user *user, const char *name)
{
	return str_eq_nocase(str_from(user->handle), str_from(name)) ||
	       str_eq_nocase(str_from(user->name), str_from(name));
}

/* False: it has been told, or there are too many to tell of each. */
static bool note_claimant(struct binding *it, struct str id)
{
	CLEANUP(buf_deinit) struct buf known = { 0 }, word = { 0 };

	buf_addf(&known, "%.*s ", STR_ARG(buf_str(&it->claimants)));
	buf_addf(&word, " %.*s ", STR_ARG(id));
	buf_addc(&word, '\0');
	if (it->n_claimants > CLAIMANTS_MAX || str_find(buf_str(&known), word.p) != SIZE_MAX)
		return false;
	if (++it->n_claimants > CLAIMANTS_MAX) {
		log_warn("directory", "%s: still more are called @%s, of whom nobody is obeyed",
			 it->where, it->name);
		return false;
	}
	buf_addf(&it->claimants, " %.*s", STR_ARG(id));
	return true;
}

static void tell_claimant(struct binding *it, struct str id)
{
	if (str_is(id, it->id) || !note_claimant(it, id))
		return;
	if (it->kind == 0)
		log_warn(
			"directory",
			"%s: @%s meant nobody when the rules were loaded; %.*s, who is called so now, is not"
			" obeyed until they are loaded again",
			it->where, it->name, STR_ARG(id));
	else
		log_warn(
			"directory",
			"%s: @%s means %s since the rules were loaded; %.*s, who is called so too, is not"
			" obeyed: write the id where another is meant",
			it->where, it->name, it->id, STR_ARG(id));
}

static void tell_of_owner(struct binding *it, const struct cache *cache)
{
	const struct cache_user *user = it->kind == '@' ? cache_user(cache, str_from(it->id)) :
							  NULL;
	bool is_lost = user != NULL && (user->is_gone || !is_known_by(user, it->name));

	if (is_lost && !it->is_told && user->is_gone)
		log_warn(
			"directory",
			"%s: @%s means %s, whose account is switched off: write the id of another, or load the"
			" rules once without the name",
			it->where, it->name, it->id);
	else if (is_lost && !it->is_told)
		log_warn("directory", "%s: @%s still means %s, who has another name now", it->where,
			 it->name, it->id);
	it->is_told = is_lost;
}

/* Those who share the name with whom it is bound to. */
static void tell_claimants(struct binding *it, const struct cache *cache)
{
	CLEANUP(buf_deinit) struct buf ids = { 0 };
	const struct str name = str_from(it->name);
	struct str rest, id;

	cache_find_group(cache, name, &ids);
	buf_addz(&ids, ", ");
	cache_find_handle(cache, name, &ids);
	buf_addz(&ids, ", ");
	cache_find_shown(cache, name, &ids);
	rest = buf_str(&ids);
	while (it->kind != 0 && str_cut(&rest, ',', &id)) {
		if (str_trim(id).len > 0)
			tell_claimant(it, str_trim(id));
	}
}

void bindings_settle(struct bindings *b, const struct cache *cache, bool has_groups)
{
	struct map_entry *at = NULL;
	struct str key;
	void *object;

	while (map_next(&b->names, &at, &key, &object)) {
		struct binding *it = object;

		if (!it->is_said)
			continue;
		if (!it->is_settled)
			bind(it, cache, has_groups);
		else
			tell_of_owner(it, cache);
		tell_claimants(it, cache);
	}
}

static void hear_name(struct bindings *b, const char *name, struct str id)
{
	struct binding *it = name[0] != '\0' ? binding_at(b, str_from(name)) : NULL;

	if (it != NULL && it->is_said && it->is_settled)
		tell_claimant(it, id);
}

void bindings_hear(struct bindings *b, const struct cache *cache, struct str id)
{
	const struct cache_user *user = cache_user(cache, id);
	struct map_entry *at = NULL;
	struct str key;
	void *object;

	if (b->names.n == 0)
		return;
	if (user == NULL) {
		hear_name(b, cache_group(cache, id).p, id);
		return;
	}
	if (!user->is_gone && !user->is_outsider) {
		hear_name(b, user->handle, id);
		hear_name(b, user->name, id);
	}
	while (map_next(&b->names, &at, &key, &object)) {
		struct binding *it = object;

		if (it->is_said && it->kind == '@' && str_is(id, it->id))
			tell_of_owner(it, cache);
	}
}
