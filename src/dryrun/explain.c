/* SPDX-License-Identifier: MIT */
#include "dryrun/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

/* ---- listening ---- */

static struct explained_rule *row_of(struct explanation *e, const struct rule *rule)
{
	for (size_t i = 0; i < e->n; i++) {
		if (e->rules[i].rule == rule)
			return &e->rules[i];
	}
	return NULL;
}

static void on_asked(void *owner, const struct rule *rule, const char *question,
		     enum tristate answer, struct str seen, struct str wanted)
{
	struct explained_rule *row = row_of(owner, rule);

	if (row == NULL || row->question != NULL)
		return;
	if (answer == TRISTATE_YES) {
		row->depth++;
		return;
	}
	row->answer = answer;
	row->question = mem_strdup(rule_key_of(rule, question));
	row->seen = str_dup(seen);
	row->wanted = str_dup(wanted);
}

static void on_fired(void *owner, const struct rule *rule)
{
	struct explained_rule *row = row_of(owner, rule);

	if (row != NULL)
		row->fires = true;
}

static void on_deed(void *owner, const struct deed *deed)
{
	struct explained_rule *row = row_of(owner, deed->rule);

	if (row == NULL)
		return;
	row->deeds = mem_grow(row->deeds, row->n_deeds + 1, sizeof(row->deeds[0]));
	row->deeds[row->n_deeds++] = (struct explained_deed){
		.verb = deed->verb,
		.where = str_dup(deed->where),
		.text = str_dup(deed->text),
		.in_thread = deed->in_thread,
	};
}

/* A rule that is off is asked nothing: by its mode, or because its last day is over. */
static void explain_unasked(struct explained_rule *row)
{
	bool is_off = row->rule->mode == MODE_OFF;

	if (row->fires || row->question != NULL || row->depth > 0)
		return;
	row->answer = TRISTATE_NO;
	row->question = mem_strdup(is_off ? "mode" : "expires");
	row->seen = mem_strdup(is_off || row->rule->expires == NULL ? "off" : row->rule->expires);
	row->wanted = mem_strdup(is_off ? "live or shadow" : "a day that is not over");
}

/* Those that fire, in their order; then those that came furthest. */
static int by_nearness(const void *a, const void *b)
{
	const struct explained_rule *x = a, *y = b;

	if (x->fires != y->fires)
		return x->fires ? -1 : 1;
	if (!x->fires && x->depth != y->depth)
		return x->depth > y->depth ? -1 : 1;
	return (x->rule->order > y->rule->order) - (x->rule->order < y->rule->order);
}

void explain(struct explanation *e, struct simulation *r, const struct ruleset *set,
	     struct event *take)
{
	const struct trace trace = { e, on_asked };
	const struct simulate_sink sink = { e, on_fired, on_deed };

	*e = (struct explanation){ .n = ruleset_n_written(set) };
	e->rules = mem_zero(e->n, sizeof(e->rules[0]));
	for (size_t i = 0; i < e->n; i++)
		e->rules[i].rule = ruleset_written(set, i);
	simulate_play_event(r, take, &trace, &sink, 0);
	for (size_t i = 0; i < e->n; i++)
		explain_unasked(&e->rules[i]);
	qsort(e->rules, e->n, sizeof(e->rules[0]), by_nearness);
}

void explanation_deinit(struct explanation *e)
{
	for (size_t i = 0; i < e->n; i++) {
		struct explained_rule *row = &e->rules[i];

		for (size_t d = 0; d < row->n_deeds; d++) {
			free(row->deeds[d].where);
			free(row->deeds[d].text);
		}
		free(row->deeds);
		free(row->question);
		free(row->seen);
		free(row->wanted);
	}
	free(e->rules);
	*e = (struct explanation){ 0 };
}

/* ---- for people ---- */

static void print_shown(FILE *to, const char *text)
{
	CLEANUP(buf_deinit) struct buf shown = { 0 };

	buf_add_shown(&shown, str_from(text));
	fprintf(to, "%.*s", STR_ARG(buf_str(&shown)));
}

