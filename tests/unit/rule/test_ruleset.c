/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/bits.h"
#include "calendar/hours.h"
#include "calendar/zone.h"
#include "lib/captures.h"
#include "lib/events.h"
#include "lib/rules.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"
#include "pattern/pattern.h"
#include "rule/match.h"
#include "template/symbols.h"

/* ---- order ---- */

static void ordered(const char *rules, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct ruleset *set = rules_good(rules);

	for (size_t i = 0; i < ruleset_n_rules(set); i++)
		buf_addf(&seen, "%s ", ruleset_rule(set, i)->name);
	ASSERT_STR(buf_str(&seen), wanted);
	ruleset_unref(set);
}

static void test_priority_then_place_and_fallbacks_last(void)
{
	ordered("[rule a]\nsay = x\n[rule b]\nsay = x\n[rule c]\nsay = x\npriority = 1\n"
		"[rule d]\nsay = x\nfallback = yes\npriority = 9\n[rule e]\nsay = x\npriority = -1\n"
		"[rule f]\nsay = x\nfallback = yes\n[rule g]\nsay = x\npriority = 1\n[rule h]\nsay = x\nmode = off\n",
		"c g a b e d f ");
}

static void test_rules_that_are_off_are_checked_but_not_asked(void)
{
	struct ruleset *set = rules_good(
		"[rule a]\nsay = x\nmode = off\ntest = \"x\" -> fires\n[rule b]\nsay = y\n"
		"test = \"x\" -> fires\n");

	CU_ASSERT_EQUAL(ruleset_n_rules(set), 1);
	CU_ASSERT_PTR_NOT_NULL(ruleset_rule_named(set, STR("a")));
	CU_ASSERT_PTR_NULL(ruleset_rule_named(set, STR("c")));
	ruleset_unref(set);
	ASSERT_COMPLAINTS(
		"[rule a]\nmode = off\n",
		"1: the rule does nothing: it needs a `reply`, `say`, `react` or another action");
}

static void test_a_set_lives_as_long_as_its_last_reference(void)
{
	struct ruleset *set = rules_good("[rule a]\nsay = x\n");

	CU_ASSERT_PTR_EQUAL(ruleset_ref(set), set);
	ruleset_unref(set);
	CU_ASSERT_STRING_EQUAL(ruleset_rule(set, 0)->name, "a");
	ruleset_unref(set);
	ruleset_unref(NULL);
}

/* ---- what must be known ---- */

static struct ruleset *rule_with(const char *keys)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addf(&text, "[rule r]\n%s\n", keys);
	buf_addc(&text, '\0');
	return rules_good(text.p);
}

static void wants_names(const char *keys, bool wanted)
{
	struct ruleset *set = rule_with(keys);

	CU_ASSERT_EQUAL(ruleset_wants_names(set), wanted);
	ruleset_unref(set);
}

static void test_names_must_be_known_where_a_rule_uses_them(void)
{
	wants_names("match = x\nreply = Hi {user} {text}", false);
	wants_names("in = #x\nsay = x", true);
	wants_names("in = C1, dm\nsay = x", false);
	wants_names("in = !dm\nsay = x", false);
	wants_names("in = public\nsay = x", true);
	wants_names("in = !private\nsay = x", true);
	wants_names("from = !@x\nsay = x", true);
	wants_names("say = {user.name}", true);
	wants_names("in = #x\nmode = off\nsay = x", false);
}

static void wants_reacted(const char *keys, const char *emoji, bool wanted)
{
	struct event ev = { .kind = EVENT_REACTION,
			    .type = STR("reaction_added"),
			    .reaction = str_from(emoji) };
	struct ruleset *set = rule_with(keys);

	CU_ASSERT_EQUAL(ruleset_wants_reacted(set, &ev), wanted);
	ev.text_known = true;
	CU_ASSERT_FALSE(ruleset_wants_reacted(set, &ev));
	ruleset_unref(set);
}

