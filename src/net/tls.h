/* SPDX-License-Identifier: MIT */
/*
 * Certificates: whom a client believes, and, for tests' own servers, who a server is. Loaded once (the system's
 * store takes tens of milliseconds), shared by all streams, and freed after the last of them.
 */
#pragma once

/* The system's store, or the CA file alone when one is given. */
struct tls;
enum { TLS_BAD_FILE = 1 }; /* *why says what is wrong with the file (static or errno text) */
int tls_new(struct tls **out, const char *ca_file, const char **why);
void tls_free(struct tls *trust);

/* A certificate and its key in PEM files. 0 or TLS_BAD_FILE. */
struct tls_identity;
int tls_identity_new(struct tls_identity **out, const char *cert_file, const char *key_file,
		     const char **why);
void tls_identity_free(struct tls_identity *id);

/* For streams: what GnuTLS knows them by. */
void *tls_credentials(const struct tls *trust);
void *tls_identity_credentials(const struct tls_identity *id);
