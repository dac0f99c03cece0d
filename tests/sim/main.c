/* SPDX-License-Identifier: MIT */
/* slacksim: a local Slack. Plays scenario files, or serves until it is stopped. */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"
#include "sim/certificates.h"
#include "sim/commands.h"
#include "sim/script.h"
#include "sim/serve.h"
#include "sim/server.h"
#include "sim/transcript.h"

struct arguments {
	int64_t port;
	int64_t seed;
	const char *ledger;
	bool show;
	bool help, help_language;
	char **files;
	int n_files;
};

static const struct flag {
	struct option option;
	const char *value;
	const char *help;
} flags[] = {
	{ { "port", required_argument, NULL, 'p' },
	  "N",
	  "listen on this port of 127.0.0.1 (any free one)" },
	{ { "ledger", required_argument, NULL, 'l' },
	  "FILE",
	  "write every call of the Web API to a file, as JSON lines" },
	{ { "seed", required_argument, NULL, 's' }, "N", "play the same dice again" },
	{ { "show", no_argument, NULL, 'v' }, "", "show the conversation" },
	{ { "help", optional_argument, NULL, 'h' },
	  "[=language]",
	  "print this, or the scenario language" },
};

static void usage(FILE *to)
{
	fputs("slacksim: a local Slack, for tests and for trying things out\n\n"
	      "usage: slacksim [options] SCENARIO…   plays scenarios; they start the program in $RETORT\n"
	      "       slacksim [options]             prints the environment for a client and serves it;\n"
	      "                                      commands of the scenario language on standard input,\n"
	      "                                      until it ends or a signal comes\n\n",
	      to);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		char left[40];

		snprintf(left, sizeof(left), "--%s%s%s", flags[i].option.name,
			 flags[i].value[0] == 'N' || flags[i].value[0] == 'F' ? " " : "",
			 flags[i].value);
		fprintf(to, "  %-18s %s\n", left, flags[i].help);
	}
}

static bool read_number(const char *text, int64_t max, int64_t *out)
{
	if (str_int(str_from(text), out) && *out >= 0 && *out <= max)
		return true;
	fprintf(stderr, "slacksim: seen \"%s\", wanted a number up to %" PRId64 "\n", text, max);
	return false;
}

static bool set_flag(struct arguments *a, int letter)
{
	switch (letter) {
	case 'p':
		return read_number(optarg, 65535, &a->port);
	case 'l':
		a->ledger = optarg;
		return true;
	case 's':
		return read_number(optarg, INT64_MAX, &a->seed);
	case 'v':
		a->show = true;
		return true;
	case 'h':
		a->help = true;
		a->help_language = optarg != NULL && strcmp(optarg, "language") == 0;
		return true;
	default:
		return false;
	}
}

static bool read_arguments(struct arguments *a, int argc, char **argv)
{
	struct option options[ARRAY_LEN(flags) + 1] = { 0 };
	int letter;

	*a = (struct arguments){ .seed = (int64_t)time(NULL) * 1000 + (int64_t)getpid() };
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		options[i] = flags[i].option;
	while ((letter = getopt_long(argc, argv, "h", options, NULL)) != -1)
		if (!set_flag(a, letter))
			return false;
	a->files = argv + optind;
	a->n_files = argc - optind;
	/* `--help language` in two words, as one would say it. */
	if (a->help && a->n_files > 0 && strcmp(a->files[0], "language") == 0)
		a->help_language = true;
	return true;
}

static void on_signal(void *owner, int signal)
{
	struct stage *st = owner;

	(void)signal;
	st->quit = true;
}

/* The world of someone who brings none. */
static void furnish(struct sim_workspace *w)
{
	static const char *const people[] = { "ana", "raj", "kim" };
	static const char *const channels[] = { "general", "random", "help" };

	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		workspace_add_user(w, str_from(people[i]), false);
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		struct channel *c = workspace_add_channel(w, str_from(channels[i]), PLACE_PUBLIC);

		channel_join(c, w->bot);
		for (size_t k = 0; k < ARRAY_LEN(people); k++)
			channel_join(c, workspace_user(w, str_from(people[k])));
	}
}

static void print_environment(const struct sim *sim, const char *ca_file)
{
	printf("SLACK_API_URL=https://localhost:%d/api/\n", server_port(sim->server));
	printf("SLACK_BOT_TOKEN=%s\n", SIM_BOT_TOKEN);
	printf("SLACK_APP_TOKEN=%s\n", SIM_APP_TOKEN);
	printf("SSL_CERT_FILE=%s\n", ca_file);
	printf("NODE_EXTRA_CA_CERTS=%s\n\n", ca_file);
	fflush(stdout);
}

static bool open_ledger(struct sim *sim, const char *path)
{
	FILE *f = path != NULL ? fopen(path, "a") : NULL;

	if (path != NULL && f == NULL) {
		perror(path);
		return false;
	}
	ledger_write_to(&sim->ledger, f);
	return true;
}

/* One Slack with its stage; `path` NULL = serve. */
static bool run(const struct arguments *a, const struct certificates *certificates,
		const char *path)
{
	static const int ends[] = { SIGTERM, SIGINT };
	struct sim *sim;
	struct stage st;
	bool good = sim_new(&sim, certificates_get(certificates, STR("good")), (int)a->port,
			    (uint64_t)a->seed) == 0 &&
		    open_ledger(sim, a->ledger);

	if (good) {
		stage_init(&st, sim);
		st.program = getenv("RETORT");
		st.certificates = certificates;
		st.ca_file = certificates_ca_file(certificates);
		st.show = stdout;
		if (a->show)
			transcript_start(&st);
		loop_signals(sim->loop, ends, ARRAY_LEN(ends), on_signal, &st);
		if (path != NULL) {
			good = script_play(&st, path) && !st.quit;
		} else {
			furnish(&sim->workspace);
			print_environment(sim, st.ca_file);
			serve_commands(&st, STDIN_FILENO);
		}
		stage_deinit(&st);
	}
	sim_free(sim);
	return good;
}

static int play_all(const struct arguments *a, const struct certificates *certificates)
{
	bool good = true;

	for (int i = 0; i < a->n_files; i++)
		good = script_check(a->files[i]) && good;
	for (int i = 0; good && i < a->n_files; i++)
		good = run(a, certificates, a->files[i]);
	if (!good && a->n_files > 0)
		fprintf(stderr, "(--seed %" PRId64 " plays the same dice)\n", a->seed);
	if (a->n_files == 0)
		good = run(a, certificates, NULL);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct certificates *certificates;
	struct arguments a;
	int status;

	if (!read_arguments(&a, argc, argv)) {
		usage(stderr);
		return 2;
	}
	if (a.help_language)
		commands_help(stdout);
	else if (a.help)
		usage(stdout);
	if (a.help || a.help_language)
		return 0;
	signal(SIGPIPE, SIG_IGN);
	certificates = certificates_new();
	status = certificates != NULL ? play_all(&a, certificates) : 1;
	certificates_free(certificates);
	return status;
}