static void test_the_message_reacted_to_must_be_known_for_its_text_and_its_thread(void)
{
	wants_reacted("on = reaction\nreact = x", "eyes", false);
	wants_reacted("on = reaction\nmatch = x\nreact = x", "eyes", true);
	wants_reacted("on = reaction\nexcept = x\nreact = x", "eyes", true);
	wants_reacted("on = reaction\nthread = root\nreact = x", "eyes", true);
	wants_reacted("on = reaction\nlimit = 1 per thread\nreact = x", "eyes", true);
	wants_reacted("on = reaction\nlimit = 1 per user\nreact = x", "eyes", false);
	wants_reacted("on = reaction\nreply = x", "eyes", true);
	wants_reacted("on = event reaction_added\nreply = {text}", "eyes", true);
}

static void test_reactions_that_no_rule_waits_for_are_not_asked_about(void)
{
	wants_reacted("on = reaction :ticket:\nreply = {text}", "ticket", true);
	wants_reacted("on = reaction :ticket:\nreply = {text}", "eyes", false);
	wants_reacted("on = reaction :ticket:\nreply = {text}\nmode = off", "ticket", false);
	wants_reacted("match = x\nreply = {text}", "ticket", false);
	wants_reacted("on = event channel_created\nsay = x", "ticket", false);
}

static void on_name(void *owner, char sigil, struct str name, struct place at)
{
	buf_addf(owner, "%u:%c%.*s ", at.line, sigil, STR_ARG(name));
}

static void test_names_are_listed_with_their_lines(void)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct ruleset *set = rules_good(
		"[rule r]\nin = #a,\n  !#b, #c-*, dm, C1\nfrom = @d, U1, bots\nsay = hi @e, see #f\n"
		"react = eyes\n");

	ruleset_each_name(set, on_name, &seen);
	ASSERT_STR(buf_str(&seen), "2:#a 3:#b 4:@d 5:@e 5:#f ");
	ruleset_unref(set);
}

/* ---- files and folders ---- */

static void path_in(const struct tmpdir *f, const char *name, char out[512])
{
	snprintf(out, 512, "%s/%s", f->path, name);
}

static void add_without_folder(struct buf *out, struct str text, const struct tmpdir *f)
{
	size_t at = str_find(text, f->path);

	buf_add(out, str_sub(text, 0, at));
	if (at != SIZE_MAX)
		buf_add(out, str_sub(text, at + strlen(f->path), text.len));
}

/* The names of the rules, or the complaints without the folder's name. */
static void loads(const struct tmpdir *f, const char *const *names, size_t n, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	const struct ruleset_options options = { 0 };
	char paths[4][512];
	const char *list[4];
	struct ruleset *set = NULL;
	struct diag diag = { 0 };

	for (size_t i = 0; i < n; i++) {
		path_in(f, names[i], paths[i]);
		list[i] = paths[i];
	}
	if (ruleset_load(&set, list, n, &options, &diag) == 0) {
		for (size_t i = 0; i < ruleset_n_rules(set); i++)
			buf_addf(&seen, "%s ", ruleset_rule(set, i)->name);
		buf_addf(&seen, "%zu", ruleset_n_files(set));
	}
	for (size_t i = 0; i < diag.n_entries; i++) {
		add_without_folder(&seen, str_from(diag.entries[i].file), f);
		buf_addf(&seen, ":%u:", diag.entries[i].line);
		add_without_folder(&seen, str_from(diag.entries[i].text), f);
		buf_addc(&seen, '\n');
	}
	ASSERT_STR(buf_str(&seen), wanted);
	ruleset_unref(set);
	diag_deinit(&diag);
}

#define LOADS(f, wanted, ...)                          \
	loads(f, (const char *const[]){ __VA_ARGS__ }, \
	      sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), wanted)