/* Several lines are indented below the first. */
static void print_text(FILE *to, const char *text)
{
	struct str rest = str_from(text), line;
	bool first = true;

	while (str_cut(&rest, '\n', &line)) {
		CLEANUP(mem_freep) char *copy = str_dup(line);

		fputs(first ? "\"" : "\n            ", to);
		print_shown(to, copy);
		first = false;
	}
	fputs("\"", to);
}

static void print_deed(FILE *to, const struct explained_deed *deed)
{
	fprintf(to, "    %s ", verb_row(deed->verb)->told);
	print_shown(to, deed->where);
	if (deed->in_thread)
		fputs(", in the thread", to);
	if (deed->text[0] != '\0') {
		fputs(": ", to);
		print_text(to, deed->text);
	}
	fputs("\n", to);
}

/* What a trial leaves out, but a running bot asks. */
static void print_conditions(FILE *to, const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_limits; i++)
		fprintf(to, "    if its limit allows: %s\n", rule->limits[i].text);
	if (rule->within_ms > 0)
		fprintf(to, "    within %lld s of the message\n",
			(long long)(rule->within_ms / 1000));
	if (rule->chance_in > 0)
		fprintf(to, "    with a chance of %lld in %lld\n", (long long)rule->chance_of,
			(long long)rule->chance_in);
	if (rule->mode == MODE_SHADOW)
		fputs("    in shadow mode: it only says so in the log\n", to);
}

static void print_rule(FILE *to, const struct explained_rule *row)
{
	fprintf(to, "%s %s (%s:%u)\n", row->fires ? "FIRES " : "silent", row->rule->name,
		row->rule->at.file, row->rule->at.line);
	if (row->fires) {
		for (size_t d = 0; d < row->n_deeds; d++)
			print_deed(to, &row->deeds[d]);
		if (row->n_deeds == 0)
			fputs("    but it has nothing to say\n", to);
		print_conditions(to, row->rule);
		return;
	}
	if (row->question == NULL)
		return;
	fprintf(to, "    `%s` %s: seen \"", row->question,
		row->answer == TRISTATE_UNKNOWN ? "cannot be told" : "says no");
	print_shown(to, row->seen);
	fputs("\", wanted \"", to);
	print_shown(to, row->wanted);
	fputs("\"\n", to);
}

void explain_print(const struct explanation *e, FILE *to)
{
	for (size_t i = 0; i < e->n; i++)
		print_rule(to, &e->rules[i]);
}

/* ---- for programs ---- */

static struct json *deed_json(const struct explained_deed *deed)
{
	struct json *j = json_new_object();

	json_set_str(j, "verb", str_from(verb_name(deed->verb)));
	json_set_str(j, "where", str_from(deed->where));
	json_set_str(j, "text", str_from(deed->text));
	json_set_bool(j, "in_thread", deed->in_thread);
	return j;
}

static struct json *rule_json(const struct explained_rule *row)
{
	struct json *j = json_new_object(), *deeds = json_new_array();

	json_set_str(j, "rule", str_from(row->rule->name));
	json_set_str(j, "file", str_from(row->rule->at.file));
	json_set_int(j, "line", row->rule->at.line);
	json_set_bool(j, "fires", row->fires);
	if (row->question != NULL && !row->fires) {
		json_set_str(j, "question", str_from(row->question));
		json_set_str(j, "answer",
			     row->answer == TRISTATE_UNKNOWN ? STR("cannot tell") : STR("no"));
		json_set_str(j, "seen", str_from(row->seen));
		json_set_str(j, "wanted", str_from(row->wanted));
	}
	for (size_t d = 0; d < row->n_deeds; d++)
		json_push(deeds, deed_json(&row->deeds[d]));
	json_set(j, "does", deeds);
	return j;
}

void explain_json(const struct explanation *e, struct buf *out)
{
	CLEANUP(json_freep) struct json *rules = json_new_array();

	for (size_t i = 0; i < e->n; i++)
		json_push(rules, rule_json(&e->rules[i]));
	json_print(rules, out);
	buf_addc(out, '\n');
}
