/* SPDX-License-Identifier: MIT */
#include "net/tls.h"

#include <stdlib.h>
#include "base/str.h"
#include "lib/testcert.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

static const char no_pem[] = "it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)";

static void is_bad(const char *path, const char *wanted)
{
	struct tls *trust = NULL;
	const char *why = NULL;

	CU_ASSERT_EQUAL(tls_new(&trust, path, &why), TLS_BAD_FILE);
	CU_ASSERT_PTR_NULL(trust);
	ASSERT_STR(str_from(why), wanted);
}

static void test_bad_files(void)
{
	struct tmpdir dir;

	tmpdir_init(&dir);
	is_bad("/nowhere/ca.pem", "No such file or directory");
	is_bad(tmpdir_path(&dir), "Is a directory");
	is_bad(tmpdir_write(&dir, "a.pem", "This is a letter, not a certificate.\n"), no_pem);
	is_bad(tmpdir_write(&dir, "b.pem", ""), no_pem);
	is_bad(tmpdir_write(&dir, "c.pem",
			    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
	       no_pem);
	tmpdir_deinit(&dir);
}

static void test_good_files(void)
{
	struct tls_identity *id = NULL;
	struct tls *trust = NULL;
	const char *why = NULL, *ca, *cert, *key;
	struct tmpdir dir;

	tmpdir_init(&dir);
	CU_ASSERT_EQUAL_FATAL(testcert_write(tmpdir_path(&dir)), 0);
	ca = str_keepf(&dir.arena, "%s/ca.pem", tmpdir_path(&dir)).p;
	cert = str_keepf(&dir.arena, "%s/good.pem", tmpdir_path(&dir)).p;
	key = str_keepf(&dir.arena, "%s/good.key", tmpdir_path(&dir)).p;
	CU_ASSERT_EQUAL_FATAL(tls_new(&trust, ca, &why), 0);
	CU_ASSERT_PTR_NOT_NULL(tls_credentials(trust));
	CU_ASSERT_EQUAL_FATAL(tls_identity_new(&id, cert, key, &why), 0);
	CU_ASSERT_PTR_NOT_NULL(tls_identity_credentials(id));
	tls_identity_free(id);
	CU_ASSERT_EQUAL(tls_identity_new(&id, key, cert, &why), TLS_BAD_FILE);
	CU_ASSERT_PTR_NOT_NULL(why);
	tls_free(trust);
	tls_free(NULL);
	tls_identity_free(NULL);
	tmpdir_deinit(&dir);
}

/* Either there is a store, or it is said what to install. */
static void test_system(void)
{
	struct tls *trust = NULL;
	const char *why = NULL;

	if (tls_new(&trust, NULL, &why) != 0)
		CU_ASSERT(str_find(str_from(why), "ca-certificates") != SIZE_MAX);
	tls_free(trust);
}

UNIT_MAIN("trust", { "bad files", test_bad_files }, { "good files", test_good_files },
	  { "system", test_system })
