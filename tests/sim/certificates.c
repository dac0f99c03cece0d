/* SPDX-License-Identifier: MIT */
#include "sim/certificates.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/mem.h"
#include "lib/testcert.h"
#include "lib/tmpdir.h"

static const char *const names[] = { "good", "expired", "early", "wrong", "stranger" };

struct certificates {
	struct tmpdir folder;
	char *ca_file;
	struct tls_identity *identities[ARRAY_LEN(names)];
};

static bool load(struct certificates *c, size_t i)
{
	const char *folder = tmpdir_path(&c->folder), *why = "";
	struct str cert = str_keepf(&c->folder.arena, "%s/%s.pem", folder, names[i]);
	struct str key = str_keepf(&c->folder.arena, "%s/%s.key", folder, names[i]);

	if (tls_identity_new(&c->identities[i], cert.p, key.p, &why) == 0)
		return true;
	fprintf(stderr, "slacksim: its certificate %s is no good: %s\n", names[i], why);
	return false;
}

struct certificates *certificates_new(void)
{
	struct certificates *c = mem_zero(1, sizeof(*c));
	bool good;

	tmpdir_init(&c->folder);
	good = testcert_write(tmpdir_path(&c->folder)) == 0;
	c->ca_file = str_dup(str_keepf(&c->folder.arena, "%s/ca.pem", tmpdir_path(&c->folder)));
	for (size_t i = 0; i < ARRAY_LEN(names) && good; i++)
		good = load(c, i);
	if (good)
		return c;
	certificates_free(c);
	return NULL;
}

void certificates_free(struct certificates *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		tls_identity_free(c->identities[i]);
	free(c->ca_file);
	tmpdir_deinit(&c->folder);
	free(c);
}

const char *certificates_ca_file(const struct certificates *c)
{
	return c->ca_file;
}

struct tls_identity *certificates_get(const struct certificates *c, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(name, names[i]))
			return c->identities[i];
	return NULL;
}
