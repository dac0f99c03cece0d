/* SPDX-License-Identifier: MIT */
#include "daemon/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/json.h"
#include "base/list.h"

enum {
	AGAIN_MS = 1000, /* there was no descriptor for a client */
	TURN_BYTES = 256 << 10,
};

struct control {
	struct loop *loop;
	struct loop_file file; /* not watched while there are too many clients */
	int fd;
	struct sockaddr_un address;
	struct loop_timer again;
	struct list clients;
	size_t n_clients;
	control_request_fn *on_request;
	void *owner;
};

struct client {
	struct list link; // control::clients
	struct control *control;
	struct loop_file file;
	int fd;
	struct loop_timer deadline;
	struct buf request;
	struct buf answer;
	size_t n_sent;
	bool is_answered;
};

bool control_address(struct sockaddr_un *out, const char *folder)
{
	int n;

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(out->sun_path, sizeof(out->sun_path), "%s/control", folder);
	return n > 0 && (size_t)n < sizeof(out->sun_path);
}

void control_end(struct buf *answer, bool ok, const char *sentence)
{
	buf_addf(answer, "{\"ok\":%s", ok ? "true" : "false");
	if (sentence != NULL) {
		buf_addz(answer, ",\"sentence\":");
		json_quote(str_from(sentence), answer);
	}
	buf_addz(answer, "}\n");
}

/* ---- a client ---- */

static void watch(struct control *c)
{
	if (c->n_clients < CONTROL_CLIENTS && !loop_timer_is_on(&c->again))
		loop_file_watch(c->loop, &c->file, c->fd, EPOLLIN);
	else
		loop_file_unwatch(c->loop, &c->file);
}

static void bury(void *object)
{
	free(object);
}

static void client_free(struct client *client)
{
	struct control *c = client->control;

	list_remove(&client->link);
	c->n_clients--;
	loop_timer_stop(c->loop, &client->deadline);
	loop_file_unwatch(c->loop, &client->file);
	close(client->fd);
	buf_deinit(&client->request);
	buf_deinit(&client->answer);
	loop_bury(c->loop, client, bury);
}

static void answer(struct client *client, struct str request)
{
	struct control *c = client->control;

	client->is_answered = true;
	if (client->request.len > CONTROL_REQUEST_MAX)
		control_end(&client->answer, false, "the request is too long");
	else
		c->on_request(c->owner, request, &client->answer);
	loop_file_watch(c->loop, &client->file, client->fd, EPOLLOUT);
}

/* Reads no more than a request may have, whatever is sent. */
static void read_some(struct client *client)
{
	char block[CONTROL_REQUEST_MAX + 1];
	ssize_t n = read(client->fd, block, sizeof(block) - client->request.len);
	struct str line, rest;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_free(client); /* it did not finish its line */
		return;
	}
	buf_add(&client->request, str_make(block, (size_t)n));
	rest = buf_str(&client->request);
	if (str_find_char(rest, '\n') != SIZE_MAX || rest.len > CONTROL_REQUEST_MAX) {
		str_cut(&rest, '\n', &line);
		answer(client, str_trim(line));
	}
}

static void write_some(struct client *client)
{
	struct str rest = buf_str(&client->answer);
	ssize_t n;

	rest = str_sub(rest, client->n_sent, client->n_sent + TURN_BYTES);
	n = send(client->fd, rest.p, rest.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		client->n_sent += (size_t)n;
	if (n < 0 || client->n_sent == client->answer.len)
		client_free(client);
}

static void on_client(void *owner, uint32_t events)
{
	struct client *client = owner;
	struct control *c = client->control;

	(void)events;
	if (client->is_answered)
		write_some(client);
	else
		read_some(client);
	watch(c);
}

static void on_deadline(void *owner)
{
	struct client *client = owner;
	struct control *c = client->control;

	client_free(client);
	watch(c);
}

static void client_new(struct control *c, int fd)
{
	struct client *client = mem_zero(1, sizeof(*client));

	client->control = c;
	client->fd = fd;
	buf_init(&client->answer, 0);
	list_init(&client->link);
	list_append(&c->clients, &client->link);
	c->n_clients++;
	loop_timer_init(&client->deadline, on_deadline, client);
	loop_timer_start(c->loop, &client->deadline, CONTROL_MS);
	loop_file_init(&client->file, on_client, client);
	if (loop_file_watch(c->loop, &client->file, fd, EPOLLIN) < 0)
		client_free(client);
}

/* ---- the socket ---- */

static void on_connect(void *owner, uint32_t events)
{
	struct control *c = owner;
	int fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd >= 0)
		client_new(c, fd);
	else if (loop_is_short(c->loop, errno) ||
		 (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED))
		loop_timer_start(c->loop, &c->again, AGAIN_MS);
	watch(c);
}

static void on_again(void *owner)
{
	watch(owner);
}

/* One that is no socket is not ours to take away. */
static void remove_stale(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
}

static int listen_at(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	mode_t mask;
	int r;

	if (fd < 0)
		return -1;
	remove_stale(address->sun_path);
	mask = umask(0177);
	r = bind(fd, (const struct sockaddr *)address, sizeof(*address));
	umask(mask);
	if (r == 0 && listen(fd, CONTROL_CLIENTS) == 0)
		return fd;
	r = errno;
	close(fd);
	errno = r;
	return -1;
}

struct control *control_new(struct loop *loop, const char *folder, control_request_fn *on_request,
			    void *owner)
{
	struct sockaddr_un address;
	struct control *c;
	int fd = -1;

	errno = ENAMETOOLONG;
	if (control_address(&address, folder))
		fd = listen_at(&address);
	if (fd < 0) {
		log_warn("bot", "nobody can ask this bot for its outbox: %s socket=%s/control",
			 strerror(errno), folder);
		return NULL;
	}
	c = mem_zero(1, sizeof(*c));
	c->loop = loop;
	c->fd = fd;
	c->address = address;
	c->on_request = on_request;
	c->owner = owner;
	list_init(&c->clients);
	loop_timer_init(&c->again, on_again, c);
	loop_file_init(&c->file, on_connect, c);
	watch(c);
	return c;
}

void control_free(struct control *c)
{
	if (c == NULL)
		return;
	list_each (link, &c->clients)
		client_free(list_entry(link, struct client, link));
	loop_timer_stop(c->loop, &c->again);
	loop_file_unwatch(c->loop, &c->file);
	close(c->fd);
	unlink(c->address.sun_path);
	free(c);
}
