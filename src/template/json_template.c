/* SPDX-License-Identifier: MIT */
#include "template/json_template.h"

#include <stdlib.h>
#include "base/mem.h"
#include "template/json_lines.h"

/* A string of the JSON: its template, and whether Slack takes it for no markup. */
struct blank {
	struct template *text;
	bool plain;
};

/* Strings are numbered in the order in which a walk over the JSON meets them. */
struct json_template {
	struct json *json;
	struct blank *blanks;
	size_t n, cap;
};

/* ---- compiling ---- */

struct compiling {
	struct json_template *out;
	struct place at;
	const struct template_scope *scope;
	struct pattern_kit *kit;
	struct diag *diag;
	bool good;
};

static void compile_node(struct compiling *c, const struct json *node, bool plain);

static void compile_string(struct compiling *c, struct str text, bool plain)
{
	struct template_scope scope = *c->scope;
	struct json_template *f = c->out;
	struct ini_line line;
	struct blank blank = { .plain = plain };

	scope.plain = scope.plain || plain;
	if (json_lines_is_whole(text))
		text = str_sub(text, 1, text.len);
	line = (struct ini_line){ text, c->at.line };
	c->good &= template_compile(&blank.text, &line, 1, c->at.file, &scope, c->kit, c->diag) ==
		   0;
	if (f->n == f->cap) {
		f->cap = f->cap > 0 ? 2 * f->cap : 8;
		f->blanks = mem_grow(f->blanks, f->cap, sizeof(f->blanks[0]));
	}
	f->blanks[f->n++] = blank;
}

/* `{"type": "plain_text", "text": …}`, and the leaves of rich text. */
static bool is_plain_object(const struct json *object)
{
	static const char *const types[] = { "plain_text", "text", "link" };
	struct str type = json_str(object, "type");

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (str_is(type, types[i]))
			return true;
	}
	return false;
}

/* Is the member of this name an address, or a text that nobody sees? */
static bool is_plain_member(struct str name, const struct json *object)
{
	if (str_is(name, "value"))
		return json_kind(json_at(object, "text")) ==
		       JSON_OBJECT; /* of a button, an option */
	return str_is(name, "url") || str_ends(name, "_url") || str_ends(name, "_link") ||
	       str_is(name, "action_id") || str_is(name, "block_id") || str_is(name, "alt_text");
}

/* A piece of rich text that notifies everyone. */
static void check_broadcast(struct compiling *c, const struct json *object)
{
	if (!str_is(json_str(object, "type"), "broadcast") || c->scope->plain ||
	    c->scope->allow_broadcast)
		return;
	diag_error(
		c->diag, c->at,
		"the block of the type `broadcast` notifies everyone; the configuration must allow "
		"it with `allow broadcast = yes`");
	c->good = false;
}

/* Strings of what people read are markup, but for some. */
static void compile_members(struct compiling *c, const struct json *object)
{
	bool plain = is_plain_object(object);
	struct json *value;
	struct str key;
	size_t at = 0;

	check_broadcast(c, object);
	while (json_member(object, &at, &key, &value))
		compile_node(c, value, plain || is_plain_member(key, object));
}

static void compile_node(struct compiling *c, const struct json *node, bool plain)
{
	switch (json_kind(node)) {
	case JSON_STRING:
		compile_string(c, json_str(node, ""), plain);
		break;
	case JSON_OBJECT:
		compile_members(c, node);
		break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_len(node); i++)
			compile_node(c, json_item(node, i), plain);
		break;
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_INT:
	case JSON_DOUBLE:
		break;
	}
}

int json_template_compile(struct json_template **out, struct json *take, struct place at,
			  const struct template_scope *scope, struct pattern_kit *kit,
			  struct diag *diag)
{
	struct json_template *f = mem_zero(1, sizeof(*f));
	struct compiling c = { f, at, scope, kit, diag, true };

	f->json = take;
	compile_node(&c, take, false);
	if (!c.good) {
		json_template_free(f);
		return TEMPLATE_BAD;
	}
	*out = f;
	return 0;
}

void json_template_free(struct json_template *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++)
		template_free(f->blanks[i].text);
	free(f->blanks);
	json_free(f->json);
	free(f);
}

/* ---- rendering ---- */

struct rendering {
	const struct json_template *of;
	const struct template_host *host, *plain;
	size_t next;	   /* blank */
	size_t n_inserted; /* bytes of texts with something inserted */
	struct buf text;
};

static struct json *render_node(struct rendering *r, const struct json *node);

static struct str render_string(struct rendering *r)
{
	const struct blank *blank = &r->of->blanks[r->next++];
	const struct template_host *host = blank->plain ? r->plain : r->host;
	struct str literal;

	buf_clear(&r->text);
	/* What is that long, Slack refuses in any case. */
	if (r->n_inserted > TEMPLATE_TEXT_MAX && !template_is_literal(blank->text, &literal))
		return STR_EMPTY;
	if (host->begin != NULL)
		host->begin(host->owner);
	template_render(blank->text, host, &r->text);
	r->n_inserted += template_is_literal(blank->text, &literal) ? 0 : r->text.len;
	return buf_str(&r->text);
}

static struct json *render_array(struct rendering *r, const struct json *node)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < json_len(node); i++) {
		const struct json *item = json_item(node, i);

		if (json_kind(item) == JSON_STRING)
			json_push_str(array, render_string(r));
		else
			json_push(array, render_node(r, item));
	}
	return array;
}

static struct json *render_object(struct rendering *r, const struct json *node)
{
	struct json *object = json_new_object(), *value;
	struct str key;
	size_t at = 0;

	while (json_member(node, &at, &key, &value)) {
		CLEANUP(mem_freep) char *name = str_dup(key);

		if (json_kind(value) == JSON_STRING)
			json_set_str(object, name, render_string(r));
		else
			json_set(object, name, render_node(r, value));
	}
	return object;
}

static struct json *render_node(struct rendering *r, const struct json *node)
{
	if (json_kind(node) == JSON_ARRAY)
		return render_array(r, node);
	if (json_kind(node) == JSON_OBJECT)
		return render_object(r, node);
	return json_copy(node);
}

struct json *json_template_render(const struct json_template *f, const struct template_host *host,
				  const struct template_host *plain)
{
	struct rendering r = { .of = f, .host = host, .plain = plain };
	struct json *out;

	buf_init(&r.text, 0);
	out = render_node(&r, f->json);
	buf_deinit(&r.text);
	return out;
}

/* ---- what it needs ---- */

void json_template_each_reference(const struct json_template *f,
				  void (*on_reference)(void *owner, const struct reference *ref,
						       bool as_text),
				  void *owner)
{
	for (size_t i = 0; i < f->n; i++)
		template_each_reference(f->blanks[i].text, on_reference, owner);
}

void json_template_each_name(const struct json_template *f,
			     void (*on_name)(void *owner, char sigil, struct str name), void *owner)
{
	for (size_t i = 0; i < f->n; i++)
		template_each_name(f->blanks[i].text, on_name, owner);
}
