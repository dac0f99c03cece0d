/* SPDX-License-Identifier: MIT */
/* Commands that start and stop the client under test and write its files. */
#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/edits.h"
#include "sim/links.h"
#include "sim/server.h"

enum { MAX_ARGUMENTS = 16, MAX_VARIABLES = 64 };

/* Words for the client's command line. */
struct command_line {
	const char *argv[MAX_ARGUMENTS];
	size_t n;
};

static void add(struct command_line *line, const char *word)
{
	if (line->n < MAX_ARGUMENTS - 1)
		line->argv[line->n++] = word;
}

static const char *arg_text(struct stage *st, struct str text)
{
	return str_keep(&st->arena, text).p;
}

static bool is_rtm(const struct match *m)
{
	return str_is(match_text(m, "WORD"), "rtm");
}

static void build_command_line(struct stage *st, const struct match *m, struct command_line *line)
{
	struct str rest = match_text(m, "REST"), word;

	add(line, st->program);
	add(line, "run");
	if (match_has(m, "WORD")) {
		add(line, "--transport");
		add(line, arg_text(st, match_text(m, "WORD")));
	}
	if (match_has(m, "WORD2")) {
		add(line, "--rtm-method");
		add(line, arg_text(st, match_text(m, "WORD2")));
	}
	if (st->conf_path != NULL) {
		add(line, "-c");
		add(line, st->conf_path);
	}
	while (rest.len > 0 && str_word(&rest, &word))
		add(line, arg_text(st, word));
	if (st->rules_path != NULL)
		add(line, st->rules_path);
}

/* Where the clients of this scenario keep what they remember; another scenario's are strangers to it. */
static const char *state_variable(struct stage *st)
{
	CLEANUP(mem_freep) char *folder = stage_path(st, "state");

	if (folder == NULL)
		return "STATE_DIRECTORY=";
	mkdir(folder, 0700);
	return str_keepf(&st->arena, "STATE_DIRECTORY=%s", folder).p;
}

/* SLACK_BOT_TOKEN, or SLACK_BOT_TOKEN_ACME where the workspace has a name. */
static const char *token_variable(struct stage *st, const char *stem, const char *name,
				  const char *token)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addf(&text, "%s%s", stem, name != NULL ? "_" : "");
	for (const char *p = name != NULL ? name : ""; *p != '\0'; p++)
		buf_addc(&text,
			 isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_');
	buf_addf(&text, "=%s", token);
	return str_keep(&st->arena, buf_str(&text)).p;
}

static size_t add_tokens(struct stage *st, bool with_app_token, const char **variables, size_t n)
{
	if (st->sim->first->name != NULL) {
		variables[n++] = "SLACK_BOT_TOKEN=";
		variables[n++] = "SLACK_APP_TOKEN=";
	}
	for (const struct sim *s = st->sim->first; s != NULL && n < MAX_VARIABLES - 2;
	     s = s->next) {
		bool has_app = with_app_token && (s->name == NULL || !s->set.classic);

		variables[n++] = token_variable(st, "SLACK_BOT_TOKEN", s->name, s->bot_token);
		variables[n++] = token_variable(st, "SLACK_APP_TOKEN", s->name,
						has_app ? s->app_token : "");
	}
	return n;
}

/* What every client of this server needs; the app token only where Socket Mode is wanted. */
static void build_environment(struct stage *st, bool with_app_token, const char **variables)
{
	size_t n = 0;

	variables[n++] = state_variable(st);
	variables[n++] = str_keepf(&st->arena, "SLACK_API_URL=https://%s:%d/api/",
				   st->sim->first->host, server_port(st->sim->server))
				 .p;
	n = add_tokens(st, with_app_token, variables, n);
	variables[n++] = str_keepf(&st->arena, "SSL_CERT_FILE=%s", st->ca_file).p;
	variables[n++] = "HTTPS_PROXY=";
	variables[n++] = "https_proxy=";
	variables[n++] = "ALL_PROXY=";
	variables[n++] = "all_proxy=";
	variables[n++] = "NO_PROXY=";
	variables[n++] = "no_proxy=";
	for (size_t i = 0; i < st->n_environment && n < MAX_VARIABLES - 1; i++)
		variables[n++] = st->environment[i];
	variables[n] = NULL;
}

static bool start(struct stage *st, const struct match *m)
{
	struct command_line line = { .n = 0 };
	const char *variables[MAX_VARIABLES];

	if (st->program == NULL)
		return stage_fail(st, "which program? Set RETORT to its path");
	if (st->client != NULL)
		process_free(TAKE(st->client));
	build_command_line(st, m, &line);
	build_environment(st, !is_rtm(m), variables);
	st->client = process_start(st->sim->loop, line.argv, variables, st->errors, NULL);
	st->log_then = 0;
	return st->client != NULL || stage_fail(st, "cannot start %s", st->program);
}

/* Not by stage_until, which does not wait for anything when the client has ended. */
static bool await_end(struct stage *st, struct process *p)
{
	const struct clock *clock = loop_clock(st->sim->loop);
	struct mono end = mono_after(clock_mono(clock), st->patience_ms);
	int status;

	while (!process_ended(p, &status)) {
		if (clock_mono(clock).ns > end.ns || st->quit)
			return stage_fail(st, "it does not end");
		if (loop_turn(st->sim->loop, 10) < 0)
			return stage_fail(st, "the event loop failed");
	}
	return true;
}

