/* SPDX-License-Identifier: MIT */
/* retort explain: what each rule makes of a message, and why. */
#include <string.h>
#include "base/arena.h"
#include "base/file.h"
#include "base/inifile.h"
#include "base/json.h"
#include "base/mem.h"
#include "cmd/command.h"
#include "cmd/prove.h"
#include "dryrun/explain.h"
#include "rule/test_line.h"
#include "slack/decode.h"

/* ---- an event out of a file ---- */

static bool read_file(const char *path, struct buf *text, struct diag *diag)
{
	struct place at = { path, 0 };

	const char *why = file_load(path, text);

	if (why != NULL)
		diag_error(diag, at, "the file of the event cannot be read: %s", why);
	return why == NULL;
}

/* An envelope, the body of an Events API request, or the inner event alone. */
static struct event *decode(struct json *root, struct place at, struct diag *diag)
{
	const struct identity me = { .user_id = (char *)"UBOT", .team_id = (char *)"TTEST" };
	struct json *payload = json_at(root, "payload");
	struct json *body = json_kind(payload) == JSON_OBJECT ? payload : root;
	const char *why = "it is none";
	struct event *ev = NULL;

	if (json_str(body, "command").len > 0)
		decode_command(&ev, body, &me, (struct wall){ 0 }, &why);
	else if (json_kind(json_at(body, "event")) == JSON_OBJECT)
		decode_callback(&ev, body, &me, &why);
	else
		decode_event(&ev, body, STR_EMPTY, STR_EMPTY, 0, &me, &why);
	if (ev == NULL)
		diag_error(diag, at, "this is no event: %s", why);
	return ev;
}

static bool no_name(void *owner, struct str id, struct str *name)
{
	(void)owner;
	(void)id;
	(void)name;
	return false;
}

/* Names stand where the words give them; else an id is all that is known. */
static void lend_names(struct event *ev, const struct event *words)
{
	const struct identity me = { .user_id = (char *)"UBOT" };
	const struct text_names names = { NULL, no_name, no_name, no_name };

	decode_texts(ev, &me, &names);
	if (words != NULL && words->channel_name.len > 0 && !str_is(words->channel_name, "test"))
		ev->channel_name = str_keep(&ev->arena, words->channel_name);
	if (words != NULL && words->user.handle.len > 0 && !str_is(words->user.handle, "someone"))
		ev->user.handle = ev->user.name = str_keep(&ev->arena, words->user.handle);
	if (ev->user.handle.len == 0)
		ev->user.handle = ev->user.id;
	if (ev->channel_kind == CHANNEL_UNKNOWN && ev->channel.len > 0)
		ev->channel_kind = CHANNEL_PUBLIC;
}

static struct event *event_of_file(const char *path, const struct event *words, struct diag *diag)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(json_freep) struct json *root = NULL;
	struct place at = { path, 0 };
	const char *why = "";
	struct event *ev;

	buf_init(&text, INIFILE_MAX_FILE);
	if (!read_file(path, &text, diag))
		return NULL;
	if (json_parse(&root, str_trim(buf_str(&text)), &why) != 0) {
		diag_error(diag, at, "this is no JSON: %s", why);
		return NULL;
	}
	ev = decode(root, at, diag);
	if (ev != NULL)
		lend_names(ev, words);
	return ev;
}

/* ---- the event ---- */

/* That of the file, named by the words; else that which the words, as in a test, tell of. Its texts may lie in *test,
 * the caller's. */
static struct event *find_event(struct event **test, const char *file, struct str words,
				struct simulation *r, const struct ruleset *set,
				struct arena *arena, struct diag *diag)
{
	if (file != NULL && words.len > 0)
		words = str_keepf(arena, "event x %.*s", STR_ARG(words));
	if (words.len > 0) {
		*test = test_line_event(words, ruleset_zone(set),
					(struct place){ "command line", 0 }, arena, diag);
		if (*test == NULL)
			return NULL;
	}
	if (file != NULL)
		return event_of_file(file, *test, diag);
	return simulate_event(r, *test);
}

