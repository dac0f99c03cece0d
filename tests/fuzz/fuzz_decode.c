/* SPDX-License-Identifier: MIT */
/* Events: any JSON is an event or is refused with a reason, and what rules are asked about is whole. */
#include <stdlib.h>
#include "slack/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool known(void *owner, struct str id, struct str *name)
{
	(void)owner;
	*name = id;
	return true;
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_pieces(const struct event *ev)
{
	const char *end = ev->text.p;

	for (size_t i = 0; i < ev->n_pieces; i++) {
		must(ev->pieces[i].shown.p == end);
		end += ev->pieces[i].shown.len;
	}
	must(ev->n_pieces == 0 || end == ev->text.p + ev->text.len);
}

static void check_event(struct event *ev, const struct identity *me)
{
	const struct text_names names = { NULL, known, known, known };

	must(ev->type.len > 0 && ev->payload != NULL);
	decode_texts(ev, me, &names);
	must(utf8_valid(ev->text) && utf8_valid(ev->text_to_bot));
	must(ev->text_to_bot.p + ev->text_to_bot.len == ev->text.p + ev->text.len);
	check_pieces(ev);
	switch (ev->kind) {
	case EVENT_MESSAGE:
	case EVENT_EDIT:
	case EVENT_DELETE:
	case EVENT_REACTION:
	case EVENT_UNREACTION:
	case EVENT_PIN:
		must(ev->ts.len > 0 && ev->channel.len > 0);
		break;
	case EVENT_JOIN:
	case EVENT_LEAVE:
	case EVENT_OTHER:
		break;
	case EVENT_COMMAND:
		must(ev->command.len > 1 && ev->user.id.len > 0 && ev->channel.len > 0);
		break;
	case EVENT_TIME:
		abort();
	}
	must(ev->kind == EVENT_OTHER || ev->kind == EVENT_PIN || ev->key.len > 0);
	event_free(ev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct identity me = { .team_id = (char *)"T1",
			       .user_id = (char *)"UBOT",
			       .bot_id = (char *)"BBOT" };
	struct json *root = NULL;
	struct event *ev = NULL;
	const char *why = NULL;

	if (json_parse(&root, str_make((const char *)data, size), NULL) != 0)
		return 0;
	if (decode_callback(&ev, root, &me, &why) == 0)
		check_event(ev, &me);
	else
		must(why != NULL && ev == NULL);
	why = NULL;
	if (decode_event(&ev, root, STR_EMPTY, STR("Ev1"), INT64_MAX, &me, &why) == 0)
		check_event(ev, &me);
	else
		must(why != NULL && ev == NULL);
	why = NULL;
	if (decode_command(&ev, root, &me, (struct wall){ 1700000000000 }, &why) == 0)
		check_event(ev, &me);
	else
		must(why != NULL && ev == NULL);
	json_free(root);
	return 0;
}
