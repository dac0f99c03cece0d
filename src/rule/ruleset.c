/* SPDX-License-Identifier: MIT */
#include "rule/ruleset.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/arena.h"
#include "base/bits.h"
#include "base/inifile.h"
#include "base/map.h"
#include "calendar/zone.h"
#include "rule/match.h"
#include "rule/compile.h"
#include "rule/shared.h"
#include "pattern/prefilter.h"
#include "template/condition.h"
#include "template/json_template.h"
#include "template/template.h"
#include "rule/subject.h"

struct ruleset {
	size_t n_refs;
	struct shared *shared;
	struct rule **rules; /* as they stand in the files; a reference each */
	size_t n_rules;
	struct rule **asked; /* those that are not off, in the order in which they are asked */
	size_t n_asked;
	struct prefilter *prefilter; /* over the asked ones */
	struct map rule_names;
	size_t n_files;
	size_t n_tests;
	bool wants_names, wants_groups, follows;
};

/* ---- loading ---- */

struct loading {
	struct ruleset *set;
	struct compile parse;
	struct diag *diag;
};

static void find_zone(struct loading *l, const char *name)
{
	struct shared *shared = l->set->shared;
	const char *why = "";

	if (zones_get(shared->zones, str_from(name), &shared->zone, &why) != 0)
		diag_error(l->diag, (struct place){ 0 },
			   "the time zone `%s` of the configuration: %s", name, why);
}

static void loading_init(struct loading *l, const struct ruleset_options *options,
			 struct diag *diag)
{
	struct ruleset *set = mem_zero(1, sizeof(*set));

	set->n_refs = 1;
	map_init(&set->rule_names);
	set->shared = shared_new();
	*l = (struct loading){ .set = set, .diag = diag };
	find_zone(l, options->zone);
	l->parse.world = (struct rule_world){
		.kit = set->shared->kit,
		.names = &set->shared->symbols,
		.zones = set->shared->zones,
		.zone = set->shared->zone,
		.webhooks = options->webhooks,
		.allow_broadcast = options->allow_broadcast,
	};
	l->parse.shared = set->shared;
	arena_init(&l->parse.sections);
	map_init(&l->parse.rule_names);
}

static void load_text(struct loading *l, struct str text, const char *file)
{
	compile_text(&l->parse, text, str_keep(&l->set->shared->arena, str_from(file)).p);
	l->set->n_files++;
}

static void load_file(struct loading *l, const char *path)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct place at = { path, 0 };

	buf_init(&text, 0);
	switch (inifile_load(path, &text)) {
	case FILE_UNREADABLE:
		diag_error(l->diag, at, "the file cannot be read: %s", strerror(errno));
		break;
	case FILE_TOO_LARGE:
		diag_error(l->diag, at, "the file is larger than %d MiB", INIFILE_MAX_FILE >> 20);
		break;
	default:
		load_text(l, buf_str(&text), path);
	}
}

static int is_rule_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends(str_from(entry->d_name), ".ini");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_entry(struct loading *l, const char *folder, const char *name)
{
	CLEANUP(mem_freep) char *path = NULL;
	struct buf joined;
	struct stat st;

	buf_init(&joined, 0);
	buf_addf(&joined, "%s%s%s", folder, str_ends(str_from(folder), "/") ? "" : "/", name);
	path = buf_take(&joined);
	if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
		load_file(l, path); /* which says why, when it is a link to nothing */
}

/* Is there a rule, or a mistake in place of one, in the files read since then? */
static bool has_rules(const struct loading *l, size_t since)
{
	for (size_t i = since; i < l->parse.n_files; i++) {
		const struct rule_file *file = &l->parse.files[i];

		if (file->diag.n_errors > 0)
			return true;
		for (size_t s = 0; s < file->n_sections; s++) {
			if (file->sections[s].kind == SECTION_RULE)
				return true;
		}
	}
	return false;
}

