/* SPDX-License-Identifier: MIT */
/*
 * Reading is driven by level-triggered epoll, and by a deferred call where epoll cannot know: GnuTLS may
 * hold decrypted bytes that the kernel no longer sees. (Edge-triggered would stall: GnuTLS says AGAIN
 * after it has swallowed a session ticket, with more to read.)
 *
 * Writing appends to `out`; a deferred call sends it, so that what a turn writes shares its records.
 *
 * Ends and errors are met while reading or writing, in the middle of the owner's own call; they are noted
 * there and told from the loop, so that no callback comes out of stream_read or stream_write.
 */
#include "net/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
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
	WRITE_BUDGET = 256 << 10, /* bytes sent at once, so that nobody holds the loop */
	RECORD_MAX = 16 << 10,
	WRITE_MAX = 64 << 20,
};

enum stream_state {
	STREAM_SHAKING,
	STREAM_OPEN,
	STREAM_CLOSING, /* reads on; writes nothing new */
	STREAM_DEAD,
};

struct stream {
	struct loop *loop;
	int fd; /* -1 once it is closed */
	struct loop_file file;
	struct loop_timer deadline;
	struct loop_call again; /* something to tell or to read that epoll does not know of */
	struct loop_call flush;
	gnutls_session_t session; /* NULL = plain */
	char *host;		  /* GnuTLS borrows it for the verification */
	enum stream_state state;
	const struct stream_events *events;
	void *owner;
	struct buf out;
	size_t sent;	   /* so many bytes of `out` have left */
	bool sealed;	   /* GnuTLS holds a record of ours that it could not send yet */
	bool blocked;	   /* the socket must say when it takes more */
	bool paused;	   /* nothing is read for now */
	struct mono taken; /* when the socket took something last */
	bool ended;	   /* the peer closed properly; not told yet */
	char *fault;	   /* why it is dead; not told yet */
	uint64_t turn;	   /* of the loop, in which ... */
	size_t budget;	   /* ... so many bytes may still be read */
};

/* ---- ends and errors ---- */

/* Noted now, told from the loop. */
static void die(struct stream *s, const char *why)
{
	if (s->state == STREAM_DEAD)
		return;
	s->state = STREAM_DEAD;
	s->fault = mem_strdup(why);
	loop_timer_stop(s->loop, &s->deadline);
	loop_file_unwatch(s->loop, &s->file); /* or a dead socket would wake the loop for ever */
	loop_call_cancel(&s->flush);
	loop_call_soon(s->loop, &s->again);
}

static void die_of(struct stream *s, const char *what, const char *detail)
{
	struct buf why = { 0 };

	buf_addf(&why, "%s%s", what, detail);
	buf_addc(&why, '\0');
	die(s, why.p);
	buf_deinit(&why);
}

/* The first that applies is told: an expired certificate often has other faults as well. */
static const struct {
	unsigned status;
	const char *sentence;
} refusals[] = {
	{ GNUTLS_CERT_REVOKED, "the server's certificate was revoked" },
	{ GNUTLS_CERT_SIGNER_NOT_FOUND,
	  "the server's certificate is by an authority that is not trusted here" },
	{ GNUTLS_CERT_EXPIRED, "the server's certificate has expired (or this clock is wrong)" },
	{ GNUTLS_CERT_NOT_ACTIVATED,
	  "the server's certificate is not valid yet (or this clock is wrong)" },
	{ GNUTLS_CERT_UNEXPECTED_OWNER, "the server's certificate is not for " },
};

static void certificate_refused(struct stream *s)
{
	unsigned status = gnutls_session_get_verify_cert_status(s->session);
	gnutls_datum_t text = { NULL, 0 };

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		if ((status & refusals[i].status) != 0) {
			die_of(s, refusals[i].sentence,
			       refusals[i].status == GNUTLS_CERT_UNEXPECTED_OWNER ? s->host : "");
			return;
		}
	}
	gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0);
	die_of(s, "the server's certificate is refused: ",
	       text.data != NULL ? (const char *)text.data : "no reason is known");
	gnutls_free(text.data);
}

static void connection_failed(struct stream *s, int error)
{
	if (error == ECONNRESET || error == EPIPE)
		die(s, "the other side reset the connection");
	else if (error == ETIMEDOUT)
		die(s, "the other side does not answer any more");
	else
		die_of(s, "the connection failed: ", strerror(error));
}

static void tls_failed(struct stream *s, int code)
{
	const int error = errno;

	if (s->session == NULL || code == GNUTLS_E_PULL_ERROR || code == GNUTLS_E_PUSH_ERROR) {
		connection_failed(s, error);
	} else if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR) {
		certificate_refused(s);
	} else if (code == GNUTLS_E_PREMATURE_TERMINATION) {
		die(s, "the connection was cut off");
	} else if (code == GNUTLS_E_FATAL_ALERT_RECEIVED) {
		const char *alert = gnutls_alert_get_name(gnutls_alert_get(s->session));

		die_of(s, "the other side gave up TLS: ", alert != NULL ? alert : "unknown alert");
	} else {
		die_of(s, "TLS failed: ", gnutls_strerror(code));
	}
}

