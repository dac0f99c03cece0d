/* SPDX-License-Identifier: MIT */
#include "net/tls.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include "base/file.h"
#include "base/mem.h"

enum { CA_FILE_MAX = 8 << 20 };

struct tls {
	gnutls_certificate_credentials_t credentials;
};

struct tls_identity {
	gnutls_certificate_credentials_t credentials;
};

static int system_trust(struct tls *trust, const char **why)
{
	int n = gnutls_certificate_set_x509_system_trust(trust->credentials);

	*why = "the system has no certificate authorities; install the package ca-certificates";
	return n > 0 ? 0 : TLS_BAD_FILE;
}

static int file_trust(struct tls *trust, const char *ca_file, const char **why)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	gnutls_datum_t pem;
	int n;

	buf_init(&text, CA_FILE_MAX);
	*why = file_load(ca_file, &text);
	if (*why != NULL)
		return TLS_BAD_FILE;
	pem = (gnutls_datum_t){ (unsigned char *)text.p, (unsigned)text.len };
	n = gnutls_certificate_set_x509_trust_mem(trust->credentials, &pem, GNUTLS_X509_FMT_PEM);
	*why = "it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)";
	return n > 0 ? 0 : TLS_BAD_FILE;
}

int tls_new(struct tls **out, const char *ca_file, const char **why)
{
	struct tls *trust = mem_zero(1, sizeof(*trust));
	int r;

	if (gnutls_certificate_allocate_credentials(&trust->credentials) < 0)
		mem_is_out();
	r = ca_file != NULL ? file_trust(trust, ca_file, why) : system_trust(trust, why);
	if (r == 0)
		*out = trust;
	else
		tls_free(trust);
	return r;
}

void tls_free(struct tls *trust)
{
	if (trust == NULL)
		return;
	gnutls_certificate_free_credentials(trust->credentials);
	free(trust);
}

void *tls_credentials(const struct tls *trust)
{
	return trust->credentials;
}

/* ---- who a test server is ---- */

int tls_identity_new(struct tls_identity **out, const char *cert_file, const char *key_file,
		     const char **why)
{
	struct tls_identity *id = mem_zero(1, sizeof(*id));
	int r;

	if (gnutls_certificate_allocate_credentials(&id->credentials) < 0)
		mem_is_out();
	r = gnutls_certificate_set_x509_key_file(id->credentials, cert_file, key_file,
						 GNUTLS_X509_FMT_PEM);
	if (r < 0) {
		*why = gnutls_strerror(r);
		tls_identity_free(id);
		return TLS_BAD_FILE;
	}
	*out = id;
	return 0;
}

void tls_identity_free(struct tls_identity *id)
{
	if (id == NULL)
		return;
	gnutls_certificate_free_credentials(id->credentials);
	free(id);
}

void *tls_identity_credentials(const struct tls_identity *id)
{
	return id->credentials;
}