static void test_a_folder_gives_its_ini_files_in_order(void)
{
	struct tmpdir f;
	char from[512], to[512];

	tmpdir_init(&f);
	tmpdir_write(&f, "b.ini", "[rule b]\nsay = x\n");
	tmpdir_write(&f, "a.ini", "[rule a2]\nsay = x\n[rule a1]\nsay = x\n");
	tmpdir_write(&f, "Z.ini", "[rule z]\nsay = x\n");
	tmpdir_write(&f, ".hidden.ini", "nonsense");
	tmpdir_write(&f, "notes.txt", "nonsense");
	path_in(&f, "sub.ini", from);
	CU_ASSERT_EQUAL(mkdir(from, 0700), 0);
	tmpdir_write(&f, "other", "[rule linked]\nsay = x\n");
	path_in(&f, "other", from);
	path_in(&f, "c.ini", to);
	CU_ASSERT_EQUAL(symlink(from, to), 0);
	LOADS(&f, "z a2 a1 b linked 4", "");
	LOADS(&f, "linked a2 a1 2", "other", "a.ini");
	tmpdir_deinit(&f);
}

static void test_what_cannot_be_read_is_told(void)
{
	struct tmpdir f;
	char to[512];

	tmpdir_init(&f);
	LOADS(&f, "/:0:the folder has no rules: no file in it ends in .ini\n", "");
	tmpdir_write(&f, "a.ini", "; nothing\n");
	LOADS(&f, "/:0:no file of this folder has a rule\n", "");
	LOADS(&f, ":0:there are no rules\n", "a.ini");
	LOADS(&f, "/none.ini:0:the file cannot be read: No such file or directory\n", "none.ini");
	path_in(&f, "gone.ini", to);
	CU_ASSERT_EQUAL(symlink("/nowhere/at/all", to), 0);
	LOADS(&f, "/gone.ini:0:the file cannot be read: No such file or directory\n", "");
	tmpdir_deinit(&f);
}

static void link_to(struct tmpdir *f, const char *target, const char *name)
{
	char path[512];

	path_in(f, name, path);
	CU_ASSERT_EQUAL(symlink(target, path), 0);
}

/* Neither as rules nor as JSON, and nothing in them is quoted. */
static void test_links_do_not_leave_the_folder(void)
{
	struct tmpdir f, other;
	char path[512];

	tmpdir_init(&f);
	tmpdir_init(&other);
	tmpdir_write(&f, "a.ini", "[rule a]\nsay = x\nblocks = @s.json\n");
	link_to(&f, tmpdir_write(&other, "s", "[\"secret\"]"), "s.json");
	link_to(&f, tmpdir_write(&other, "t", "secret\n"), "t.ini");
	path_in(&f, "u.ini", path);
	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	LOADS(&f,
	      "/t.ini:0:the file cannot be read: it is a link that leads out of the folder\n"
	      "/u.ini:0:the file cannot be read: it is a pipe; wanted a plain file\n"
	      "/a.ini:3:`@s.json` (/s.json): it is a link that leads out of the folder\n",
	      "");
	tmpdir_deinit(&other);
	tmpdir_deinit(&f);
}

/* As Kubernetes shows a ConfigMap. */
static void test_folders_of_links_are_read(void)
{
	struct tmpdir f;
	char path[512];

	tmpdir_init(&f);
	path_in(&f, "..2026_11_23", path);
	CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
	tmpdir_write(&f, "..2026_11_23/a.ini", "[rule a]\nsay = x\nblocks = @s.json\n");
	tmpdir_write(&f, "..2026_11_23/s.json", "[{\"type\": \"divider\"}]");
	link_to(&f, "..2026_11_23", "..data");
	link_to(&f, "..data/a.ini", "a.ini");
	link_to(&f, "..data/s.json", "s.json");
	LOADS(&f, "a 1", "");
	tmpdir_deinit(&f);
}

static void test_all_mistakes_of_all_files_are_told(void)
{
	struct tmpdir f;

	tmpdir_init(&f);
	tmpdir_write(&f, "a.ini", "[rule a]\nmtach = x\nsay = {usr}\n");
	tmpdir_write(&f, "b.ini", "[rule a]\nsay = x\nlimit = 1\n");
	tmpdir_write(&f, "c.ini", "[rule c]\nsay = x\n\nin = general\nmatch = (\n");
	LOADS(&f,
	      "/a.ini:2:unknown key `mtach`; did you mean `match`?\n"
	      "/a.ini:3:unknown insert `usr`; did you mean `user`?\n"
	      "/b.ini:1:a second rule `a`; the first is at /a.ini:1\n"
	      "/b.ini:3:`1` is no limit: it says per what, as in `1 per user per 4h`\n"
	      "/c.ini:4:`general` is no channel; a channel is written `#name`\n"
	      "/c.ini:5:the pattern is faulty at letter 2: missing closing parenthesis: (\n",
	      "");
	tmpdir_deinit(&f);
}