static void load_folder(struct loading *l, const char *path)
{
	struct dirent **entries = NULL;
	size_t n_before = l->parse.n_files, n_errors = l->diag->n_errors;
	struct place at = { path, 0 };
	int n = scandir(path, &entries, is_rule_file, by_bytes);

	if (n < 0) {
		diag_error(l->diag, at, "the folder cannot be read: %s", strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		load_entry(l, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (!has_rules(l, n_before) && l->diag->n_errors == n_errors)
		diag_error(l->diag, at,
			   n > 0 ? "no file of this folder has a rule" :
				   "the folder has no rules: no file "
				   "in it ends in .ini");
}

static void load_path(struct loading *l, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		load_folder(l, path);
	else
		load_file(l, path);
}

/* ---- the order in which rules are asked ---- */

static int by_precedence(const void *a, const void *b)
{
	const struct rule *x = *(const struct rule *const *)a, *y = *(const struct rule *const *)b;

	if (x->fallback != y->fallback)
		return x->fallback ? 1 : -1;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* ---- what the rules want to know ---- */

/* Not every event says what kind of channel it comes from; a direct message is known by its id. */
static bool must_be_looked_up(const struct scope_item *item)
{
	return item->kind == SCOPE_NAME || item->kind == SCOPE_GUESTS || item->kind == SCOPE_LIST ||
	       (item->kind == SCOPE_CHANNEL_KIND && item->channel_kind != CHANNEL_DM);
}

static bool has_names(const struct scope *scope)
{
	for (size_t i = 0; i < scope->n; i++) {
		if (must_be_looked_up(&scope->items[i]))
			return true;
	}
	return false;
}

static bool has_groups(const struct scope *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct scope_item *item = &from->items[i];

		if (item->kind == SCOPE_GROUP_ID ||
		    (item->kind == SCOPE_LIST && has_groups(&item->list->people)))
			return true;
	}
	return false;
}

/* Does it matter in which thread the message stands? An answer goes there. */
static bool wants_thread(const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_limits; i++) {
		if (rule->limits[i].by & BY_THREAD)
			return true;
	}
	return rule->thread != THREAD_ANY || rule_talks(rule);
}

struct wants {
	bool text, names;
};

static void note_reference(void *owner, const struct reference *ref, bool as_text)
{
	struct wants *wants = owner;

	wants->text = wants->text || reference_wants_text(ref);
	wants->names = wants->names || reference_wants_names(ref, as_text);
}

static void note_template(const struct template *t, struct wants *wants)
{
	if (t != NULL)
		template_each_reference(t, note_reference, wants);
}

/* What is sent to others has names where Slack has mentions. */
static void note_plain_reference(void *owner, const struct reference *ref, bool as_text)
{
	(void)as_text;
	note_reference(owner, ref, true);
}

static void note_action(const struct rule_action *action, struct wants *wants)
{
	for (size_t i = 0; i < action->n_texts; i++)
		note_template(action->texts[i], wants);
	note_template(action->target, wants);
	note_template(action->key, wants);
	if (action->form != NULL)
		json_template_each_reference(action->form, note_plain_reference, wants);
	if (action->blocks != NULL)
		json_template_each_reference(action->blocks, note_reference, wants);
}

static void note_wants(struct ruleset *set, struct rule *rule)
{
	struct wants wants = {
		.text = rule->n_any > 0 || rule->n_except > 0,
		.names = has_names(&rule->in) || has_names(&rule->from),
	};

	for (size_t i = 0; i < rule->n_actions; i++)
		note_action(&rule->actions[i], &wants);
	for (size_t i = 0; i < rule->n_limits; i++)
		note_template(rule->limits[i].key, &wants);
	if (rule->condition != NULL)
		condition_each_reference(rule->condition, note_reference, &wants);
	set->wants_names |= wants.names;
	set->wants_groups |= has_groups(&rule->from);
	set->follows |= rule->follows_edits || rule->follows_deletes;
	rule->wants_reacted = wants.text || wants_thread(rule);
}

/* ---- candidates ---- */

/* What `any` needs: a literal of one of its patterns. Without patterns, or where one needs none, nothing. */
static void filter_rule(struct ruleset *set, size_t i, struct literals *room)
{
	const struct rule *rule = set->asked[i];

	/* What is looked for in another text than the message's need not stand in that. */
	if (rule->n_any == 0 || !look_is_plain(&rule->look))
		prefilter_always(set->prefilter, i);
	for (size_t p = 0; p < rule->n_any && look_is_plain(&rule->look); p++) {
		if (literals_find(room, rule->any[p]))
			prefilter_add(set->prefilter, i, room);
		else
			prefilter_always(set->prefilter, i);
	}
}

static void make_prefilter(struct ruleset *set)
{
	CLEANUP(mem_freep) struct literals *room = mem_zero(1, sizeof(*room));

	set->prefilter = prefilter_new(set->n_asked);
	for (size_t i = 0; i < set->n_asked; i++)
		filter_rule(set, i, room);
	prefilter_build(set->prefilter);
}

static bool is_end_of(struct str text, struct str end)
{
	return end.len <= text.len && str_eq(str_sub(text, text.len - end.len, text.len), end);
}

/* Rules read one of two texts (rule/match.c). Nearly always the shorter is the end of the longer. */
void ruleset_candidates(const struct ruleset *set, const struct event *ev, uint64_t *bits)
{
	const struct str texts[] = { ev->text, ev->text_to_bot };
	size_t n = is_end_of(ev->text, ev->text_to_bot) ? 1 : 2;

	if (event_text_is_missing(ev)) /* then patterns cannot tell, and that has to be heard */
		bits_fill(bits, set->n_asked);
	else
		prefilter_find(set->prefilter, texts, n, bits);
}

/* ---- the end of loading ---- */

/* A rule that never acts again is not asked, nor are its tests. */
static bool is_asked(const struct rule *rule, struct wall now)
{
	return rule->mode != MODE_OFF && (rule->expires == NULL || now.ms < rule->expires_at.ms);
}

static void warn_if_expired(struct loading *l, const struct rule *rule, struct wall now)
{
	if (rule->mode != MODE_OFF && !is_asked(rule, now))
		diag_warn(l->diag, rule->at, "the rule `%s` has expired on %s and is off",
			  rule->name, rule->expires);
}

static void choose_asked(struct loading *l)
{
	struct ruleset *set = l->set;
	struct wall now = clock_wall(clock_system());

	set->asked = mem_zero(set->n_rules, sizeof(set->asked[0]));
	for (size_t i = 0; i < set->n_rules; i++) {
		struct rule *rule = set->rules[i];

		warn_if_expired(l, rule, now);
		if (!is_asked(rule, now))
			continue;
		set->asked[set->n_asked++] = rule;
		set->n_tests += rule->n_tests;
		note_wants(set, rule);
	}
	qsort(set->asked, set->n_asked, sizeof(set->asked[0]), by_precedence);
}

static int loading_finish(struct loading *l, size_t n_errors, struct ruleset **out)
{
	struct ruleset *set = l->set;

	compile_finish(&l->parse, l->diag);
	set->rules = l->parse.rules;
	set->n_rules = l->parse.n_rules;
	set->rule_names = l->parse.rule_names;
	if (set->n_rules == 0 && l->diag->n_errors == n_errors)
		diag_error(l->diag, (struct place){ 0 }, "there are no rules");
	if (l->diag->n_errors > n_errors) {
		ruleset_unref(set);
		return RULESET_BROKEN;
	}
	choose_asked(l);
	make_prefilter(set);
	*out = set;
	return 0;
}

int ruleset_load(struct ruleset **out, const char *const *paths, size_t n_paths,
		 const struct ruleset_options *options, struct diag *diag)
{
	size_t n_errors = diag->n_errors;
	struct loading l;

	loading_init(&l, options, diag);
	for (size_t i = 0; i < n_paths; i++)
		load_path(&l, paths[i]);
	return loading_finish(&l, n_errors, out);
}

int ruleset_load_text(struct ruleset **out, struct str text, const char *file,
		      const struct ruleset_options *options, struct diag *diag)
{
	size_t n_errors = diag->n_errors;
	struct loading l;

	loading_init(&l, options, diag);
	load_text(&l, text, file);
	return loading_finish(&l, n_errors, out);
}

struct ruleset *ruleset_ref(struct ruleset *set)
{
	set->n_refs++;
	return set;
}

void ruleset_unref(struct ruleset *set)
{
	if (set == NULL || --set->n_refs > 0)
		return;
	for (size_t i = 0; i < set->n_rules; i++)
		rule_unref(set->rules[i]);
	free(set->rules);
	free(set->asked);
	prefilter_free(set->prefilter);
	map_deinit(&set->rule_names, NULL);
	shared_unref(set->shared);
	free(set);
}

/* ---- asking ---- */

size_t ruleset_n_files(const struct ruleset *set)
{
	return set->n_files;
}

size_t ruleset_n_rules(const struct ruleset *set)
{
	return set->n_asked;
}

size_t ruleset_n_tests(const struct ruleset *set)
{
	return set->n_tests;
}

const struct rule *ruleset_rule(const struct ruleset *set, size_t i)
{
	return set->asked[i];
}

const struct rule *ruleset_rule_named(const struct ruleset *set, struct str name)
{
	return map_get(&set->rule_names, name);
}

const struct rule *ruleset_find(const struct ruleset *set, struct str name, uint64_t fingerprint)
{
	const struct rule *rule = map_get(&set->rule_names, name);

	return rule != NULL && rule->fingerprint == fingerprint ? rule : NULL;
}

size_t ruleset_n_written(const struct ruleset *set)
{
	return set->n_rules;
}

const struct rule *ruleset_written(const struct ruleset *set, size_t i)
{
	return set->rules[i];
}

const struct zone *ruleset_zone(const struct ruleset *set)
{
	return set->shared->zone;
}

bool ruleset_wants_names(const struct ruleset *set)
{
	return set->wants_names;
}

bool ruleset_wants_groups(const struct ruleset *set)
{
	return set->wants_groups;
}

bool ruleset_follows(const struct ruleset *set)
{
	return set->follows;
}

/* Only for the reactions that a rule waits for: a busy workspace has more of them than Slack answers questions. */
bool ruleset_wants_reacted(const struct ruleset *set, const struct event *reaction)
{
	for (size_t i = 0; i < set->n_asked && event_text_is_missing(reaction); i++) {
		if (set->asked[i]->wants_reacted && rule_is_pulled(set->asked[i], reaction))
			return true;
	}
	return false;
}

/* ---- names ---- */

struct name_walk {
	void (*on_name)(void *owner, char sigil, struct str name, struct place at);
	void *owner;
	struct place at;
};

static void walk_scope(const struct name_walk *walk, char sigil, const struct scope *scope)
{
	for (size_t i = 0; i < scope->n; i++) {
		const struct scope_item *item = &scope->items[i];

		if (item->kind == SCOPE_NAME && !item->glob)
			walk->on_name(walk->owner, sigil, str_from(item->name), item->at);
	}
}

static void on_literal_name(void *owner, char sigil, struct str name)
{
	const struct name_walk *walk = owner;

	walk->on_name(walk->owner, sigil, name, walk->at);
}

static void walk_action(struct name_walk *walk, const struct rule_action *action)
{
	struct str target;

	walk->at = action->at;
	for (size_t i = 0; i < action->n_texts; i++)
		template_each_name(action->texts[i], on_literal_name, walk);
	if (action->blocks != NULL)
		json_template_each_name(action->blocks, on_literal_name, walk);
	if (action->target != NULL && template_is_literal(action->target, &target) &&
	    target.len > 1 && (target.p[0] == '#' || target.p[0] == '@'))
		walk->on_name(walk->owner, target.p[0], str_sub(target, 1, target.len), action->at);
}

static void walk_tables(struct name_walk *walk, const struct symbols *names)
{
	struct map_entry *at = NULL;
	struct str key;
	void *value;

	while (map_next(&names->tables, &at, &key, &value)) {
		const struct table *table = value;

		for (size_t i = 0; i < table->n_rows; i++) {
			walk->at = table->rows[i].at;
			for (size_t c = 0; c < table->rows[i].n_cells; c++)
				template_each_name(table->rows[i].literals[c], on_literal_name,
						   walk);
		}
	}
}

static void walk_lists(struct name_walk *walk, const struct symbols *names)
{
	struct map_entry *at = NULL;
	struct str key;
	void *value;

	while (map_next(&names->lists, &at, &key, &value)) {
		const struct name_list *list = value;

		walk_scope(walk, '#', &list->channels);
		walk_scope(walk, '@', &list->people);
	}
}

void ruleset_each_name(const struct ruleset *set,
		       void (*on_name)(void *owner, char sigil, struct str name, struct place at),
		       void *owner)
{
	struct name_walk walk = { .on_name = on_name, .owner = owner };

	for (size_t i = 0; i < set->n_asked; i++) {
		const struct rule *rule = set->asked[i];

		walk_scope(&walk, '#', &rule->in);
		walk_scope(&walk, '@', &rule->from);
		walk_scope(&walk, '@', &rule->owners);
		for (size_t a = 0; a < rule->n_actions; a++)
			walk_action(&walk, &rule->actions[a]);
	}
	walk_tables(&walk, &set->shared->symbols);
	walk_lists(&walk, &set->shared->symbols);
}
