/* SPDX-License-Identifier: MIT */
#include "kill/life.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "kill/tale.h"
#include "sim/server.h"

enum { BUSY_MS = 50 };

static const char *in(struct tmpdir *folder, const char *name)
{
	return str_keepf(&folder->arena, "%s/%s", tmpdir_path(folder), name).p;
}

void life_prepare(const struct story_setup *setup, struct tmpdir *folder)
{
	CLEANUP(buf_deinit) struct buf conf = { 0 };

	/* Slack's own limits are off here: they would only make it slow. */
	buf_addf(&conf,
		 "[pace]\npost every = 1ms\npost burst = 1000\n"
		 "[log]\nlevel = warn\n"
		 "[store]\nprobe after = %s\n%c",
		 setup->probe_after, '\0');
	tmpdir_write(folder, "retort.ini", conf.p);
	tmpdir_write(folder, "rules.ini", tale_rules);
}

bool life_start(struct life *life, const struct story_setup *setup, struct sim *sim,
		struct tmpdir *folder, long at)
{
	char number[24], state[4200], url[80], bot[120], app[120], ca[4200];
	const char *environment[] = {
		state,		url,	      bot,	    app, ca, "HTTPS_PROXY=",
		"https_proxy=", "ALL_PROXY=", "all_proxy=", NULL
	};
	const char *argv[] = { setup->tracer,
			       "--trace",
			       number,
			       setup->program,
			       "run",
			       "--transport",
			       setup->rtm ? "rtm" : "socket",
			       "-c",
			       in(folder, "retort.ini"),
			       in(folder, "rules.ini"),
			       NULL };

	snprintf(number, sizeof(number), "%ld", at);
	snprintf(state, sizeof(state), "STATE_DIRECTORY=%s", in(folder, "state"));
	snprintf(url, sizeof(url), "SLACK_API_URL=https://localhost:%d/api/",
		 server_port(sim->server));
	snprintf(bot, sizeof(bot), "SLACK_BOT_TOKEN=%s", sim->bot_token);
	snprintf(app, sizeof(app), "SLACK_APP_TOKEN=%s", setup->rtm ? "" : sim->app_token);
	snprintf(ca, sizeof(ca), "SSL_CERT_FILE=%s", certificates_ca_file(setup->certificates));
	life->is_traced = at >= 0;
	life->process = process_start(sim->loop, life->is_traced ? argv : argv + 3, environment,
				      NULL, setup->verbose ? stdout : NULL);
	return life->process != NULL;
}

bool life_ended(const struct life *life)
{
	int status;

	return process_ended(life->process, &status);
}

void life_end(struct life *life)
{
	/* The tracer ends when the bot is gone, and only then may another one have the store. */
	process_signal(life->process, life->is_traced ? SIGTERM : SIGKILL);
	while (!life_ended(life))
		sigtimedwait(&(const sigset_t){ 0 }, NULL, &(const struct timespec){ 0, 200000 });
}

long life_calls(const struct life *life)
{
	struct str output = process_output(life->process), number;
	static const char mark[] = "kill: at system call ";
	size_t at = str_find(output, mark);
	int64_t n;

	if (at == SIZE_MAX)
		return 0;
	output = str_sub(output, at + strlen(mark), output.len);
	return str_cut(&output, ',', &number) && str_int(number, &n) ? (long)n : 0;
}

int life_unfinished(struct tmpdir *folder)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM run)";
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int n = -1;

	if (sqlite3_open_v2(in(folder, "state/retort.db"), &db, SQLITE_OPEN_READONLY, NULL) ==
		    SQLITE_OK &&
	    sqlite3_busy_timeout(db, BUSY_MS) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		n = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}