/* ---- candidates ---- */

/* The names of the rules worth asking. Takes the event. */
static void check_candidates(const struct ruleset *set, struct event *take, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	uint64_t bits[1];
	size_t n = ruleset_n_rules(set);

	ruleset_candidates(set, take, bits);
	for (size_t i = bits_next(bits, n, 0); i < n; i = bits_next(bits, n, i + 1))
		buf_addf(&seen, "%s ", ruleset_rule(set, i)->name);
	ASSERT_STR(buf_str(&seen), wanted);
	event_free(take);
}

static const char questions[] = "[rule match]\nsay = x\nmatch = \\bvpn\\b\n"
				"[rule words]\nsay = x\nwords = hello, good morning\n"
				"[rule first]\nsay = x\nmatch = kiosk\npriority = 1\n"
				"[rule off]\nsay = x\nmode = off\n"
				"[rule case]\nsay = x\ncase = yes\nmatch = VPN\n"
				"[rule two]\nsay = x\nmatch = wifi\nphrase = lan cable\n"
				"[rule short]\nsay = x\nmatch = wifi\nphrase = ab\n"
				"[rule any]\nsay = x\non = join, message, reaction\n"
				"[rule except]\nsay = x\nexcept = vpn\n"
				"[rule reaction]\nsay = x\non = reaction\nmatch = tower\n";

static void test_candidates(void)
{
	struct ruleset *set = rules_good(questions);

	check_candidates(set, said("", "1.1"), "short any except ");
	check_candidates(set, said("a new VPN", "1.1"), "match case short any except ");
	check_candidates(set, said("Good   Morning", "1.1"), "words short any except ");
	check_candidates(set, said("\xE2\x84\xAAio\xC5\xBFK and Wifi", "1.1"),
			 "first two short any except ");
	check_candidates(set, said("LAN Cable", "1.1"), "two short any except ");
	check_candidates(set, said("tower", "1.1"), "short any except reaction ");
	ruleset_unref(set);
}

/* Some rules read the text without the leading mention: a literal in either text counts. */
static void test_candidates_by_both_texts(void)
{
	struct ruleset *set = rules_good(questions);
	struct event *end = said("@bot vpn", "1.1"), *other = said("@bot vpn", "1.1");

	end->text_to_bot = STR("vpn");
	check_candidates(set, end, "match case short any except ");
	other->text_to_bot = STR("kiosk");
	check_candidates(set, other, "first match case short any except ");
	other = said("", "1.1");
	other->text_to_bot = STR("kiosk");
	check_candidates(set, other, "first short any except ");
	ruleset_unref(set);
}

/* Where a pattern cannot tell, the rule has to say so itself. */
static void test_without_a_text_all_are_candidates(void)
{
	struct ruleset *set = rules_good(questions);
	struct event *read = reacted("wave", "1.1");

	check_candidates(set, reacted("wave", "1.1"),
			 "first match words case two short any except reaction ");
	read->text_known = true;
	check_candidates(set, read, "short any except ");
	ruleset_unref(set);
}

/* What is looked for elsewhere than in the plain text need not stand in that. */
static void test_rules_that_look_elsewhere_are_candidates(void)
{
	struct ruleset *set = rules_good("[rule plain]\nsay = x\nmatch = vpn\n"
					 "[rule links]\nsay = x\nmatch = vpn\nlook in = links\n"
					 "[rule raw]\nsay = x\nmatch = vpn\nlook in = raw\n"
					 "[rule field]\nsay = x\nmatch = vpn\nlook in = field a\n"
					 "[rule ignore]\nsay = x\nmatch = vpn\nignore = no\n"
					 "[rule block]\nsay = x\nmatch = {person:who} vpn\n"
					 "[rule exact]\nsay = x\nexact = vpn\n"
					 "[rule like]\nsay = x\nlike = v*n, *n?\n");

	check_candidates(set, said("hello", "1.1"), "links raw field ignore like ");
	check_candidates(set, said("@ana vpn", "1.1"),
			 "plain links raw field ignore block exact like ");
	ruleset_unref(set);
}

