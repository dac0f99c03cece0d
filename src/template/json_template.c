/* SPDX-License-Identifier: MIT */
#include "template/json_template.h"

#include <stdlib.h>
#include "base/mem.h"
#include "template/json_lines.h"

/* A string of the JSON, and what it is to Slack. */
struct blank {
	struct template *text;
	enum json_place place;
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

static void compile_node(struct compiling *c, const struct json *node, enum json_ground ground,
			 enum json_place place);

static void compile_string(struct compiling *c, struct str text, enum json_place place)
{
	struct template_scope scope = *c->scope;
	struct json_template *f = c->out;
	struct ini_line line;
	struct blank blank = { .place = place };

	scope.plain = scope.plain || place == PLACE_PLAIN;
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

/* What the object does itself; of what is inserted the way out takes care. */
static void check_broadcast(struct compiling *c, const struct json *object, enum json_ground ground)
{
	const char *why = json_place_notifies(ground, object);

	if (why == NULL || c->scope->allow_broadcast)
		return;
	diag_error(c->diag, c->at,
		   "%s notifies everyone; the configuration must allow it with `allow broadcast = "
		   "yes`",
		   why);
	c->good = false;
}

static void compile_members(struct compiling *c, const struct json *object, enum json_ground ground)
{
	struct json *value;
	struct str key;
	size_t at = 0;

	check_broadcast(c, object, ground);
	while (json_member(object, &at, &key, &value))
		compile_node(c, value, json_place_inner(ground, object, key),
			     json_place_of(ground, object, key));
}

/* The ground is that of objects, the place that of strings. */
static void compile_node(struct compiling *c, const struct json *node, enum json_ground ground,
			 enum json_place place)
{
	switch (json_kind(node)) {
	case JSON_STRING:
		compile_string(c, json_str(node, ""), place);
		break;
	case JSON_OBJECT:
		compile_members(c, node, ground);
		break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_len(node); i++)
			compile_node(c, json_item(node, i), ground, place);
		break;
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_INT:
	case JSON_DOUBLE:
		break;
	}
}

int json_template_compile(struct json_template **out, struct json *take, enum json_ground ground,
			  struct place at, const struct template_scope *scope,
			  struct pattern_kit *kit, struct diag *diag)
{
	struct json_template *f = mem_zero(1, sizeof(*f));
	struct compiling c = { f, at, scope, kit, diag, true };

	f->json = take;
	compile_node(&c, take, ground, ground == GROUND_OTHERS ? PLACE_PLAIN : PLACE_MARKUP);
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
	const struct template_host *hosts; /* by places */
	size_t next;			   /* blank */
	size_t n_inserted;		   /* bytes of texts with something inserted */
	struct buf text;
};

static struct json *render_node(struct rendering *r, const struct json *node);

static struct str render_string(struct rendering *r)
{
	const struct blank *blank = &r->of->blanks[r->next++];
	const struct template_host *host = &r->hosts[blank->place];
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

struct json *json_template_render(const struct json_template *f,
				  const struct template_host hosts[N_PLACES])
{
	struct rendering r = { .of = f, .hosts = hosts };
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
