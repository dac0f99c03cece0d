/* SPDX-License-Identifier: MIT */
/*
 * What a workspace keeps beside what its engine does. A row of STORE_SECRET: the key "receipt", and as value the secret
 * that receipts are made with (deliver/receipt.h), in hexadecimal; made at the first start, and never changed.
 */
#include <stdio.h>
#include <string.h>
#include "daemon/workspace_inner.h"
#include "net/crypto.h"

enum { SECRET_BYTES = 32 };

void workspace_on_kept(void *owner, enum store_table table, struct str key, struct str value)
{
	struct daemon_workspace *w = owner;

	if (table == STORE_SECRET && str_is(key, "receipt") && value.len > 0)
		secret_set(&w->receipt_key, value);
}

static void make_receipt_key(struct daemon_workspace *w)
{
	unsigned char bytes[SECRET_BYTES];
	char text[2 * SECRET_BYTES + 1];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	secret_set(&w->receipt_key, str_from(text));
	engine_keep(w->engine, STORE_SECRET, STR("receipt"), str_from(text));
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(text, sizeof(text));
}

/* It stands before the first message leaves, because that the message is in flight stands later. */
void workspace_complete_kept(struct daemon_workspace *w)
{
	if (w->receipt_key.value == NULL)
		make_receipt_key(w);
}