static void test_the_zone_of_the_configuration(void)
{
	const struct ruleset_options wrong = { .zone = "Mars/Base" },
				     right = { .zone = "Asia/Tokyo" };
	struct rules r;

	rules_init_with(&r, "[rule a]\nsay = x\n", &wrong);
	CU_ASSERT_PTR_NULL(r.set);
	CU_ASSERT_TRUE(str_starts(buf_str(&r.told),
				  "0: the time zone `Mars/Base` of the configuration: "));
	rules_deinit(&r);
	rules_init_with(&r, "[rule a]\nsay = x\n[rule b]\nsay = x\nzone = UTC\n", &right);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r.set);
	CU_ASSERT_STRING_EQUAL(zone_name(ruleset_zone(r.set)), "Asia/Tokyo");
	CU_ASSERT_PTR_EQUAL(ruleset_rule(r.set, 0)->zone, ruleset_zone(r.set));
	CU_ASSERT_STRING_EQUAL(zone_name(ruleset_rule(r.set, 1)->zone), "UTC");
	rules_deinit(&r);
}

static void test_all_rules_as_they_are_written(void)
{
	struct ruleset *set = rules_good("[rule a]\nsay = x\nmode = off\n[rule b]\nsay = x\n"
					 "[rule c]\nsay = x\npriority = 1\n");

	CU_ASSERT_EQUAL_FATAL(ruleset_n_written(set), 3);
	CU_ASSERT_STRING_EQUAL(ruleset_written(set, 0)->name, "a");
	CU_ASSERT_STRING_EQUAL(ruleset_written(set, 2)->name, "c");
	CU_ASSERT_STRING_EQUAL(ruleset_rule(set, 0)->name, "c");
	ruleset_unref(set);
}

/* ---- rules that outlive their set ---- */

static void test_a_rule_is_found_by_what_it_says(void)
{
	struct ruleset *set = rules_good("[rule a]\nsay = x\n[rule b]\nsay = y\nmode = off\n");
	const struct rule *a = ruleset_rule_named(set, STR("a")),
			  *b = ruleset_rule_named(set, STR("b"));

	CU_ASSERT_PTR_EQUAL(ruleset_find(set, STR("a"), a->fingerprint), a);
	CU_ASSERT_PTR_EQUAL(ruleset_find(set, STR("b"), b->fingerprint), b);
	CU_ASSERT_PTR_NULL(ruleset_find(set, STR("a"), b->fingerprint));
	CU_ASSERT_PTR_NULL(ruleset_find(set, STR("c"), a->fingerprint));
	ruleset_unref(set);
}

static void test_a_rule_outlives_its_set(void)
{
	struct ruleset *set = rules_good(
		"[rule other]\nmatch = x\nsay = y\n"
		"[hours support]\nopen = mon-fri 09:00-17:00\nzone = Europe/London\n"
		"[list team]\npeople = @ana, @raj\nchannels = #help\n"
		"[table owners]\nvpn = @ana | #help\nelse = @raj | #general\n"
		"[rule rich]\nmatch = (?<what>vpn|wifi) down\nexcept = not\nignore = by the way\n"
		"in = [team], dm\nfrom = [team], @ana\nwhen = not support\nzone = Asia/Tokyo\n"
		"if = what matches v.*\nlimit = 1 per {what} per 1h\n"
		"reply = {owners[{what}].1} {support.opens} {karma[{what}]}\n"
		"blocks = [{\"type\": \"section\", \"text\": {\"type\": \"mrkdwn\", \"text\": \"{what}\"}}]\n"
		"set karma[{what}] = 1\ntest = \"vpn down\" -> silent\n");
	const struct rule *rule = rule_ref(ruleset_rule_named(set, STR("rich")));
	struct captures caught;

	ruleset_unref(set);
	CU_ASSERT_STRING_EQUAL(rule->name, "rich");
	CU_ASSERT_STRING_EQUAL(rule->at.file, "test.ini");
	CU_ASSERT_STRING_EQUAL(zone_name(rule->zone), "Asia/Tokyo");
	CU_ASSERT_STRING_EQUAL(zone_name(hours_zone(rule->when.hours)), "Europe/London");
	CU_ASSERT_STRING_EQUAL(rule->in.items[0].list->channels.items[0].name, "help");
	CU_ASSERT_EQUAL(pattern_find(rule->any[0], STR("the vpn down"), &caught), TRISTATE_YES);
	CU_ASSERT_EQUAL(captures_index(&caught, STR("what")), 1);
	ASSERT_STR(caught.group[1], "vpn");
	CU_ASSERT_STRING_EQUAL(rule->tests[0].line, "\"vpn down\" -> silent");
	rule_unref(rule);
	rule_unref(NULL);
}

