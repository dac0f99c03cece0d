/* SPDX-License-Identifier: MIT */
/* retort run: connect to Slack and answer. */
#include <getopt.h>
#include "base/mem.h"
#include "daemon/daemon.h"
#include "cmd/command.h"

static const struct option longs[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "transport", required_argument, NULL, 't' },
	{ "rtm-method", required_argument, NULL, 'm' },
	{ "log-level", required_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* The file first, whatever the order on the command line, because the other options beat it. */
static int read_config(const struct command *self, struct conf *conf, int argc, char **argv,
		       struct diag *diag)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (c == 'c')
			conf_read(conf, optarg, diag);
		else if (c == 'h' || c == '?')
			break;
	}
	optind = 1;
	if (c == 'h') {
		command_help(self, stdout);
		return EXIT_FINE;
	}
	return c == '?' ? command_misused(self) : -1;
}

static void read_options(struct conf *conf, int argc, char **argv, struct diag *diag)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (c == 't')
			conf_set(conf, "transport", optarg, diag);
		else if (c == 'm')
			conf_set(conf, "rtm method", optarg, diag);
		else if (c == 'l')
			conf_set(conf, "level", optarg, diag);
	}
	conf_finish(conf, diag);
}

static int run_bot(const struct conf *conf, int n_paths, char **paths)
{
	const char *preset[] = { conf->rules };
	const struct rule_paths given = { (const char *const *)paths, (size_t)n_paths };
	const struct rule_paths configured = { preset, 1 };

	log_set_level((enum log_level)conf->log_level);
	return daemon_run(conf, n_paths > 0 ? given : configured);
}

static int run(const struct command *self, int argc, char **argv)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag;
	int status;

	conf_init(&conf);
	diag_init(&diag);
	status = read_config(self, &conf, argc, argv, &diag);
	if (status >= 0)
		return status;
	read_options(&conf, argc, argv, &diag);
	diag_print(&diag, stderr);
	if (diag.n_errors > 0)
		return EXIT_FINDINGS;
	return run_bot(&conf, argc - optind, argv + optind);
}

const struct command cmd_run = {
	.name = "run",
	.arguments = "[-c FILE] [--transport socket|rtm] [--rtm-method connect|start]"
		     " [--log-level LEVEL] [RULES...]",
	.summary = "Connects to Slack and answers by the rules until it is stopped.\n"
		   "Without RULES it reads what the configuration names, or the folder `rules`.",
	.options =
		"  -c, --config FILE         read this configuration (see retort.conf(5))\n"
		"  --transport socket|rtm    Socket Mode, or RTM for classic apps; by default Socket Mode when\n"
		"                            there is an app token\n"
		"  --rtm-method connect|start\n"
		"                            how an RTM connection is opened\n"
		"  --log-level LEVEL         error, warn, info or debug\n"
		"  -h, --help                this text\n"
		"\nEnvironment:\n"
		"  SLACK_BOT_TOKEN   the bot token, xoxb-...\n"
		"  SLACK_APP_TOKEN   the app-level token, xapp-..., for Socket Mode\n"
		"  SLACK_API_URL     where the Web API is, if not at Slack\n"
		"  SSL_CERT_FILE     trust only the certificate authorities in this PEM file\n"
		"  HTTPS_PROXY, NO_PROXY\n"
		"\nThe rules are read again when one of their files is saved and on SIGHUP, all or nothing. SIGTERM and\n"
		"SIGINT finish what is under way and stop.\n"
		"\nExit status: 0 stopped by a signal, 1 something to mend, 2 wrong use.\n",
	.run = run,
};
