/* SPDX-License-Identifier: MIT */
/*
 * kill COUNT [SEED]: kills the bot COUNT times, in stories of ten kills from SEED on, several side by side, and looks
 * whether anything was lost or said twice. It ends with a line that counts; each bad story prints the command that plays
 * it again.
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/str.h"
#include "kill/story.h"
#include "kill/trace.h"

enum { WORKERS = 12, WORKERS_MAX = 64 };

static const char usage[] =
	"usage: kill [options] [COUNT [SEED]]   kills the bot COUNT times (10), from this seed on (1)\n\n"
	"  --program FILE  the bot (build/retort)\n"
	"  --over rtm      by RTM in place of Socket Mode\n"
	"  --forgetful     Slack tells nobody of what happens while no socket is open\n"
	"  --faults        calls of the Web API go wrong, obeyed or not\n"
	"  --probe TIME    unsure answers are looked up after this time (2s)\n"
	"  --lag MS        the bot's posts stand in the history only then (1000); with a lag of more than two such\n"
	"                  times something must be said twice, else this program sees nothing\n"
	"  --spare         does not kill it: faults alone\n"
	"  --allow WHAT    lost or doubled or both, lost,doubled: counted, but the program may end well\n"
	"  --calls N       kills are spread over so many system calls (as measured first)\n"
	"  --side N        so many stories side by side (12)\n"
	"  --verbose       tells the stories\n";

struct arguments {
	struct story_setup setup;
	uint64_t count, seed;
	int64_t workers;
	bool may_lose, may_double;
};

/* What a worker reports at its end. */
struct report {
	struct story_tally tally;
	uint64_t failed;
};

static bool read_number(const char *text, int64_t max, int64_t *out)
{
	return str_int(str_from(text), out) && *out >= 0 && *out <= max;
}

static bool read_option(struct arguments *a, int letter)
{
	int64_t n;

	switch (letter) {
	case 'p':
		a->setup.program = optarg;
		return true;
	case 'o':
		a->setup.rtm = strcmp(optarg, "rtm") == 0;
		return a->setup.rtm || strcmp(optarg, "socket") == 0;
	case 'f':
		a->setup.forgetful = true;
		return true;
	case 'x':
		a->setup.faults = true;
		return true;
	case 'n':
		a->setup.spare = true;
		return true;
	case 'w':
		a->setup.probe_after = optarg;
		return true;
	case 'l':
		return read_number(optarg, 3600000, &a->setup.lag_ms);
	case 'a':
		a->may_lose = strstr(optarg, "lost") != NULL;
		a->may_double = strstr(optarg, "doubled") != NULL;
		return a->may_lose || a->may_double;
	case 'c':
		if (!read_number(optarg, 1000000, &n))
			return false;
		a->setup.n_calls = (long)n;
		return true;
	case 's':
		return read_number(optarg, WORKERS_MAX, &a->workers) && a->workers > 0;
	case 'v':
		a->setup.verbose = true;
		return true;
	default:
		return false;
	}
}

static bool read_arguments(struct arguments *a, int argc, char **argv)
{
	static const struct option options[] = {
		{ "program", required_argument, NULL, 'p' },
		{ "over", required_argument, NULL, 'o' },
		{ "forgetful", no_argument, NULL, 'f' },
		{ "faults", no_argument, NULL, 'x' },
		{ "probe", required_argument, NULL, 'w' },
		{ "lag", required_argument, NULL, 'l' },
		{ "spare", no_argument, NULL, 'n' },
		{ "allow", required_argument, NULL, 'a' },
		{ "calls", required_argument, NULL, 'c' },
		{ "side", required_argument, NULL, 's' },
		{ "verbose", no_argument, NULL, 'v' },
		{ 0 },
	};
	int64_t count = STORY_KILLS, seed = 1;
	int letter;

	*a = (struct arguments){ .setup = { .program = "build/retort",
					    .tracer = "/proc/self/exe",
					    .probe_after = "2s",
					    .lag_ms = 1000 },
				 .workers = WORKERS };
	while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!read_option(a, letter))
			return false;
	if (argc - optind > 2 || (argc > optind && !read_number(argv[optind], INT32_MAX, &count)) ||
	    (argc > optind + 1 && !read_number(argv[optind + 1], INT32_MAX, &seed)))
		return false;
	a->count = (uint64_t)count;
	a->seed = (uint64_t)seed;
	return access(a->setup.program, X_OK) == 0;
}

/* The disk is not what is tried here, and memory is quicker. */
static void choose_folder(void)
{
	if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
}