enum { RULES = 1000, RELOADS = 40 };

/* What the program holds by the sanitizer's count. */
size_t __sanitizer_get_current_allocated_bytes(void);

static void test_a_rule_that_is_held_holds_no_others(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const struct rule *held = NULL;
	size_t one_set, with_rule, after = 0;

	for (int i = 0; i < RULES; i++)
		buf_addf(&text, "[rule r%d]\nphrase = word%d\nreply = {text}\n", i, i);
	buf_addc(&text, '\0');
	with_rule = one_set = __sanitizer_get_current_allocated_bytes();
	for (int i = 0; i < RELOADS; i++) {
		struct ruleset *set = rules_good(text.p);

		if (i == 0) {
			one_set = __sanitizer_get_current_allocated_bytes() - one_set;
			held = rule_ref(ruleset_rule_named(set, STR("r500")));
		}
		ruleset_unref(set);
		after = __sanitizer_get_current_allocated_bytes();
		with_rule = i == 0 ? after : with_rule;
	}
	CU_ASSERT_EQUAL(after, with_rule);
	rule_unref(held);
	CU_ASSERT(with_rule - __sanitizer_get_current_allocated_bytes() < one_set / 20);
}

UNIT_MAIN("set",
	  { "priority, then place, and fallbacks last",
	    test_priority_then_place_and_fallbacks_last },
	  { "rules that are off are checked but not asked",
	    test_rules_that_are_off_are_checked_but_not_asked },
	  { "a set lives as long as its last reference",
	    test_a_set_lives_as_long_as_its_last_reference },
	  { "names must be known where a rule uses them",
	    test_names_must_be_known_where_a_rule_uses_them },
	  { "the message reacted to must be known for its text and its thread",
	    test_the_message_reacted_to_must_be_known_for_its_text_and_its_thread },
	  { "reactions that no rule waits for are not asked about",
	    test_reactions_that_no_rule_waits_for_are_not_asked_about },
	  { "candidates", test_candidates },
	  { "candidates by both texts", test_candidates_by_both_texts },
	  { "without a text all are candidates", test_without_a_text_all_are_candidates },
	  { "names are listed with their lines", test_names_are_listed_with_their_lines },
	  { "a folder gives its ini files in order", test_a_folder_gives_its_ini_files_in_order },
	  { "what cannot be read is told", test_what_cannot_be_read_is_told },
	  { "links do not leave the folder", test_links_do_not_leave_the_folder },
	  { "folders of links are read", test_folders_of_links_are_read },
	  { "all mistakes of all files are told", test_all_mistakes_of_all_files_are_told },
	  { "rules that look elsewhere are candidates",
	    test_rules_that_look_elsewhere_are_candidates },
	  { "the zone of the configuration", test_the_zone_of_the_configuration },
	  { "all rules as they are written", test_all_rules_as_they_are_written },
	  { "a rule is found by what it says", test_a_rule_is_found_by_what_it_says },
	  { "a rule outlives its set", test_a_rule_outlives_its_set },
	  { "a rule that is held holds no others", test_a_rule_that_is_held_holds_no_others })