static bool run(struct stage *st, const struct match *m)
{
	struct str rest = match_text(m, "REST"), word;
	struct command_line line = { .n = 0 };
	const char *variables[MAX_VARIABLES];

	if (st->program == NULL)
		return stage_fail(st, "which program? Set RETORT to its path");
	process_free(TAKE(st->ran));
	add(&line, st->program);
	while (rest.len > 0 && str_word(&rest, &word))
		add(&line, arg_text(st, word));
	if (st->conf_path != NULL) {
		add(&line, "-c");
		add(&line, st->conf_path);
	}
	build_environment(st, true, variables);
	st->ran = process_start(st->sim->loop, line.argv, variables, NULL, NULL);
	if (st->ran == NULL)
		return stage_fail(st, "cannot start %s", st->program);
	return await_end(st, st->ran);
}

static bool send_signal(struct stage *st, const struct match *m)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {
		{ "HUP", SIGHUP },   { "TERM", SIGTERM }, { "INT", SIGINT },   { "KILL", SIGKILL },
		{ "STOP", SIGSTOP }, { "CONT", SIGCONT }, { "USR1", SIGUSR1 },
	};

	if (st->client == NULL)
		return stage_fail(st, "nothing has been started");
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (str_is(match_text(m, "WORD"), signals[i].name)) {
			process_signal(st->client, signals[i].number);
			return true;
		}
	return stage_fail(st, "signals are HUP TERM INT KILL STOP CONT USR1");
}

static bool rules(struct stage *st, const struct match *m)
{
	struct str name = match_has(m, "NAME") ? match_text(m, "NAME") : STR("rules.ini");
	CLEANUP(mem_freep) char *folder = stage_path(st, "rules");
	CLEANUP(mem_freep) char *path = NULL;

	if (folder == NULL)
		return false;
	mkdir(folder, 0700);
	path = stage_path(st, str_keepf(&st->arena, "rules/%.*s", STR_ARG(name)).p);
	free(st->rules_path);
	st->rules_path = TAKE(folder);
	return stage_write(st, path, st->block);
}

static bool save_rules(struct stage *st, const struct match *m)
{
	return edits_play(st, st->block, match_number(m, "NUMBER", 1));
}

static bool rules_from(struct stage *st, const struct match *m)
{
	free(st->rules_path);
	st->rules_path = str_dup(match_text(m, "PATH"));
	return access(st->rules_path, R_OK) == 0 ||
	       stage_fail(st, "there is no %s", st->rules_path);
}

static bool configuration(struct stage *st, const struct match *m)
{
	(void)m;
	free(st->conf_path);
	st->conf_path = stage_path(st, "retort.ini");
	return st->conf_path != NULL && stage_write(st, st->conf_path, stage_fill(st, st->block));
}

static bool environment(struct stage *st, const struct match *m)
{
	stage_environment(st, match_text(m, "NAME"), match_text(m, "TEXT"));
	return true;
}

static bool errors_go(struct stage *st, const struct match *m)
{
	struct str to = match_text(m, "PATH");

	free(st->errors);
	st->errors = str_is(to, "us") ? NULL : str_dup(str_is(to, "nowhere") ? STR_EMPTY : to);
	return true;
}

static bool read_client(struct stage *st, bool read)
{
	if (st->client == NULL)
		return stage_fail(st, "nothing has been started");
	process_read(st->client, read);
	return true;
}

static bool nobody_reads(struct stage *st, const struct match *m)
{
	(void)m;
	return read_client(st, false);
}

static bool is_read_again(struct stage *st, const struct match *m)
{
	(void)m;
	return read_client(st, true);
}

const struct command client_commands[] = {
	{ "start retort [over WORD] [by WORD2] [with REST]",
	  "over socket or rtm, by connect or start; REST are further "
	  "words for its command line; the program is $RETORT",
	  start },
	{ "run retort REST",
	  "the program once more, beside the client and with its environment and configuration, until it ends",
	  run },
	{ "signal WORD", "HUP, TERM, INT, KILL, STOP or CONT", send_signal },
	{ "rules [NAME] :",
	  "the rules stand indented below; they are written to a file of that name (rules.ini)",
	  rules },
	{ "write rules [NAME] :", "the same, for a change while the client runs", rules },
	{ "save rules NUMBER times :",
	  "an editing session: the rules indented below are saved over and over, half of the times with a mistake and "
	  "else with one more rule; each must be refused or taken, and the client's memory must not grow",
	  save_rules },
	{ "rules from PATH", "rules from a file or folder", rules_from },
	{ "configuration :",
	  "a configuration file, indented below; {webhook NAME} in it is the address of that webhook",
	  configuration },
	{ "standard error goes to PATH",
	  "of clients started from now on: a file such as /dev/full, nowhere (it is closed), or us; what goes there "
	  "is not in the log",
	  errors_go },
	{ "nobody reads the client", "what it writes stays in a pipe of 4096 bytes", nobody_reads },
	{ "the client is read again", "and the pipe is emptied", is_read_again },
	{ "environment NAME TEXT", "a variable for the client", environment },
	{ 0 },
};