/* ---- reading ---- */

static bool is_up(const struct stream *s)
{
	return s->state == STREAM_OPEN || s->state == STREAM_CLOSING;
}

void stream_end_turn(struct stream *s)
{
	s->budget = 0;
}

/* As gnutls_record_recv. */
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

	if (!is_up(s) || s->ended || len == 0 || s->budget == 0)
		return 0;
	n = receive(s, out, len < s->budget ? len : s->budget);
	if (n > 0) {
		s->budget -= (size_t)n;
		return (size_t)n;
	}
	if (n == 0) {
		s->ended = true;
		loop_call_soon(s->loop, &s->again);
	} else if (gnutls_error_is_fatal((int)n)) { /* a TLS 1.2 wish to renegotiate is not */
		tls_failed(s, (int)n);
	}
	return 0;
}

/* ---- writing ---- */

static size_t unsent(const struct stream *s)
{
	return s->out.len - s->sent;
}

/* As gnutls_record_send. */
static ssize_t send_some(struct stream *s)
{
	const char *from = s->out.p + s->sent;
	size_t len = unsent(s) < RECORD_MAX ? unsent(s) : RECORD_MAX;
	ssize_t n;

	/* A record that could not leave is sealed already: GnuTLS is asked for that very one, or it
	 * would count bytes that it never took. */
	if (s->session != NULL)
		return s->sealed ? gnutls_record_send(s->session, NULL, 0) :
				   gnutls_record_send(s->session, from, len);
	n = send(s->fd, from, len, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? GNUTLS_E_AGAIN : GNUTLS_E_PUSH_ERROR;
	return n;
}

/* What the loop shall watch for. */
static void watch(struct stream *s)
{
	loop_file_watch(s->loop, &s->file, s->fd,
			(s->paused ? 0u : EPOLLIN) | (s->blocked ? EPOLLOUT : 0u));
}

static void send_until_blocked(struct stream *s)
{
	size_t budget = WRITE_BUDGET;

	while (is_up(s) && !s->blocked && unsent(s) > 0) {
		ssize_t n = send_some(s);

		s->sealed = n < 0;
		if (n >= 0) {
			s->taken = loop_now(s->loop);
			s->sent += (size_t)n;
			/* Moved rarely, or a long queue would be moved once a record. */
			if (s->sent >= s->out.len / 2) {
				buf_consume(&s->out, s->sent);
				s->sent = 0;
			}
			budget -= (size_t)n < budget ? (size_t)n : budget;
			s->blocked = budget == 0 && unsent(s) > 0;
		} else if (!gnutls_error_is_fatal((int)n)) {
			s->blocked = true;
		} else {
			tls_failed(s, (int)n);
		}
	}
}

static void on_flush(void *owner)
{
	struct stream *s = owner;
	bool had = unsent(s) > 0;

	send_until_blocked(s);
	if (!is_up(s))
		return;
	watch(s);
	if (unsent(s) > 0)
		return;
	if (s->state == STREAM_CLOSING) {
		if (s->session != NULL) /* best effort: it may not fit any more */
			gnutls_bye(s->session, GNUTLS_SHUT_WR);
		shutdown(s->fd, SHUT_WR);
	}
	if (had && s->events->on_drained != NULL)
		s->events->on_drained(s->owner);
}

size_t stream_write(struct stream *s, struct str bytes)
{
	if (s->state != STREAM_OPEN && s->state != STREAM_SHAKING)
		return 0;
	buf_add(&s->out, bytes);
	if (s->out.bad)
		die(s, "the other side does not take what we send");
	else if (s->state == STREAM_OPEN && !s->blocked)
		loop_call_soon(s->loop, &s->flush);
	return unsent(s);
}

size_t stream_unsent(const struct stream *s)
{
	return unsent(s);
}

void stream_pause(struct stream *s, bool paused)
{
	if (s->paused == paused || !is_up(s))
		return;
	s->paused = paused;
	watch(s);
	if (!paused)
		loop_call_soon(s->loop, &s->again); /* what GnuTLS has read already */
}

struct mono stream_last_taken(const struct stream *s)
{
	return s->taken;
}

void stream_close(struct stream *s)
{
	if (s->state == STREAM_SHAKING)
		die(s, "closed before it was open");
	if (s->state != STREAM_OPEN)
		return;
	s->state = STREAM_CLOSING;
	if (!s->blocked)
		loop_call_soon(s->loop, &s->flush);
}

/* ---- handshake ---- */

static void opened(struct stream *s)
{
	s->state = STREAM_OPEN;
	loop_timer_stop(s->loop, &s->deadline);
	loop_file_watch(s->loop, &s->file, s->fd, EPOLLIN);
	if (unsent(s) > 0)
		loop_call_soon(s->loop, &s->flush);
	if (s->session != NULL && gnutls_record_check_pending(s->session) > 0)
		loop_call_soon(s->loop, &s->again);
	s->events->on_open(s->owner);
}

static void shake(struct stream *s)
{
	int r = s->session != NULL ? gnutls_handshake(s->session) : 0;

	if (r == 0) {
		opened(s);
	} else if (gnutls_error_is_fatal(r)) {
		tls_failed(s, r);
		gnutls_alert_send_appropriate(s->session, r); /* best effort */
	} else {
		bool wants_out = gnutls_record_get_direction(s->session) == 1;

		loop_file_watch(s->loop, &s->file, s->fd, wants_out ? EPOLLOUT : EPOLLIN);
	}
}

static void on_ready(void *owner, uint32_t events)
{
	struct stream *s = owner;

	if (s->state == STREAM_SHAKING) {
		shake(s);
		return;
	}
	if ((events & EPOLLOUT) != 0) {
		s->blocked = false;
		on_flush(s);
	}
	if (!is_up(s) || (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0)
		return;
	if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		s->paused = false; /* its end must be read, or it would wake the loop for ever */
	if (s->paused)
		return;
	/* Twice in a turn when epoll and GnuTLS both have something; the budget is the turn's. */
	if (s->turn != loop_turn_number(s->loop)) {
		s->turn = loop_turn_number(s->loop);
		s->budget = STREAM_TURN_BYTES;
	}
	if (s->budget > 0)
		s->events->on_data(s->owner);
	if (is_up(s) && s->session != NULL && gnutls_record_check_pending(s->session) > 0)
		loop_call_soon(s->loop, &s->again);
}

/* Tells what was noted, or reads what epoll does not know of. */
static void on_again(void *owner)
{
	struct stream *s = owner;

	if (s->fault != NULL) {
		CLEANUP(mem_freep) char *why = TAKE(s->fault);

		s->events->on_error(s->owner, why);
	} else if (s->ended) {
		s->ended = false;
		s->state = STREAM_DEAD;
		loop_file_unwatch(s->loop, &s->file);
		loop_call_cancel(&s->flush);
		s->events->on_closed(s->owner);
	} else if (is_up(s)) {
		on_ready(s, EPOLLIN);
	}
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
	loop_call_init(&s->flush, on_flush, s);
	loop_file_init(&s->file, on_ready, s);
	setsockopt(take_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* no TCP in some tests */
	loop_timer_start(loop, &s->deadline, handshake_ms);
	/* It can be written to at once: so the handshake, or on_open, comes from the loop. */
	if (loop_file_watch(loop, &s->file, take_fd, EPOLLIN | EPOLLOUT) < 0)
		die(s, "the loop cannot watch the socket");
	return s;
}

static void begin_tls(struct stream *s, unsigned side, void *credentials)
{
	static const char http[] = "http/1.1";
	const gnutls_datum_t alpn = { (unsigned char *)http, sizeof(http) - 1 };

	if (gnutls_init(&s->session, side | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
		mem_is_out();
	if (gnutls_set_default_priority_append(s->session, "-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
					       NULL, 0) < 0 ||
	    gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, credentials) < 0 ||
	    gnutls_alpn_set_protocols(s->session, &alpn, 1, 0) < 0)
		die(s, "TLS cannot be set up; does a policy of this system forbid it?");
	gnutls_transport_set_int(s->session, s->fd);
}

static bool is_address(const char *host)
{
	unsigned char room[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, room) == 1 || inet_pton(AF_INET6, host, room) == 1;
}

struct stream *stream_new(struct loop *loop, struct tls *trust, int take_fd, const char *host,
			  int64_t handshake_ms, const struct stream_events *events, void *owner)
{
	struct stream *s = make(loop, take_fd, handshake_ms, events, owner);

	if (trust == NULL)
		return s;
	s->host = mem_strdup(host);
	begin_tls(s, GNUTLS_CLIENT, tls_credentials(trust));
	gnutls_session_set_verify_cert(s->session, s->host, 0);
	if (!is_address(host)) /* RFC 6066 allows names only */
		gnutls_server_name_set(s->session, GNUTLS_NAME_DNS, host, strlen(host));
	return s;
}

struct stream *stream_accept(struct loop *loop, struct tls_identity *id, int take_fd,
			     int64_t handshake_ms, const struct stream_events *events, void *owner)
{
	struct stream *s = make(loop, take_fd, handshake_ms, events, owner);

	if (id != NULL)
		begin_tls(s, GNUTLS_SERVER, tls_identity_credentials(id));
	return s;
}

static void unlink_and_close(struct stream *s)
{
	s->state = STREAM_DEAD;
	s->ended = false;
	loop_timer_stop(s->loop, &s->deadline);
	loop_call_cancel(&s->again);
	loop_call_cancel(&s->flush);
	loop_file_unwatch(s->loop, &s->file);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void stream_destroy(void *buried)
{
	struct stream *s = buried;

	buf_deinit(&s->out);
	free(s->host);
	free(s->fault);
	free(s);
}

void stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	unlink_and_close(s);
	/* Not after the turn: the credentials may be gone by then. */
	if (s->session != NULL)
		gnutls_deinit(s->session);
	s->session = NULL;
	loop_bury(s->loop, s, stream_destroy);
}

void stream_reset(struct stream *s)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	unlink_and_close(s);
}
