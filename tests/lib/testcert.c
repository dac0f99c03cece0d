/* SPDX-License-Identifier: MIT */
#include "lib/testcert.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/mem.h"

enum { DAY = 24 * 60 * 60 };

/* A certificate and its key; as an issuer, what signs others. */
struct pair {
	gnutls_x509_crt_t cert;
	gnutls_x509_privkey_t key;
};

struct leaf {
	const char *stem;
	const char *const *names;
	int from_days, until_days;
	bool is_stranger;
};

static const char *const here[] = { "localhost", "slack.test", "other.slack.test",
				    "127.0.0.1", "::1",	       NULL };
static const char *const elsewhere[] = { "somewhere-else.example", NULL };

static const struct leaf leaves[] = {
	{ "good", here, -1, 30, false },    { "expired", here, -30, -1, false },
	{ "early", here, 1, 30, false },    { "wrong", elsewhere, -1, 30, false },
	{ "stranger", here, -1, 30, true },
};

/* Keeps the first failure. */
static void step(int *r, int result)
{
	if (*r >= 0 && result < 0)
		*r = result;
}

static void pair_deinit(struct pair *p)
{
	gnutls_x509_crt_deinit(p->cert);
	gnutls_x509_privkey_deinit(p->key);
}

static int pair_init(struct pair *p, const char *common_name, int from_days, int until_days)
{
	unsigned char serial[16];
	time_t now = time(NULL);
	int r = 0;

	step(&r, gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial)));
	serial[0] = 1; /* positive and never zero */
	step(&r, gnutls_x509_privkey_init(&p->key));
	step(&r, gnutls_x509_privkey_generate(p->key, GNUTLS_PK_ECDSA,
					      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	step(&r, gnutls_x509_crt_init(&p->cert));
	step(&r, gnutls_x509_crt_set_version(p->cert, 3));
	step(&r, gnutls_x509_crt_set_serial(p->cert, serial, sizeof(serial)));
	step(&r, gnutls_x509_crt_set_activation_time(p->cert, now + (time_t)from_days * DAY));
	step(&r, gnutls_x509_crt_set_expiration_time(p->cert, now + (time_t)until_days * DAY));
	step(&r, gnutls_x509_crt_set_dn_by_oid(p->cert, GNUTLS_OID_X520_COMMON_NAME, 0, common_name,
					       (unsigned)strlen(common_name)));
	step(&r, gnutls_x509_crt_set_key(p->cert, p->key));
	return r;
}

static int authority_init(struct pair *ca, const char *common_name)
{
	int r = pair_init(ca, common_name, -60, 60);

	step(&r, gnutls_x509_crt_set_basic_constraints(ca->cert, 1, 0));
	step(&r, gnutls_x509_crt_set_key_usage(ca->cert, GNUTLS_KEY_KEY_CERT_SIGN));
	step(&r, gnutls_x509_crt_sign2(ca->cert, ca->cert, ca->key, GNUTLS_DIG_SHA256, 0));
	return r;
}

static int add_name(gnutls_x509_crt_t cert, const char *name)
{
	unsigned char address[16];
	unsigned len = 0;

	if (inet_pton(AF_INET, name, address) == 1)
		len = 4;
	else if (inet_pton(AF_INET6, name, address) == 1)
		len = 16;
	if (len > 0)
		return gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_IPADDRESS, address,
							    len, GNUTLS_FSAN_APPEND);
	return gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME, name,
						    (unsigned)strlen(name), GNUTLS_FSAN_APPEND);
}

static int leaf_init(struct pair *out, const struct leaf *leaf, const struct pair *issuer)
{
	int r = pair_init(out, leaf->names[0], leaf->from_days, leaf->until_days);

	for (const char *const *name = leaf->names; *name != NULL; name++)
		step(&r, add_name(out->cert, *name));
	step(&r, gnutls_x509_crt_set_basic_constraints(out->cert, 0, -1));
	step(&r, gnutls_x509_crt_set_key_usage(out->cert, GNUTLS_KEY_DIGITAL_SIGNATURE));
	step(&r, gnutls_x509_crt_set_key_purpose_oid(out->cert, GNUTLS_KP_TLS_WWW_SERVER, 0));
	step(&r, gnutls_x509_crt_sign2(out->cert, issuer->cert, issuer->key, GNUTLS_DIG_SHA256, 0));
	return r;
}

static int write_pem(const char *folder, const char *stem, const char *ending, gnutls_datum_t pem)
{
	char path[4096];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "%s/%s%s", folder, stem, ending);
	file = fopen(path, "w");
	if (file == NULL) {
		perror(path);
		return -1;
	}
	ok = fwrite(pem.data, 1, pem.size, file) == pem.size;
	return fclose(file) == 0 && ok ? 0 : -1;
}

static int write_cert(const char *folder, const char *stem, gnutls_x509_crt_t cert)
{
	gnutls_datum_t pem = { NULL, 0 };
	int r = gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &pem);

	step(&r, r < 0 ? r : write_pem(folder, stem, ".pem", pem));
	gnutls_free(pem.data);
	return r;
}

static int write_key(const char *folder, const char *stem, gnutls_x509_privkey_t key)
{
	gnutls_datum_t pem = { NULL, 0 };
	int r = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
						  &pem);

	step(&r, r < 0 ? r : write_pem(folder, stem, ".key", pem));
	gnutls_free(pem.data);
	return r;
}

static int write_leaf(const char *folder, const struct leaf *leaf, const struct pair *issuer)
{
	struct pair pair = { NULL, NULL };
	int r = leaf_init(&pair, leaf, issuer);

	step(&r, r < 0 ? r : write_cert(folder, leaf->stem, pair.cert));
	step(&r, r < 0 ? r : write_key(folder, leaf->stem, pair.key));
	pair_deinit(&pair);
	return r;
}

int testcert_write(const char *folder)
{
	struct pair known = { NULL, NULL }, unknown = { NULL, NULL };
	int r = 0;

	step(&r, authority_init(&known, "a test authority"));
	step(&r, authority_init(&unknown, "an unknown authority"));
	step(&r, r < 0 ? r : write_cert(folder, "ca", known.cert));
	for (size_t i = 0; i < ARRAY_LEN(leaves) && r >= 0; i++)
		r = write_leaf(folder, &leaves[i], leaves[i].is_stranger ? &unknown : &known);
	pair_deinit(&known);
	pair_deinit(&unknown);
	if (r < 0)
		fprintf(stderr, "cannot make test certificates: %s\n", gnutls_strerror(r));
	return r < 0 ? -1 : 0;
}
