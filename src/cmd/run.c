/* SPDX-License-Identifier: MIT */
/* retort run: connect to Slack and answer. */
#include "base/mem.h"
#include "base/secrecy.h"
#include "daemon/daemon.h"
#include "cmd/command.h"

static int run(const struct command *self, const struct command_line *line)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct rule_paths paths = { (const char *const *)line->words, line->n_words };
	const char *preset;

	(void)self;
	secrecy_begin();
	conf_init(&conf);
	if (line->config != NULL)
		conf_read(&conf, line->config, &diag);
	/* The command line beats the file. */
	if (line->transport != NULL)
		conf_set(&conf, "transport", line->transport, &diag);
	if (line->rtm_method != NULL)
		conf_set(&conf, "rtm method", line->rtm_method, &diag);
	if (line->store != NULL)
		conf_set(&conf, "backend", line->store, &diag);
	if (line->log_level != NULL)
		conf_set(&conf, "level", line->log_level, &diag);
	conf_finish(&conf, &diag);
	diag_print(&diag, stderr);
	if (diag.n_errors > 0)
		return EXIT_FINDINGS;
	preset = conf.rules;
	if (paths.n == 0)
		paths = (struct rule_paths){ &preset, 1 };
	log_set_level((enum log_level)conf.log_level);
	return daemon_run(&conf, paths);
}

const struct command cmd_run = {
	.name = "run",
	.arguments = "[-c FILE] [--transport socket|rtm] [--rtm-method connect|start]"
		     " [--store sqlite|memory] [--log-level LEVEL] [RULES...]",
	.summary = "Connects to Slack and answers by the rules until it is stopped.\n"
		   "Without RULES it reads what the configuration names, or the folder `rules`.",
	.options = { WITH_CONFIG, WITH_TRANSPORT, WITH_RTM_METHOD, WITH_STORE, WITH_LOG_LEVEL },
	.more = "Environment:\n"
		"  SLACK_BOT_TOKEN   the bot token, xoxb-...\n"
		"  SLACK_APP_TOKEN   the app-level token, xapp-..., for Socket Mode\n"
		"  SLACK_BOT_TOKEN_NAME, SLACK_APP_TOKEN_NAME\n"
		"                    those of [workspace NAME], where the configuration has several\n"
		"  SLACK_API_URL     where the Web API is, if not at Slack\n"
		"  SSL_CERT_FILE     trust only the certificate authorities in this PEM file\n"
		"  HTTPS_PROXY, NO_PROXY\n"
		"  STATE_DIRECTORY   where it keeps what it remembers, if the configuration does not say it\n"
		"\nThe rules are read again when one of their files is saved and on SIGHUP, all or nothing. SIGTERM and\n"
		"SIGINT finish what is under way and stop.\n"
		"\nExit status: 0 stopped by a signal, 1 something to mend, 2 wrong use.\n",
	.run = run,
};
