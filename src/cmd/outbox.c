/* SPDX-License-Identifier: MIT */
/* retort outbox: what waits to be sent and what could not be, of the bot that runs, or else of its store. */
#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "cmd/command.h"
#include "cmd/outbox_print.h"
#include "daemon/conf.h"
#include "daemon/control.h"
#include "daemon/control_client.h"
#include "engine/outbox_view.h"
#include "store/sqlite.h"

static int fail(const char *sentence)
{
	fprintf(stderr, "retort: %s\n", sentence);
	return EXIT_FINDINGS;
}

/* ---- the store itself ---- */

/* An id without a workspace is 0 long in `place`. */
struct wanted {
	struct str place;
	int64_t id; /* 0 = all */
};

struct reading {
	const struct wanted *wanted;
	struct wall now;
	struct buf *out;
	char first[64]; /* the namespace that came first */
	bool has_several;
	char place[66];
	size_t n;
};

static void count_namespace(void *owner, struct str namespace, enum store_table table,
			    struct str key, struct str value)
{
	struct reading *r = owner;

	(void)table;
	(void)key;
	(void)value;
	if (r->first[0] == '\0')
		snprintf(r->first, sizeof(r->first), "%.*s", STR_ARG(namespace));
	else if (!str_is(namespace, r->first))
		r->has_several = true;
}

static void write_entry(void *owner, const struct outbox_entry *entry)
{
	struct reading *r = owner;

	if (r->wanted->id != 0 && (uint64_t)r->wanted->id != entry->job->id)
		return;
	r->n++;
	outbox_entry_write(entry, r->place, r->wanted->id != 0, r->out);
	buf_addc(r->out, '\n');
}

static void on_row(void *owner, struct str namespace, enum store_table table, struct str key,
		   struct str value)
{
	struct reading *r = owner;

	(void)key;
	if (r->wanted->place.len > 0 && !str_eq(r->wanted->place, namespace))
		return;
	r->place[0] = '\0';
	if (r->has_several)
		snprintf(r->place, sizeof(r->place), "%.*s/", STR_ARG(namespace));
	outbox_row_entry(table, value, r->now, write_entry, r);
}

/* Workspaces are told apart by their ids here: what the configuration calls them is not in the store. */
static int ask_store(const char *folder, const struct wanted *wanted, struct buf *answer)
{
	static const enum store_table tables[] = { STORE_JOB, STORE_DEAD_LETTER };
	CLEANUP(buf_deinit) struct buf why = { 0 };
	struct reading r = { .wanted = wanted, .now = clock_wall(clock_system()), .out = answer };
	int status;

	status = sqlite_peek(folder, tables, ARRAY_LEN(tables), count_namespace, &r, &why);
	if (status == 0)
		status = sqlite_peek(folder, tables, ARRAY_LEN(tables), on_row, &r, &why);
	if (status == SQLITE_REFUSED) {
		buf_addc(&why, '\0');
		control_end(answer, false, why.p);
	} else if (status == SQLITE_ABSENT) {
		control_end(answer, false, "there is no store there");
	} else if (wanted->id != 0 && r.n != 1) {
		control_end(answer, false,
			    r.n == 0 ? "there is no such job" :
				       "several workspaces have a job of that number: wanted an "
				       "id as `list` prints it");
	} else {
		control_end(answer, true, NULL);
	}
	return 0;
}

/* ---- the command ---- */

enum request { LIST, SHOW, RETRY, DROP, N_REQUESTS };

static const char *const requests[N_REQUESTS] = { "list", "show", "retry", "drop" };

struct question {
	enum request request;
	const char *word; /* the workspace, or the id; NULL = none */
	struct wanted wanted;
	bool json;
};

/* It goes over a line, in which blanks part the words. */
static bool is_word(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	}
	return text[0] != '\0' && strlen(text) <= 200;
}

static bool read_question(struct question *q, const struct command_line *line)
{
	struct str rest;

	*q = (struct question){ .json = line->json, .request = N_REQUESTS };
	for (size_t i = 0; line->n_words > 0 && i < N_REQUESTS; i++) {
		if (strcmp(line->words[0], requests[i]) == 0)
			q->request = (enum request)i;
	}
	if (q->request == N_REQUESTS || line->n_words > 2 ||
	    (q->request != LIST && line->n_words != 2) ||
	    (line->n_words == 2 && !is_word(line->words[1])))
		return false;
	if (line->n_words == 2)
		q->word = line->words[1];
	rest = str_from(q->word);
	if (q->request == LIST) {
		q->wanted.place = rest;
		return true;
	}
	if (str_find_char(rest, '/') != SIZE_MAX)
		str_cut(&rest, '/', &q->wanted.place);
	return str_int(rest, &q->wanted.id) && q->wanted.id > 0;
}

