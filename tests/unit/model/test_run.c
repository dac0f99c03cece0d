/* SPDX-License-Identifier: MIT */
#include "lib/events.h"
#include "lib/unit.h"
#include "model/event_line.h"
#include "model/run.h"

static struct run *full(void)
{
	struct event *ev = said("hello", "1.1"), *edit = said("hallo", "1.1"),
		     *gone = said("", "1.1");
	struct run *run = run_new(7, ev);

	edit->kind = EVENT_EDIT;
	gone->kind = EVENT_DELETE;
	run->rule_name = STR("a rule");
	run->fingerprint = UINT64_C(0xFEDCBA9876543210);
	run->n_captures = 4;
	run->captures = arena_alloc(&run->arena, 4 * sizeof(run->captures[0]));
	run->captures[0] = (struct capture){ .text = STR("hello") };
	run->captures[1] = (struct capture){
		.name = STR("who"), .text = STR("@ana"), .sigil = '@', .id = STR("U1ANA")
	};
	run->captures[2] = (struct capture){ .name = STR("none"), .text = { NULL, 0 } };
	run->captures[3] = (struct capture){ .name = STR("empty"), .text = STR("") };
	run->next = 3;
	run->action = 2;
	run->wording = 1;
	run->n_posted = 5;
	run->failed = run->action_failed = run->renews = true;
	run_set_error(run, STR("it \"broke\""));
	CU_ASSERT_EQUAL_FATAL(json_parse(&run->result, STR("{\"key\":[1]}"), NULL), 0);
	run->count = 41;
	run->next_answer = 6;
	run->since = (struct wall){ INT64_C(1767787100000) };
	run->due = (struct wall){ INT64_C(1767787200000) };
	run->unless = 5;
	run_add_followup(run, edit);
	run_add_followup(run, gone);
	event_free(ev);
	event_free(edit);
	event_free(gone);
	return run;
}

static struct run *read_back(const struct run *run)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	struct run *back = NULL;

	run_write(run, &line);
	CU_ASSERT_EQUAL(str_find_char(buf_str(&line), '\n'), SIZE_MAX);
	CU_ASSERT_EQUAL_FATAL(run_read(&back, buf_str(&line)), 0);
	return back;
}

static void same_event(const struct event *a, const struct event *b)
{
	CLEANUP(buf_deinit) struct buf x = { 0 };
	CLEANUP(buf_deinit) struct buf y = { 0 };

	event_write(a, &x);
	event_write(b, &y);
	CU_ASSERT_TRUE(str_eq(buf_str(&x), buf_str(&y)));
}

static void test_every_field_goes_round(void)
{
	struct run *run = full(), *back = read_back(run);
	CLEANUP(buf_deinit) struct buf result = { 0 };

	CU_ASSERT_EQUAL(back->id, 7);
	ASSERT_STR(back->rule_name, "a rule");
	CU_ASSERT_EQUAL(back->fingerprint, UINT64_C(0xFEDCBA9876543210));
	same_event(back->ev, run->ev);
	CU_ASSERT_EQUAL_FATAL(back->n_captures, 4);
	ASSERT_STR(back->captures[0].text, "hello");
	ASSERT_STR(back->captures[1].name, "who");
	ASSERT_STR(back->captures[1].text, "@ana");
	CU_ASSERT_EQUAL(back->captures[1].sigil, '@');
	ASSERT_STR(back->captures[1].id, "U1ANA");
	CU_ASSERT_PTR_NULL(back->captures[2].text.p);
	CU_ASSERT_PTR_NOT_NULL(back->captures[3].text.p);
	CU_ASSERT_EQUAL(back->next, 3);
	CU_ASSERT_EQUAL(back->action, 2);
	CU_ASSERT_EQUAL(back->wording, 1);
	CU_ASSERT_EQUAL(back->n_posted, 5);
	CU_ASSERT_TRUE(back->failed);
	CU_ASSERT_TRUE(back->action_failed);
	CU_ASSERT_TRUE(back->renews);
	CU_ASSERT_STRING_EQUAL(back->error, "it \"broke\"");
	json_print(back->result, &result);
	ASSERT_STR(buf_str(&result), "{\"key\":[1]}");
	CU_ASSERT_EQUAL(back->count, 41);
	CU_ASSERT_EQUAL(back->next_answer, 6);
	CU_ASSERT_EQUAL(back->since.ms, INT64_C(1767787100000));
	CU_ASSERT_EQUAL(back->due.ms, INT64_C(1767787200000));
	CU_ASSERT_EQUAL(back->unless, 5);
	CU_ASSERT_EQUAL_FATAL(back->n_followups, 2);
	same_event(back->followups[0], run->followups[0]);
	same_event(back->followups[1], run->followups[1]);
	CU_ASSERT_PTR_NULL(back->rule); /* whoever has the rules says which */
	CU_ASSERT_TRUE(back->begun);	/* only such a run has a row */
	run_free(back);
	run_free(run);
}

