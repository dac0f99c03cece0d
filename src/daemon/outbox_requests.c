/* SPDX-License-Identifier: MIT */
#include "daemon/outbox_requests.h"

#include <stdio.h>
#include "base/log.h"
#include "daemon/control.h"
#include "deliver/deliver.h"
#include "engine/outbox_view.h"
#include "model/workspace.h"

/* So many are listed: the loop has other work, and nobody reads more. */
enum { LIST_MAX = 2000 };

struct asked {
	struct daemon_workspace *const *workspaces;
	size_t n;
	struct str rest; /* of the request */
	struct buf *answer;
	size_t n_listed, n_more;
	const char *place; /* "acme/" */
};

/* ---- whose ---- */

static void place_of(const struct asked *a, const struct daemon_workspace *w,
		     char out[static WORKSPACE_NAME_MAX + 2])
{
	out[0] = '\0';
	if (a->n > 1)
		snprintf(out, WORKSPACE_NAME_MAX + 2, "%s/", workspace_as_seen(w)->name);
}

static struct daemon_workspace *find_workspace(const struct asked *a, struct str name)
{
	for (size_t i = 0; i < a->n; i++) {
		if (workspace_is(workspace_as_seen(a->workspaces[i]), name))
			return a->workspaces[i];
	}
	return NULL;
}

static void is_starting(const struct asked *a)
{
	buf_addz(a->answer,
		 "{\"ok\":false,\"starting\":true,\"sentence\":\"Slack has not answered this "
		 "bot yet, so that it does not have its outbox\"}\n");
}

/* ---- all ---- */

static void list_entry_of(void *owner, const struct outbox_entry *entry)
{
	struct asked *a = owner;

	if (a->n_listed == LIST_MAX) {
		a->n_more++;
		return;
	}
	a->n_listed++;
	outbox_entry_write(entry, a->place, false, a->answer);
	buf_addc(a->answer, '\n');
}

static void list(struct asked *a)
{
	const struct daemon_workspace *only = NULL;
	size_t n_ready = 0, n_asked = 0;
	char place[WORKSPACE_NAME_MAX + 2];
	struct str name;

	if (str_word(&a->rest, &name)) {
		only = find_workspace(a, name);
		if (only == NULL) {
			control_end(a->answer, false, "there is no workspace of that name");
			return;
		}
	}
	for (size_t i = 0; i < a->n; i++) {
		const struct daemon_workspace *w = a->workspaces[i];

		if (only != NULL && w != only)
			continue;
		n_asked++;
		if (workspace_engine(w) == NULL)
			continue;
		n_ready++;
		place_of(a, w, place);
		a->place = place;
		engine_each_entry(workspace_engine(w), list_entry_of, a);
	}
	if (n_ready == 0)
		is_starting(a);
	else
		buf_addf(a->answer, "{\"ok\":true,\"more\":%zu,\"starting\":%zu}\n", a->n_more,
			 n_asked - n_ready);
}

/* ---- one ---- */

/* What is wrong with it; NULL = nothing. */
static const char *read_id(struct asked *a, struct daemon_workspace **w, uint64_t *id)
{
	struct str word, name = STR_EMPTY, more;
	int64_t number;
	size_t slash;

	if (!str_word(&a->rest, &word) || str_word(&a->rest, &more))
		return "wanted one id";
	slash = str_find_char(word, '/');
	if (slash != SIZE_MAX) {
		name = str_sub(word, 0, slash);
		word = str_sub(word, slash + 1, word.len);
	}
	if (!str_int(word, &number) || number <= 0)
		return "this is no id";
	*id = (uint64_t)number;
	if (slash == SIZE_MAX && a->n > 1)
		return "there are several workspaces: wanted an id such as acme/12";
	*w = slash == SIZE_MAX ? a->workspaces[0] : find_workspace(a, name);
	return *w == NULL ? "there is no workspace of that name" : NULL;
}

static const char *const refusals[] = {
	[OUTBOX_NO_SUCH_JOB] =
		"there is no such job: it was done, or its number changed when it was "
		"tried again",
	[OUTBOX_WAITS_ALREADY] = "it waits already, and will be sent",
	[OUTBOX_ON_ITS_WAY] = "it is on its way right now",
	[OUTBOX_NO_ROOM] = "too many wait already",
};

static void end(const struct asked *a, int r, const char *done)
{
	control_end(a->answer, r == 0, r == 0 ? done : refusals[r]);
}

static void show(struct asked *a, struct engine *e, uint64_t id)
{
	struct outbox_entry entry;

	if (!engine_entry(e, id, &entry)) {
		end(a, OUTBOX_NO_SUCH_JOB, NULL);
		return;
	}
	outbox_entry_write(&entry, a->place, true, a->answer);
	buf_addz(a->answer, "\n{\"ok\":true}\n");
}

/* Whoever sends it or looks for it gives it back, if it is not too late. */
static bool recall(struct engine *e, uint64_t id, bool only_if_in_doubt)
{
	struct outbox_entry entry;

	if (!engine_entry(e, id, &entry) || entry.job->carrier == NULL ||
	    (only_if_in_doubt && entry.state != OUTBOX_IN_DOUBT))
		return true;
	return deliver_recall(entry.job);
}

static void retry(struct asked *a, struct engine *e, uint64_t id)
{
	char sentence[WORKSPACE_NAME_MAX + 80];
	int r;

	recall(e, id, true);
	r = engine_retry_job(e, &id);
	snprintf(sentence, sizeof(sentence), "it waits to be sent, as %s%llu", a->place,
		 (unsigned long long)id);
	end(a, r, sentence);
}

static void drop(struct asked *a, struct engine *e, uint64_t id)
{
	end(a, recall(e, id, false) ? engine_drop_job(e, id) : OUTBOX_ON_ITS_WAY, "it is dropped");
}

static void do_with_one(struct asked *a,
			void (*verb)(struct asked *a, struct engine *e, uint64_t id))
{
	char place[WORKSPACE_NAME_MAX + 2];
	struct daemon_workspace *w;
	const char *why, *before;
	uint64_t id;

	why = read_id(a, &w, &id);
	if (why != NULL) {
		control_end(a->answer, false, why);
		return;
	}
	if (workspace_engine(w) == NULL) {
		is_starting(a);
		return;
	}
	place_of(a, w, place);
	a->place = place;
	before = log_about(workspace_log_end(w));
	verb(a, workspace_engine(w), id);
	log_about(before);
}

bool outbox_request(struct daemon_workspace *const *workspaces, size_t n, struct str request,
		    struct buf *answer)
{
	struct asked asked = { workspaces, n, request, answer, 0, 0, "" };
	struct str word;

	if (!str_word(&asked.rest, &word) || !str_is(word, "outbox") ||
	    !str_word(&asked.rest, &word))
		return false;
	if (str_is(word, "list"))
		list(&asked);
	else if (str_is(word, "show"))
		do_with_one(&asked, show);
	else if (str_is(word, "retry"))
		do_with_one(&asked, retry);
	else if (str_is(word, "drop"))
		do_with_one(&asked, drop);
	else
		return false;
	return true;
}
