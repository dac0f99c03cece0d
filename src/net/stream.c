/* SPDX-License-Identifier: MIT */
/*
 * Reading is driven by level-triggered epoll, and by a deferred call where epoll cannot know: GnuTLS may hold
 * decrypted bytes that the kernel no longer sees, and a turn's read budget may have run out.
 *
 * Ends and errors are met while reading or writing, in the middle of the owner's own call; they are noted there
 * and told from the loop, so that no callback comes out of stream_read or stream_write.
 */
#include "net/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"

enum {
	READ_BUDGET = 256 << 10, /* bytes a turn, so that one fast peer does not hold the loop */
	RECORD_MAX = 16 << 10,
	WRITE_MAX = 64 << 20,
};

enum stream_state { STREAM_SHAKING, STREAM_OPEN, STREAM_DEAD };

struct trust {
	gnutls_certificate_credentials_t credentials;
	char *ca_file;
};

struct tls_identity {
	gnutls_certificate_credentials_t credentials;
};

struct stream {
	struct loop *loop;
	int fd; /* ours until closed; the file knows it only while it is watched */
	struct loop_file file;
	struct loop_timer deadline;
	struct loop_call again; /* something to tell or to read that epoll does not know of */
	struct loop_hook turn_end;
	gnutls_session_t session; /* NULL = plain */
	enum stream_state state;
	const struct stream_events *events;
	void *owner;
	struct buf out;
	bool sealed;  /* GnuTLS holds a record of ours that it could not send yet */
	bool blocked; /* the socket takes nothing at the moment */
	bool ended;   /* the peer closed properly */
	char *fault;  /* why it is dead, not told yet */
	size_t budget;
	struct mono last_heard;
};

/* ---- trust and identity ---- */

static int system_trust(struct trust *trust, const char **why)
{
	int n = gnutls_certificate_set_x509_system_trust(trust->credentials);

	*why = n < 0 ? gnutls_strerror(n) : "the system has no certificate authorities";
	return n > 0 ? 0 : TRUST_BAD_FILE;
}

static int file_trust(struct trust *trust, const char *ca_file, const char **why)
{
	int n;

	if (access(ca_file, R_OK) != 0) {
		*why = strerror(errno);
		return TRUST_BAD_FILE;
	}
	n = gnutls_certificate_set_x509_trust_file(trust->credentials, ca_file,
						   GNUTLS_X509_FMT_PEM);
	*why = n < 0 ? gnutls_strerror(n) : "it holds no certificate in PEM form";
	trust->ca_file = mem_strdup(ca_file);
	return n > 0 ? 0 : TRUST_BAD_FILE;
}

int trust_new(struct trust **out, const char *ca_file, const char **why)
{
	struct trust *trust = mem_zero(1, sizeof(*trust));
	int r;

	if (gnutls_certificate_allocate_credentials(&trust->credentials) < 0)
		abort(); /* out of memory */
	r = ca_file != NULL ? file_trust(trust, ca_file, why) : system_trust(trust, why);
	if (r == 0)
		*out = trust;
	else
		trust_free(trust);
	return r;
}

void trust_free(struct trust *trust)
{
	if (trust == NULL)
		return;
	gnutls_certificate_free_credentials(trust->credentials);
	free(trust->ca_file);
	free(trust);
}

const char *trust_ca_file(const struct trust *trust)
{
	return trust->ca_file;
}

int tls_identity_new(struct tls_identity **out, const char *cert_file, const char *key_file,
		     const char **why)
{
	struct tls_identity *id = mem_zero(1, sizeof(*id));
	int r;

	if (gnutls_certificate_allocate_credentials(&id->credentials) < 0)
		abort(); /* out of memory */
	r = gnutls_certificate_set_x509_key_file(id->credentials, cert_file, key_file,
						 GNUTLS_X509_FMT_PEM);
	if (r < 0) {
		*why = gnutls_strerror(r);
		tls_identity_free(id);
		return TRUST_BAD_FILE;
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

/* ---- ends and errors ---- */

static void die(struct stream *s, const char *why)
{
	if (s->state == STREAM_DEAD)
		return;
	s->state = STREAM_DEAD;
	s->fault = mem_strdup(why);
	loop_timer_stop(s->loop, &s->deadline);
	loop_file_unwatch(s->loop, &s->file); /* or a dead socket would wake the loop for ever */
	loop_call_soon(s->loop, &s->again);
}

static void refused_certificate(struct stream *s)
{
	unsigned status = gnutls_session_get_verify_cert_status(s->session);
	gnutls_datum_t text = { NULL, 0 };
	struct buf why;

	gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0);
	buf_init(&why, 0);
	buf_addf(&why, "the server's certificate is refused: %s",
		 text.data != NULL ? (char *)text.data : "");
	buf_addc(&why, '\0');
	die(s, why.p);
	gnutls_free(text.data);
	buf_deinit(&why);
}

static void tls_failed(struct stream *s, int code)
{
	struct buf why;

	if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR) {
		refused_certificate(s);
		return;
	}
	if (code == GNUTLS_E_PREMATURE_TERMINATION) {
		die(s, "the connection was cut off");
		return;
	}
	buf_init(&why, 0);
	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		buf_addf(&why, "the server refuses TLS: %s",
			 gnutls_alert_get_name(gnutls_alert_get(s->session)));
	else if (code == GNUTLS_E_PULL_ERROR || code == GNUTLS_E_PUSH_ERROR)
		buf_addz(&why, "the connection was reset");
	else
		buf_addf(&why, "TLS: %s", gnutls_strerror(code));
	buf_addc(&why, '\0');
	die(s, why.p);
	buf_deinit(&why);
}