static void test_a_bare_run_goes_round(void)
{
	struct event *ev = said("x", "1.1");
	struct run *run = run_new(1, ev), *back;

	run->rule_name = STR("a");
	back = read_back(run);
	CU_ASSERT_EQUAL(back->n_captures, 0);
	CU_ASSERT_PTR_NULL(back->error);
	CU_ASSERT_PTR_NULL(back->result);
	CU_ASSERT_FALSE(back->failed);
	CU_ASSERT_EQUAL(back->n_followups, 0);
	run_free(back);
	run_free(run);
	event_free(ev);
}

static void test_captures_are_found_by_number_and_name(void)
{
	struct run *run = full();

	ASSERT_STR(run_capture(run, 1)->id, "U1ANA");
	CU_ASSERT_PTR_NULL(run_capture(run, 4));
	ASSERT_STR(run_capture_named(run, STR("who"))->text, "@ana");
	CU_ASSERT_PTR_NULL(run_capture_named(run, STR("")));
	CU_ASSERT_PTR_NULL(run_capture_named(run, STR("wh")));
	run->captures[2].name = STR("who"); /* took no part: the other one did */
	ASSERT_STR(run_capture_named(run, STR("who"))->text, "@ana");
	run->captures[3].name = STR("who"); /* took part, the last one counts */
	ASSERT_STR(run_capture_named(run, STR("who"))->text, "");
	run_free(run);
}

static void test_other_lines_are_refused(void)
{
	static const char *const lines[] = {
		"",
		"x",
		"{}",
		"{\"id\":1}",
		"{\"id\":1,\"rule\":\"a\"}",
		"{\"id\":1,\"event\":{\"kind\":\"message\"}}",
		"{\"id\":0,\"rule\":\"a\",\"event\":{\"kind\":\"message\"}}",
		"{\"id\":-1,\"rule\":\"a\",\"event\":{\"kind\":\"message\"}}",
		"{\"rule\":\"a\",\"event\":{\"kind\":\"message\"}}",
		"{\"id\":1,\"rule\":\"a\",\"event\":{\"kind\":\"x\"}}",
		"{\"id\":1,\"rule\":\"a\",\"event\":{\"kind\":\"message\"},\"followups\":[{}]}",
		"{\"id\":1,\"rule\":\"a\",\"event\":{\"kind\":\"message\"},\"since\":9223372036854775807}",
		"{\"id\":1,\"rule\":\"a\",\"event\":{\"kind\":\"message\"},\"due\":9223372036854775807}",
	};
	struct run *run;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		CU_ASSERT_EQUAL(run_read(&run, str_from(lines[i])), RUN_MALFORMED);
	CU_ASSERT_EQUAL_FATAL(
		run_read(
			&run,
			STR("{\"id\":1,\"rule\":\"a\",\"event\":{\"kind\":\"message\"},\"more\":1}")),
		0);
	run_free(run);
}

UNIT_MAIN("run line", { "every field goes round", test_every_field_goes_round },
	  { "a bare run goes round", test_a_bare_run_goes_round },
	  { "captures are found by number and name", test_captures_are_found_by_number_and_name },
	  { "other lines are refused", test_other_lines_are_refused })
