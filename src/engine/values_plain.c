/* SPDX-License-Identifier: MIT */
/* Values as plain text, for others than Slack: in texts, in keys, in paths. */
#include <stdio.h>
#include "base/buf.h"
#include "engine/values.h"
#include "net/crypto.h"

static bool on_value(void *owner, const struct reference *ref, struct value *out)
{
	return values_get(owner, ref, out);
}

static enum tristate on_named(void *owner, const struct value *value, struct str name)
{
	return values_is_named(owner, value, name);
}

static size_t on_random(void *owner, size_t n)
{
	const struct values *v = owner;

	return v->ev->workspace->resolver->random(v->ev->workspace, n);
}

static void put_plain(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	buf_add(out, value->text);
}

/* Marked, so that no two runs with other values have the same key: neither `{a}:{b}` whatever signs are in
 * them, nor a person and somebody who writes that person's id. */
static void put_key(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	if (out->len > 0)
		buf_addc(out, VALUES_MARK);
	if (value->id.len > 0)
		buf_addf(out, "%c%c", VALUES_MARK, value->kind == VALUE_CHANNEL ? '#' : '@');
	buf_add(out, value->id.len > 0 ? value->id : value->text);
}

static void put_step(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	buf_add(out, value->id.len > 0 ? value->id : value->text);
}

static void put_literal(void *owner, struct buf *out, struct str text)
{
	(void)owner;
	buf_add(out, text);
}

struct template_host values_host(const struct values *v)
{
	return (struct template_host){
		.owner = (void *)v,
		.value = on_value,
		.is_named = on_named,
		.put = put_plain,
		.literal = put_literal,
		.random = on_random,
		.filters = { clock_wall(v->clock), v->rule->zone },
	};
}

static struct str rendered(const struct values *v, const struct template *t,
			   void (*put)(void *owner, struct buf *out, const struct value *value))
{
	CLEANUP(buf_deinit) struct buf key = { 0 };
	struct template_host host;

	if (t == NULL)
		return STR_EMPTY;
	host = values_host(v);
	host.put = put;
	buf_init(&key, 0);
	template_render(t, &host, &key);
	return str_keep(v->arena, str_trim(buf_str(&key)));
}

enum { KEY_MAX = 256, KEY_KEPT = 64 };

/* The store keeps many keys: of a long one the beginning and its digest. */
static struct str bounded_key(const struct values *v, struct str key)
{
	unsigned char digest[SHA1_SIZE];
	char hex[2 * SHA1_SIZE + 1];

	if (key.len <= KEY_MAX)
		return key;
	sha1(key, digest);
	for (size_t i = 0; i < SHA1_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return str_keepf(v->arena, "%.*s%c%s", STR_ARG(str_clip(key, KEY_KEPT)), VALUES_MARK, hex);
}

struct str values_key(const struct values *v, const struct template *t)
{
	return bounded_key(v, rendered(v, t, put_key));
}

struct str values_path(const struct values *v, const struct template *t)
{
	return rendered(v, t, put_step);
}

void values_of(const struct values *v, const struct template *t, struct value *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const struct template_host host = values_host(v);

	if (template_value(t, &host, out))
		return;
	buf_init(&text, 0);
	template_render(t, &host, &text);
	*out = (struct value){
		.kind = VALUE_TEXT,
		.text = str_keep(v->arena, str_trim(buf_str(&text))),
	};
}