static void print_again(const struct arguments *a, uint64_t seed)
{
	const struct story_setup *s = &a->setup;

	printf("again: build/kill --calls %ld --probe %s --lag %" PRId64
	       "%s%s%s%s --verbose %d %" PRIu64 "\n",
	       s->n_calls, s->probe_after, s->lag_ms, s->rtm ? " --over rtm" : "",
	       s->forgetful ? " --forgetful" : "", s->faults ? " --faults" : "",
	       s->spare ? " --spare" : "", STORY_KILLS, seed);
}

static void work(const struct arguments *a, uint64_t n_stories, int worker, int out)
{
	struct report report = { 0 };

	for (uint64_t i = (uint64_t)worker; i < n_stories; i += (uint64_t)a->workers) {
		uint64_t seed = a->seed + i;

		if (!story_play(&a->setup, seed, &report.tally)) {
			report.failed++;
			print_again(a, seed);
		}
		fflush(stdout);
	}
	_exit(write(out, &report, sizeof(report)) == sizeof(report) ? 0 : 1);
}

static void add(struct report *sum, const struct report *r)
{
	struct story_tally *t = &sum->tally;

	sum->failed += r->failed;
	t->stories += r->tally.stories;
	t->said += r->tally.said;
	t->wanted += r->tally.wanted;
	t->lost += r->tally.lost;
	t->doubled += r->tally.doubled;
	t->wrong += r->tally.wrong;
	t->unrest += r->tally.unrest;
	t->at_calls += r->tally.at_calls;
	t->at_moments += r->tally.at_moments;
	t->at_rest += r->tally.at_rest;
	t->redelivered += r->tally.redelivered;
	t->faults += r->tally.faults;
}

/* Each story is a process's own, so that they may run side by side. */
static bool work_side_by_side(const struct arguments *a, uint64_t n_stories, struct report *sum)
{
	int ends[2];
	struct report r;
	uint64_t n_reports = 0;

	fflush(stdout);
	if (pipe(ends) != 0)
		return false;
	for (int i = 0; i < (int)a->workers; i++)
		if (fork() == 0)
			work(a, n_stories, i, ends[1]);
	close(ends[1]);
	while (read(ends[0], &r, sizeof(r)) == sizeof(r)) {
		add(sum, &r);
		n_reports++;
	}
	while (wait(NULL) > 0)
		;
	return n_reports == (uint64_t)a->workers;
}

static int judge(const struct arguments *a, const struct report *sum)
{
	const struct story_tally *t = &sum->tally;
	bool good = (t->lost == 0 || a->may_lose) && (t->doubled == 0 || a->may_double) &&
		    t->wrong == 0 && t->unrest == 0;

	printf("%" PRIu64 " kills: %" PRIu64 " at system calls (of %ld), %" PRIu64
	       " at moments, %" PRIu64 " at rest; %" PRIu64 " messages said, %" PRIu64
	       " told again, %" PRIu64 " faults of calls\n",
	       t->at_calls + t->at_moments + t->at_rest, t->at_calls, a->setup.n_calls,
	       t->at_moments, t->at_rest, t->said, t->redelivered, t->faults);
	printf("%" PRIu64 " answers wanted: %" PRIu64 " lost, %" PRIu64 " doubled, %" PRIu64
	       " wrong; %" PRIu64 " of %" PRIu64 " stories do not rest\n",
	       t->wanted, t->lost, t->doubled, t->wrong, t->unrest, t->stories);
	if (good && sum->failed > 0)
		printf("what was lost or doubled is allowed for now\n");
	else
		printf("%" PRIu64 " passed, %" PRIu64 " failed\n", t->stories - sum->failed,
		       sum->failed);
	return good ? 0 : 1;
}

static int run(struct arguments *a)
{
	uint64_t n_stories = (a->count + STORY_KILLS - 1) / STORY_KILLS;
	struct report sum = { 0 };

	if (!trace_works()) {
		printf("no program may be watched here: all kills come at moments\n");
		a->setup.unwatched = true;
		a->setup.n_calls = 1;
	}
	if (a->setup.n_calls == 0)
		a->setup.n_calls = story_measure(&a->setup);
	if (a->setup.n_calls == 0) {
		printf("the bot does not even come up\n");
		return 1;
	}
	if (n_stories < (uint64_t)a->workers)
		a->workers = (int64_t)n_stories;
	if (!work_side_by_side(a, n_stories, &sum)) {
		printf("a worker died\n");
		return 1;
	}
	return judge(a, &sum);
}

int main(int argc, char **argv)
{
	struct certificates *certificates;
	struct arguments a;
	int status;

	if (argc > 3 && strcmp(argv[1], "--trace") == 0)
		return trace_run(strtol(argv[2], NULL, 10), argv + 3);
	if (!read_arguments(&a, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	choose_folder();
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	certificates = certificates_new();
	a.setup.certificates = certificates;
	status = certificates != NULL ? run(&a) : 1;
	certificates_free(certificates);
	return status;
}