static int explain_event(const struct command_line *line, struct str words, struct proof *proof)
{
	CLEANUP(event_freep) struct event *test = NULL;
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct simulation *r = simulate_new(proof->set);
	struct explanation e;
	struct arena arena = { 0 };
	struct event *ev;

	ev = find_event(&test, line->event_file, words, r, proof->set, &arena, &proof->diag);
	if (ev != NULL) {
		explain(&e, r, proof->set, ev);
		if (line->json)
			explain_json(&e, &out);
		else
			explain_print(&e, stdout);
		explanation_deinit(&e);
	}
	fwrite(buf_str(&out).p, 1, out.len, stdout);
	simulate_free(r);
	arena_deinit(&arena);
	return ev != NULL ? EXIT_FINE : EXIT_FINDINGS;
}

/* ---- the command line ---- */

/* A shell takes the quotes away: what holds a blank, or is no word of tests, was a quoted text. */
static void add_word(struct buf *words, const char *word, bool is_text)
{
	buf_addz(words, words->len > 0 ? " " : "");
	if (!is_text || word[0] == '"') {
		buf_addz(words, word);
		return;
	}
	buf_addc(words, '"');
	for (; *word != '\0'; word++)
		buf_addf(words, "%s%c", *word == '"' ? "\\" : "", *word);
	buf_addc(words, '"');
}

/* Words that others stand behind. */
static bool takes_next(const char *word)
{
	static const char *const takers[] = { "in",	  "from",	"to",	   "at",
					      "reaction", "unreaction", "command", "event" };

	for (size_t i = 0; i < ARRAY_LEN(takers); i++) {
		if (strcmp(word, takers[i]) == 0)
			return true;
	}
	return false;
}

static bool is_test_word(const char *word)
{
	const char *known;

	for (size_t i = 0; (known = test_line_word_at(i)) != NULL; i++) {
		if (strcmp(word, known) == 0)
			return true;
	}
	return strcmp(word, "on") == 0;
}

/* `at 2026-11-21 23:00` has two words behind it. */
static bool is_time(const char *word)
{
	return strlen(word) >= 4 && strchr(word, ':') != NULL &&
	       strspn(word, "0123456789:") == strlen(word);
}

static void add_words(struct buf *words, size_t n, char **args)
{
	for (size_t i = 0; i < n; i++) {
		bool is_word = is_test_word(args[i]);

		add_word(words, args[i], !is_word);
		if (is_word && takes_next(args[i]) && i + 1 < n) {
			bool is_at = strcmp(args[i], "at") == 0;

			add_word(words, args[++i], false);
			if (is_at && i + 1 < n && is_time(args[i + 1]))
				add_word(words, args[++i], false);
		}
	}
}

static int run(const struct command *self, const struct command_line *line)
{
	CLEANUP(buf_deinit) struct buf words = { 0 };
	struct proof proof;
	int status = EXIT_FINDINGS;

	add_words(&words, line->n_words, line->words);
	if (words.len == 0 && line->event_file == NULL)
		return command_misused(self);
	if (prove_loading(&proof, line))
		status = explain_event(line, buf_str(&words), &proof);
	diag_print(&proof.diag, stderr);
	proof_deinit(&proof);
	return status;
}

const struct command cmd_explain = {
	.name = "explain",
	.arguments =
		"[-c FILE] [-r RULES] [--json] [--event FILE] [in #CHANNEL] [from @USER] [at TIME] \"TEXT\"",
	.summary =
		"Says what each rule makes of a message: that it fires and what it would do, or the first of its\n"
		"questions that says no, with what was seen and what was wanted. The nearest misses come first.\n"
		"The words are those of tests: in #help from @ana at 2026-11-21 23:00 reaction :ticket: on \"text\".\n"
		"Without `at`, it is Wednesday, 2026-01-07, at 12:00, as in tests.",
	.options = { WITH_CONFIG, WITH_RULES, WITH_EVENT, WITH_JSON },
	.more = "Exit status: 0 fine, 1 the rules or the event cannot be read, 2 wrong use.\n",
	.run = run,
};