static bool is_passing(int code)
{
	return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED ||
	       code == GNUTLS_E_REHANDSHAKE || code == GNUTLS_E_WARNING_ALERT_RECEIVED;
}

/* ---- reading ---- */

/* What happened outside of an owner's call, told from the loop. */
static void tell(struct stream *s)
{
	if (s->fault != NULL) {
		char *why = TAKE(s->fault);

		s->events->on_error(s->owner, why);
		free(why);
	} else if (s->ended) {
		s->ended = false;
		s->state = STREAM_DEAD;
		loop_file_unwatch(s->loop, &s->file);
		s->events->on_closed(s->owner);
	} else if (s->state == STREAM_OPEN) {
		s->budget = READ_BUDGET;
		s->events->on_data(s->owner);
	}
}

static ssize_t receive(struct stream *s, char *out, size_t len)
{
	ssize_t n;

	if (s->session != NULL)
		return gnutls_record_recv(s->session, out, len);
	n = recv(s->fd, out, len, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? GNUTLS_E_AGAIN : GNUTLS_E_PULL_ERROR;
	return n;
}

size_t stream_read(struct stream *s, char *out, size_t len)
{
	ssize_t n;

	if (s->state != STREAM_OPEN || s->ended || len == 0)
		return 0;
	if (s->budget == 0) {
		loop_call_soon(s->loop, &s->again);
		return 0;
	}
	n = receive(s, out, len);
	if (n > 0) {
		s->last_heard = loop_now(s->loop);
		s->budget -= (size_t)n < s->budget ? (size_t)n : s->budget;
		if (s->session != NULL && gnutls_record_check_pending(s->session) > 0)
			loop_call_soon(s->loop, &s->again);
		return (size_t)n;
	}
	if (n == 0) {
		s->ended = true;
		loop_call_soon(s->loop, &s->again);
	} else if (!is_passing((int)n)) {
		tls_failed(s, (int)n);
	}
	return 0;
}

/* ---- writing ---- */

static ssize_t send_some(struct stream *s)
{
	size_t len = s->out.len < RECORD_MAX ? s->out.len : RECORD_MAX;
	ssize_t n;

	/* A record that could not leave is sealed already: GnuTLS wants to be asked for that very one. */
	if (s->session != NULL)
		return s->sealed ? gnutls_record_send(s->session, NULL, 0) :
				   gnutls_record_send(s->session, s->out.p, len);
	n = send(s->fd, s->out.p, len, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? GNUTLS_E_AGAIN : GNUTLS_E_PUSH_ERROR;
	return n;
}

static void flush(struct stream *s)
{
	bool had = s->out.len > 0;

	while (s->state == STREAM_OPEN && s->out.len > 0) {
		ssize_t n = send_some(s);

		s->sealed = n < 0 && is_passing((int)n);
		s->blocked = s->sealed;
		if (n >= 0)
			buf_consume(&s->out, (size_t)n);
		else if (s->sealed)
			break;
		else
			tls_failed(s, (int)n);
	}
	if (s->state != STREAM_OPEN)
		return;
	loop_file_change(s->loop, &s->file, EPOLLIN | (s->blocked ? EPOLLOUT : 0u));
	if (had && s->out.len == 0 && s->events->on_drained != NULL)
		s->events->on_drained(s->owner);
}

void stream_write(struct stream *s, struct str bytes)
{
	if (s->state == STREAM_DEAD)
		return;
	buf_add(&s->out, bytes);
	if (s->out.bad)
		die(s, "the peer does not take what we send");
}

static void on_turn_end(void *owner)
{
	struct stream *s = owner;

	if (s->out.len > 0 && !s->blocked)
		flush(s);
}

size_t stream_unsent(const struct stream *s)
{
	return s->out.len;
}

/* ---- handshake ---- */

static void opened(struct stream *s)
{
	s->state = STREAM_OPEN;
	loop_timer_stop(s->loop, &s->deadline);
	loop_file_change(s->loop, &s->file, EPOLLIN);
	s->last_heard = loop_now(s->loop);
	/* What came along with the end of the handshake is read next turn, whatever the owner does now. */
	loop_call_soon(s->loop, &s->again);
	s->events->on_open(s->owner);
}

static void shake(struct stream *s)
{
	int r = s->session != NULL ? gnutls_handshake(s->session) : 0;

	if (r == 0)
		opened(s);
	else if (gnutls_error_is_fatal(r))
		tls_failed(s, r);
	else
		loop_file_change(s->loop, &s->file,
				 gnutls_record_get_direction(s->session) == 1 ? EPOLLOUT : EPOLLIN);
}

static void on_ready(void *owner, uint32_t events)
{
	struct stream *s = owner;

	if (s->state == STREAM_SHAKING) {
		shake(s);
		return;
	}
	if (events & EPOLLOUT) {
		s->blocked = false;
		flush(s);
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		tell(s);
}

static void on_again(void *owner)
{
	struct stream *s = owner;

	if (s->state == STREAM_SHAKING && s->fault == NULL)
		shake(s);
	else
		tell(s);
}

static void on_deadline(void *owner)
{
	die(owner, "the TLS handshake took too long");
}

/* ---- life ---- */

static struct stream *make(struct loop *loop, int take_fd, int64_t handshake_ms,
			   const struct stream_events *events, void *owner)
{
	struct stream *s = mem_zero(1, sizeof(*s));
	int on = 1;

	s->loop = loop;
	s->events = events;
	s->owner = owner;
	s->fd = take_fd;
	buf_init(&s->out, WRITE_MAX);
	loop_timer_init(&s->deadline, on_deadline, s);
	loop_call_init(&s->again, on_again, s);
	loop_hook_init(&s->turn_end, on_turn_end, s);
	loop_hook_add(loop, &s->turn_end);
	loop_file_init(&s->file, on_ready, s);
	setsockopt(take_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	loop_timer_start(loop, &s->deadline, handshake_ms);
	loop_call_soon(loop, &s->again);
	if (loop_file_watch(loop, &s->file, take_fd, EPOLLIN) < 0)
		die(s, "the loop cannot watch the socket");
	s->last_heard = loop_now(loop);
	return s;
}

static void begin_tls(struct stream *s, unsigned flags,
		      gnutls_certificate_credentials_t credentials)
{
	static const char http[] = "http/1.1";
	const gnutls_datum_t alpn = { (unsigned char *)http, sizeof(http) - 1 };

	if (gnutls_init(&s->session, flags | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
		abort(); /* out of memory */
	gnutls_set_default_priority_append(s->session, "-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", NULL,
					   0);
	gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_alpn_set_protocols(s->session, &alpn, 1, 0);
	gnutls_transport_set_int(s->session, s->fd);
}

static bool is_address(const char *host)
{
	unsigned char room[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, room) == 1 || inet_pton(AF_INET6, host, room) == 1;
}

struct stream *stream_new(struct loop *loop, struct trust *trust, int take_fd, const char *host,
			  int64_t handshake_ms, const struct stream_events *events, void *owner)
{
	struct stream *s = make(loop, take_fd, handshake_ms, events, owner);

	if (trust == NULL)
		return s;
	begin_tls(s, GNUTLS_CLIENT, trust->credentials);
	gnutls_session_set_verify_cert(s->session, host, 0);
	if (!is_address(host)) /* RFC 6066 allows names only */
		gnutls_server_name_set(s->session, GNUTLS_NAME_DNS, host, strlen(host));
	return s;
}

struct stream *stream_accept(struct loop *loop, struct tls_identity *id, int take_fd,
			     int64_t handshake_ms, const struct stream_events *events, void *owner)
{
	struct stream *s = make(loop, take_fd, handshake_ms, events, owner);

	if (id != NULL)
		begin_tls(s, GNUTLS_SERVER, id->credentials);
	return s;
}

static void stream_destroy(void *buried)
{
	struct stream *s = buried;

	if (s->session != NULL)
		gnutls_deinit(s->session);
	buf_deinit(&s->out);
	free(s->fault);
	free(s);
}

void stream_free(struct stream *s)
{
	int fd;

	if (s == NULL)
		return;
	fd = s->fd;
	s->state = STREAM_DEAD;
	loop_timer_stop(s->loop, &s->deadline);
	loop_call_cancel(&s->again);
	loop_hook_remove(&s->turn_end);
	loop_file_unwatch(s->loop, &s->file);
	if (fd >= 0)
		close(fd);
	loop_bury(s->loop, s, stream_destroy);
}

void stream_close(struct stream *s)
{
	if (s->state != STREAM_OPEN)
		return;
	flush(s);
	/* Best effort: a peer that takes nothing will not take a goodbye either. */
	if (s->session != NULL && s->out.len == 0)
		gnutls_bye(s->session, GNUTLS_SHUT_WR);
	shutdown(s->fd, SHUT_WR);
}

void stream_reset(struct stream *s)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	s->state = STREAM_DEAD;
	loop_file_unwatch(s->loop, &s->file);
	close(s->fd);
	s->fd = -1;
}

struct mono stream_last_heard(const struct stream *s)
{
	return s->last_heard;
}
