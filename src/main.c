/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "cmd/command.h"
#include "daemon/conf.h"

#ifndef RETORT_VERSION
#define RETORT_VERSION "0.1"
#endif

static const struct command *const commands[] = { &cmd_run,	&cmd_check,  &cmd_test,
						  &cmd_explain, &cmd_outbox, &cmd_help };

static int usage(FILE *to, int status)
{
	fputs("retort answers in Slack by rules that anyone can write.\n\nusage: retort COMMAND [...]\n\n",
	      to);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(to, "  retort %s %s\n", commands[i]->name, commands[i]->arguments);
	fputs("\n  retort COMMAND --help   more about one command\n"
	      "  retort --print-config   a configuration file with every key and its default\n"
	      "  retort --version\n"
	      "  retort --help\n\nManual: retort(1), retort-rules(5), retort.conf(5)\n",
	      to);
	return status;
}

static int run_command(int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(argv[0], commands[i]->name) == 0)
			return command_main(commands[i], argc, argv);
	}
	fprintf(stderr, "retort: there is no command \"%s\"\n\n", argv[0]);
	return usage(stderr, EXIT_USAGE);
}

/* What is opened first must not become what others take for standard error, and write their lines to. */
static bool have_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* The lowest that is free is taken. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	if (!have_standard_files())
		return EXIT_FINDINGS; /* there is nowhere to say why */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc < 2)
		return usage(stderr, EXIT_USAGE);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("retort " RETORT_VERSION);
		return EXIT_FINE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, EXIT_FINE);
	if (strcmp(argv[1], "--print-config") == 0) {
		option_print_sample(conf_options, stdout);
		return EXIT_FINE;
	}
	return run_command(argc - 1, argv + 1);
}
