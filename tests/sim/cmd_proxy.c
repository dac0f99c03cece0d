/* SPDX-License-Identifier: MIT */
/* Commands that put a proxy between the client and Slack. */
#include <string.h>
#include "sim/commands.h"
#include "sim/proxy.h"
#include "sim/server.h"

static bool needs_proxy(struct stage *st)
{
	return st->sim->proxy != NULL || stage_fail(st, "there is no proxy; say `proxy` first");
}

static bool make(struct stage *st)
{
	return st->sim->proxy != NULL || proxy_new(&st->sim->proxy, st->sim) == 0 ||
	       stage_fail(st, "the proxy cannot be started");
}

static void tell_client(struct stage *st, const char *scheme, struct str credentials)
{
	struct str url = str_keepf(&st->arena, "%s://%.*s%s127.0.0.1:%d", scheme,
				   STR_ARG(credentials), credentials.len > 0 ? "@" : "",
				   proxy_port(st->sim->proxy));

	stage_environment(st, STR("HTTPS_PROXY"), url);
}

static bool begin(struct stage *st, const struct match *m)
{
	(void)m;
	if (!make(st))
		return false;
	tell_client(st, "http", STR_EMPTY);
	return true;
}

static bool begin_tls(struct stage *st, const struct match *m)
{
	(void)m;
	if (!make(st))
		return false;
	proxy_speak_tls(st->sim->proxy);
	tell_client(st, "https", STR_EMPTY);
	return true;
}

static bool ask(struct stage *st, const struct match *m)
{
	struct str wanted = match_text(m, "TEXT");

	if (!make(st))
		return false;
	proxy_ask_for(st->sim->proxy, wanted);
	tell_client(st, "http", match_has(m, "TEXT2") ? match_text(m, "TEXT2") : wanted);
	return true;
}

static bool refuse(struct stage *st, const struct match *m)
{
	if (needs_proxy(st))
		proxy_answer(st->sim->proxy, (int)match_number(m, "NUMBER", 403));
	return st->sim->proxy != NULL;
}

static bool allow(struct stage *st, const struct match *m)
{
	(void)m;
	if (needs_proxy(st))
		proxy_answer(st->sim->proxy, 200);
	return st->sim->proxy != NULL;
}

static bool go_away(struct stage *st, const struct match *m)
{
	(void)m;
	return needs_proxy(st) && proxy_listen(st->sim->proxy, false);
}

static bool come_back(struct stage *st, const struct match *m)
{
	(void)m;
	return needs_proxy(st) && (proxy_listen(st->sim->proxy, true) ||
				   stage_fail(st, "something else listens at its port now"));
}

/* ---- what must be seen ---- */

static size_t n_tunnels(const struct sim *sim)
{
	return sim->proxy != NULL ? proxy_tunnels(sim->proxy) : 0;
}

static size_t n_refusals(const struct sim *sim)
{
	return sim->proxy != NULL ? proxy_refusals(sim->proxy) : 0;
}

/* A tunnel's own connection counts until it has been accepted, too. */
static size_t n_direct(const struct sim *sim)
{
	size_t all = server_accepted(sim->server), tunnels = n_tunnels(sim);

	return all > tunnels ? all - tunnels : 0;
}

struct count {
	size_t (*of)(const struct sim *sim);
	int64_t low, high;
};

static bool counted(struct stage *st, void *what)
{
	const struct count *c = what;
	int64_t n = (int64_t)c->of(st->sim);

	return n >= c->low && n <= c->high;
}

static bool expect_count(struct stage *st, const struct match *m,
			 size_t (*of)(const struct sim *sim), const char *name)
{
	struct count c = { .of = of };

	match_range(m, "RANGE", &c.low, &c.high);
	return stage_until(st, counted, &c) ||
	       stage_fail(st, "there were %zu %s", of(st->sim), name);
}

static bool tunnels(struct stage *st, const struct match *m)
{
	return expect_count(st, m, n_tunnels, "tunnels");
}

static bool refusals(struct stage *st, const struct match *m)
{
	return expect_count(st, m, n_refusals, "refused tunnels");
}

static bool direct(struct stage *st, const struct match *m)
{
	return expect_count(st, m, n_direct, "direct connections");
}

const struct command proxy_commands[] = {
	{ "proxy",
	  "an HTTP proxy starts; a client started from now on is told of it by HTTPS_PROXY",
	  begin },
	{ "proxy over https", "the same, but it is reached by TLS", begin_tls },
	{ "proxy asks for TEXT [and is given TEXT2]",
	  "it wants this user:password, and the client is told that or another", ask },
	{ "proxy refuses with NUMBER", "no tunnel is opened, this HTTP status comes instead",
	  refuse },
	{ "proxy lets through", "tunnels are opened again", allow },
	{ "proxy goes away", "nobody listens there any more; open tunnels stay", go_away },
	{ "proxy comes back", "it listens again", come_back },
	{ 0 },
};

const struct command proxy_expect_commands[] = {
	{ "expect RANGE tunnels", "so many were opened through the proxy, ever", tunnels },
	{ "expect RANGE refused tunnels", "so often the proxy said no", refusals },
	{ "expect RANGE direct connections", "so many came to Slack past the proxy, ever", direct },
	{ 0 },
};