static int report(const struct question *q, struct str text)
{
	struct answer a;
	bool is_good = answer_read(&a, text), ok = false;
	CLEANUP(buf_deinit) struct buf shown = { 0 };
	const char *sentence;

	buf_add_shown(&shown, json_str(a.end, "sentence"));
	buf_addc(&shown, '\0');
	sentence = shown.p;
	json_get_bool(a.end, "ok", &ok);
	if (!is_good) {
		fail("the bot's answer is not whole");
	} else if (!ok) {
		fail(sentence);
	} else if (q->request == LIST) {
		outbox_print_list(&a, q->json);
	} else if (q->request == SHOW && a.n == 1) {
		outbox_print_entry(a.entries[0], q->json);
	} else if (q->json) {
		printf("%.*s", STR_ARG(text));
	} else {
		printf("%s: %s\n", q->word, sentence);
	}
	answer_deinit(&a);
	return is_good && ok ? EXIT_FINE : EXIT_FINDINGS;
}

/* The bot runs, and does not have its outbox yet. */
static bool is_starting(struct str text)
{
	struct answer a;
	bool is = false;

	if (answer_read(&a, text) && !json_get_bool(a.end, "starting", &is))
		is = false;
	answer_deinit(&a);
	return is;
}

static int ask(const struct question *q, const char *folder)
{
	CLEANUP(buf_deinit) struct buf request = { 0 };
	CLEANUP(buf_deinit) struct buf answer = { 0 };
	CLEANUP(buf_deinit) struct buf why = { 0 };
	int r;

	buf_addf(&request, "outbox %s%s%s%c", requests[q->request], q->word != NULL ? " " : "",
		 q->word != NULL ? q->word : "", '\0');
	r = control_ask(folder, request.p, &answer, &why);
	if (r == CONTROL_FAILED) {
		buf_addc(&why, '\0');
		return fail(why.p);
	}
	if (r == CONTROL_NOBODY && q->request >= RETRY) {
		fprintf(stderr,
			"retort: the bot must run for that; none does with the store in %s\n",
			folder);
		return EXIT_FINDINGS;
	}
	if (q->request < RETRY && (r == CONTROL_NOBODY || is_starting(buf_str(&answer)))) {
		fprintf(stderr, "retort: %s: looking into the store in %s\n",
			r == CONTROL_NOBODY ? "the bot does not run" :
					      "Slack has not answered the bot yet",
			folder);
		buf_clear(&answer);
		ask_store(folder, &q->wanted, &answer);
	}
	return report(q, buf_str(&answer));
}

static int run(const struct command *self, const struct command_line *line)
{
	CLEANUP(conf_deinit) struct conf conf = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct question question;

	if (!read_question(&question, line))
		return command_misused(self);
	conf_init(&conf);
	if (line->config != NULL)
		conf_read(&conf, line->config, &diag);
	conf_find_store_path(&conf, &diag);
	diag_print(&diag, stderr);
	if (diag.n_errors > 0)
		return EXIT_FINDINGS;
	if (conf.store_backend == CONF_STORE_MEMORY)
		return fail(
			"with `backend = memory` the bot has no folder in which it could be asked");
	return ask(&question, conf.store_path);
}

const struct command cmd_outbox = {
	.name = "outbox",
	.arguments = "list|show ID|retry ID|drop ID [-c FILE] [--json]",
	.summary =
		"list: what waits to be sent, and what could not be, with the reason; of one workspace, if its name follows.\n"
		"show: all about one of them. retry: send it again. drop: do not send it, or forget it.\n"
		"The running bot is asked; when none runs, list and show look into its store.",
	.options = { WITH_CONFIG, WITH_JSON },
	.more = "The configuration and STATE_DIRECTORY say where the store is; they must be those of the bot, and so\n"
		"must the user.\n"
		"\nExit status: 0 fine; 1 no such job, or nobody to ask; 2 wrong use.\n",
	.run = run,
};
