/* SPDX-License-Identifier: MIT */
#include "sim/ledger.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

void ledger_init(struct ledger *l)
{
	*l = (struct ledger){ 0 };
}

static void entry_free(struct entry *e)
{
	free(e->method);
	json_free(e->args);
	free(e->error);
	free(e->channel);
	free(e->ts);
	free(e->before);
	free(e->verb);
	free(e->head);
	free(e->body);
	free(e);
}

void ledger_deinit(struct ledger *l)
{
	for (size_t i = 0; i < l->n; i++)
		entry_free(l->entries[i]);
	free(l->entries);
	if (l->file != NULL)
		fclose(l->file);
	ledger_init(l);
}

void ledger_write_to(struct ledger *l, FILE *take)
{
	l->file = take;
}

struct entry *ledger_add(struct ledger *l, struct mono at, int64_t at_ms, const char *method,
			 const struct json *args)
{
	struct entry *e = mem_zero(1, sizeof(*e));

	if (l->n == l->cap) {
		l->cap = l->cap * 2 + 64;
		l->entries = mem_grow(l->entries, l->cap, sizeof(struct entry *));
	}
	e->number = l->n + 1;
	e->at = at;
	e->at_ms = at_ms;
	e->method = mem_strdup(method);
	e->args = args != NULL ? json_copy(args) : json_new_object();
	if (json_at(e->args, "token") != NULL)
		json_set_str(e->args, "token", STR("(a token)"));
	l->entries[l->n++] = e;
	return e;
}

void ledger_entry_json(const struct entry *e, struct buf *out)
{
	buf_addf(out, "{\"n\":%zu,\"at_ms\":%lld,\"method\":\"%s\",\"args\":", e->number,
		 (long long)e->at_ms, e->method);
	json_print(e->args, out);
	buf_addf(out, ",\"status\":%d,\"ok\":%s", e->status,
		 e->error == NULL && e->status == 200 ? "true" : "false");
	if (e->error != NULL) {
		buf_addz(out, ",\"error\":");
		json_quote(str_from(e->error), out);
	}
	if (e->channel != NULL)
		buf_addf(out, ",\"channel\":\"%s\"", e->channel);
	if (e->ts != NULL)
		buf_addf(out, ",\"ts\":\"%s\"", e->ts);
	buf_addf(out, ",\"acted\":%s}", e->acted ? "true" : "false");
}

void ledger_close_entry(struct ledger *l, const struct entry *e)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };

	if (l->file == NULL)
		return;
	ledger_entry_json(e, &line);
	fprintf(l->file, "%.*s\n", STR_ARG(buf_str(&line)));
	fflush(l->file);
}

struct entry *ledger_unwanted(struct ledger *l)
{
	for (; l->first_open < l->n; l->first_open++) {
		struct entry *e = l->entries[l->first_open];

		if (e->acted && !e->wanted)
			return e;
	}
	return NULL;
}

void ledger_print(const struct ledger *l, size_t n, FILE *to)
{
	for (size_t i = l->n > n ? l->n - n : 0; i < l->n; i++) {
		CLEANUP(buf_deinit) struct buf line = { 0 };

		ledger_entry_json(l->entries[i], &line);
		fprintf(to, "    %c %.*s\n", l->entries[i]->wanted ? '+' : ' ',
			STR_ARG(buf_str(&line)));
	}
}
