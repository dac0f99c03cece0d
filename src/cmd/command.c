/* SPDX-License-Identifier: MIT */
#include "cmd/command.h"

#include <getopt.h>
#include <string.h>

static const struct row {
	const char *name;
	char letter;	      /* 0 = it has none */
	const char *argument; /* NULL = it takes none */
	const char *help;
} rows[] = {
	[WITH_CONFIG] = { "config", 'c', "FILE", "read this configuration (see retort.conf(5))" },
	[WITH_RULES] = { "rules", 'r', "RULES",
			 "a folder or file with rules; may stand several times" },
	[WITH_EVENT] = { "event", 'e', "FILE",
			 "an event as Slack sends it, in JSON, instead of a text" },
	[WITH_JSON] = { "json", 0, NULL,
			"print one JSON object on standard output instead of text" },
	[WITH_TRANSPORT] = { "transport", 0, "socket|rtm",
			     "Socket Mode, or RTM for classic apps; by default Socket Mode when\n"
			     "there is an app token" },
	[WITH_RTM_METHOD] = { "rtm-method", 0, "connect|start", "how an RTM connection is opened" },
	[WITH_STORE] = { "store", 0, "sqlite|memory",
			 "what is remembered over a restart: all, or nothing" },
	[WITH_LOG_LEVEL] = { "log-level", 0, "LEVEL", "error, warn, info or debug" },
	[WITH_HELP] = { "help", 'h', NULL, "this text" },
};

/* How wide `-c, --config FILE` is. */
static int width_of(enum with option)
{
	const struct row *row = &rows[option];

	return (row->letter != 0 ? 4 : 0) + 2 + (int)strlen(row->name) +
	       (row->argument != NULL ? 1 + (int)strlen(row->argument) : 0);
}

static void print_option(enum with option, int width, FILE *to)
{
	const struct row *row = &rows[option];
	const char *line = row->help, *end;

	fputs("  ", to);
	if (row->letter != 0)
		fprintf(to, "-%c, ", row->letter);
	fprintf(to, "--%s%s%s%*s", row->name, row->argument != NULL ? " " : "",
		row->argument != NULL ? row->argument : "", width + 3 - width_of(option), "");
	while ((end = strchr(line, '\n')) != NULL) {
		fprintf(to, "%.*s\n%*s", (int)(end - line), line, width + 5, "");
		line = end + 1;
	}
	fprintf(to, "%s\n", line);
}

static void print_help(const struct command *command, FILE *to)
{
	int width = width_of(WITH_HELP);

	for (size_t i = 0; command->options[i] != 0; i++) {
		if (width_of(command->options[i]) > width)
			width = width_of(command->options[i]);
	}
	fprintf(to, "usage: retort %s %s\n\n%s\n\n", command->name, command->arguments,
		command->summary);
	for (size_t i = 0; command->options[i] != 0; i++)
		print_option(command->options[i], width, to);
	print_option(WITH_HELP, width, to);
	fprintf(to, "\n%s", command->more);
}

int command_misused(const struct command *command)
{
	fprintf(stderr, "usage: retort %s %s\nTry `retort %s --help`.\n", command->name,
		command->arguments, command->name);
	return EXIT_USAGE;
}

/* False: there are too many of it. */
static bool take(struct command_line *line, enum with option, const char *argument)
{
	switch (option) {
	case WITH_CONFIG:
		line->config = argument;
		break;
	case WITH_RULES:
		if (line->n_rules == COMMAND_RULES_MAX)
			return false;
		line->rules[line->n_rules++] = argument;
		break;
	case WITH_EVENT:
		line->event_file = argument;
		break;
	case WITH_JSON:
		line->json = true;
		break;
	case WITH_TRANSPORT:
		line->transport = argument;
		break;
	case WITH_RTM_METHOD:
		line->rtm_method = argument;
		break;
	case WITH_STORE:
		line->store = argument;
		break;
	case WITH_LOG_LEVEL:
		line->log_level = argument;
		break;
	case WITH_HELP:
		break;
	}
	return true;
}

int command_main(const struct command *command, int argc, char **argv)
{
	struct option longs[COMMAND_OPTIONS_MAX + 2] = { { 0 } };
	char letters[2 * COMMAND_OPTIONS_MAX + 3] = "";
	struct command_line line = { 0 };
	int c, found;

	for (size_t i = 0; i <= COMMAND_OPTIONS_MAX; i++) {
		enum with option = i < COMMAND_OPTIONS_MAX && command->options[i] != 0 ?
					   command->options[i] :
					   WITH_HELP;
		const struct row *row = &rows[option];

		longs[i] = (struct option){ row->name, row->argument != NULL, NULL, (int)option };
		if (row->letter != 0) {
			size_t n = strlen(letters);

			letters[n] = row->letter;
			letters[n + 1] = row->argument != NULL ? ':' : '\0';
		}
		if (option == WITH_HELP)
			break;
	}
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		for (found = WITH_CONFIG; found <= WITH_HELP; found++) {
			if (c == found || (rows[found].letter != 0 && c == rows[found].letter))
				break;
		}
		if (found > WITH_HELP || !take(&line, (enum with)found, optarg))
			return command_misused(command);
		if (found == WITH_HELP) {
			print_help(command, stdout);
			return EXIT_FINE;
		}
	}
	line.words = argv + optind;
	line.n_words = (size_t)(argc - optind);
	return command->run(command, &line);
}
