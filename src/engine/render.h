/* SPDX-License-Identifier: MIT */
/*
 * Puts values and literal text into Slack's markup. What people wrote is inert wherever it is put; names in the
 * author's own text that Slack knows become mentions and links.
 */
#pragma once

#include "engine/values.h"

/* One text being rendered: what was put last decides what may come next. */
struct render {
	const struct values *values;
	bool markdown;	  /* Markdown and not Slack's own markup */
	bool in_code;	  /* literal text is inside `…` */
	bool in_address;  /* … inside a bare https://… */
	bool after_quote; /* what follows a quote begins a line */
	bool after_sign;  /* what people wrote ends in an `@` */
	bool open_angle;  /* a `<` was put as text; it opens a link when our own address follows */
	char before;	  /* the byte that was put last, 0 at the start */
};

/* A host that renders markup; borrows both. A render is good for one text. */
struct template_host render_host(struct render *r, const struct values *v);
void render_text(const struct template *t, const struct values *v, struct buf *out);
/* Block Kit JSON, or the arguments of a method, with everything inserted; the caller's. */
struct json *render_form(const struct json_template *f, const struct values *v);
/* JSON for others than Slack; the caller's. */
struct json *render_plain_form(const struct json_template *f, const struct values *v);
