// SPDX-License-Identifier: MIT
// Slack's own clients for Node against slacksim: they connect, receive, acknowledge and post, over Socket Mode and
// over RTM. `run` beside this file installs them under build/ and starts this with the environment that slacksim
// printed.
//
// Node reads its certificate authorities only when it starts, so each case is a process of its own: the parent
// starts a slacksim, then itself again with that slacksim's environment, and passes lines to and fro.
import { createRequire } from 'node:module';
import { fork, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const [slacksim, modules, only] = process.argv.slice(2);
const require = createRequire(path.resolve(modules) + path.sep);

const { WebClient } = require('@slack/web-api');
const { SocketModeClient } = require('@slack/socket-mode');
const { RTMClient } = require('@slack/rtm-api');
const { App } = require('@slack/bolt');
const WebSocket = require('ws');

const quiet = { debug() {}, info() {}, warn() {}, error: console.error, setLevel() {}, getLevel() {}, setName() {} };

// The slacksim of this case, seen from the child: commands go to the parent, answers come from it.
class Slack {
  constructor() {
    this.waiting = [];
    process.on('message', (line) => {
      this.waiting = this.waiting.filter(({ text, done }) => !(line.startsWith(text) && (done(line), true)));
    });
  }

  say(command) {
    process.send(command);
  }

  // The same, and waits until it is done: what follows must not overtake it.
  async set(command) {
    this.say(command);
    await this.expect('sockets 0..99');
  }

  // An expectation of the scenario language; slacksim answers it with `ok`.
  async expect(what, ms = 8000) {
    const met = new Promise((done) => this.waiting.push({ text: `ok expect ${what}`, done }));
    this.say(`expect ${what}`);
    await within(ms, met, `expect ${what}`);
  }
}

function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function must(truth, what) {
  if (!truth) throw new Error(what);
}

const cases = {
  async 'web-api posts, reads, reacts and pages'(slack, env) {
    const web = new WebClient(env.SLACK_BOT_TOKEN, { slackApiUrl: env.SLACK_API_URL, logger: quiet });
    const me = await web.auth.test();
    must(me.ok && me.user_id && me.bot_id, 'auth.test tells who we are');
    must(me.response_metadata.scopes.includes('chat:write'), 'the scopes come as a header');
    await slack.set('pages of 2');
    const names = [];
    for await (const page of web.paginate('conversations.list', { limit: 2 }))
      names.push(...page.channels.map((c) => c.name));
    must(names.join() === 'general,random,help', `all channels come in pages: ${names}`);
    const { channels } = await web.conversations.list();
    const channel = channels[0].id;
    const post = await web.chat.postMessage({ channel, text: 'a & b / <c>', blocks: [] });
    must(post.ok && post.message.text === 'a & b / <c>', 'the text comes back as it went');
    await web.chat.postMessage({ channel, text: 'reply', thread_ts: post.ts });
    await web.reactions.add({ channel, timestamp: post.ts, name: 'eyes' });
    const thread = await web.conversations.replies({ channel, ts: post.ts });
    must(thread.messages.length === 2, 'the thread has two messages');
    must(thread.messages[0].reactions[0].name === 'eyes', 'the reaction is there');
    await web.chat.update({ channel, ts: post.ts, text: 'changed' });
    const long = await web.chat.update({ channel, ts: post.ts, text: 'x'.repeat(4001) }).catch((e) => e);
    must(long.data?.error === 'msg_too_long', 'a change has at most 4,000 letters');
    await web.chat.update({ channel, ts: post.ts, text: 'x'.repeat(4000) });
    await web.chat.delete({ channel, ts: post.ts });
    const again = await web.reactions.add({ channel, timestamp: post.ts, name: 'eyes' }).catch((e) => e);
    must(again.data?.error === 'message_not_found', 'a deleted message cannot be reacted to');
  },

  async 'web-api waits when it is told to'(slack, env) {
    const web = new WebClient(env.SLACK_BOT_TOKEN, { slackApiUrl: env.SLACK_API_URL, logger: quiet });
    await slack.set('fail next chat.postMessage with 429 retry 1');
    let waited = 0;
    web.on('rate_limited', (seconds) => { waited = seconds; });
    await within(8000, web.chat.postMessage({ channel: '#general', text: 'patient' }), 'a second try');
    must(waited === 1, 'Retry-After was understood');
  },

  async 'web-api explains a missing scope'(slack, env) {
    const web = new WebClient(env.SLACK_BOT_TOKEN, { slackApiUrl: env.SLACK_API_URL, logger: quiet });
    await slack.set('take scope chat:write away');
    const refused = await web.chat.postMessage({ channel: '#general', text: 'x' }).catch((e) => e);
    must(refused.data?.error === 'missing_scope' && refused.data.needed === 'chat:write', 'it names the scope');
  },

  async 'socket-mode receives and acknowledges'(slack, env) {
    const client = new SocketModeClient({
      appToken: env.SLACK_APP_TOKEN, logger: quiet, clientOptions: { slackApiUrl: env.SLACK_API_URL },
    });
    const heard = once(client, 'message');
    await within(8000, client.start(), 'a connection');
    slack.say('@ana in #general says "Hello <@bot>"');
    const [{ ack, body, event }] = await within(8000, heard, 'the message');
    must(event.text.startsWith('Hello <@U') && event.channel_type === 'channel', 'the event is whole');
    must(body.authorizations[0].is_bot && body.event_id, 'so is its wrapper');
    await ack();
    client.on('app_mention', ({ ack: again }) => again());
    await slack.expect('everything acknowledged');
    await client.disconnect();
    await slack.expect('sockets 0');
  },

  async 'socket-mode connects again when asked to'(slack, env) {
    const client = new SocketModeClient({
      appToken: env.SLACK_APP_TOKEN, logger: quiet, clientOptions: { slackApiUrl: env.SLACK_API_URL },
    });
    await within(8000, client.start(), 'a connection');
    await slack.set('patience 15s');
    slack.say('refresh warning');
    await slack.expect('connected again', 16000);
    await client.disconnect();
  },

  async 'bolt answers a message in its thread'(slack, env) {
    const app = new App({
      token: env.SLACK_BOT_TOKEN, appToken: env.SLACK_APP_TOKEN, socketMode: true, logger: quiet,
      clientOptions: { slackApiUrl: env.SLACK_API_URL },
    });
    app.message('Hello', async ({ message, say }) => {
      await say({ text: `Hi <@${message.user}>!`, thread_ts: message.ts });
    });
    await within(8000, app.start(), 'a connection');
    slack.say('@ana in #general says "Hello"');
    await slack.expect('reply "Hi <@ana>!"');
    slack.say('@raj in #random says "something else"');
    await slack.expect('nothing');
    await app.stop();
  },

  async 'bolt answers a command, and hears of edits, pins and groups'(slack, env) {
    const app = new App({
      token: env.SLACK_BOT_TOKEN, appToken: env.SLACK_APP_TOKEN, socketMode: true, logger: quiet,
      clientOptions: { slackApiUrl: env.SLACK_API_URL },
    });
    const heard = [];
    app.command('/lunch', async ({ command, ack, respond }) => {
      await ack('Thinking.');
      await respond(`One ${command.text} for <@${command.user_id}>.`);
      await respond({ response_type: 'in_channel', text: `Lunch in ${command.channel_name}.` });
    });
    for (const type of ['pin_added', 'subteam_members_changed', 'file_shared'])
      app.event(type, async () => { heard.push(type); });
    app.message('Hello', async ({ message, client }) => {
      const { ts, channel } = await client.chat.postMessage({ channel: message.user, text: 'Hi.' });
      await client.chat.update({ ts, channel, text: 'Hi again.' });
      await client.chat.delete({ ts, channel });
    });
    await within(8000, app.start(), 'a connection');
    await slack.expect('connected');
    slack.say('@ana types "/lunch pizza" in #general');
    await slack.expect('answer "Thinking." to the command');
    await slack.expect('answer "One pizza for <@ana>." to the command');
    await slack.expect('answer "Lunch in general." in the channel');
    slack.say('@ana in #general says "Hello"');
    await slack.expect('dm to @ana "Hi."');
    await slack.expect('update of "Hi." to "Hi again."');
    await slack.expect('deletion of "Hi again."');
    slack.say('@ana pins "Hello"');
    slack.say('@ana in #general shares a file with "notes"');
    slack.say('group @ops of @ana');
    slack.say('group @ops of @raj');
    await slack.expect('nothing');
    must(heard.sort().join() === 'file_shared,pin_added,subteam_members_changed', `events: ${heard}`);
    await app.stop();
  },

  async 'rtm-api receives, pings and posts'(slack, env) {
    await slack.set('workspace classic');
    const rtm = new RTMClient(env.SLACK_BOT_TOKEN, { slackApiUrl: env.SLACK_API_URL, logger: quiet });
    const heard = once(rtm, 'message');
    await within(8000, rtm.start(), 'a connection');
    await slack.expect('connected');
    slack.say('@raj in #random says "Hello"');
    const [event] = await within(8000, heard, 'the message');
    must(event.text === 'Hello' && event.channel_type === undefined, 'the event is a bare one');
    // The promise of sendMessage listens for its answer only after the write is reported done, and misses one that
    // is quicker than that; a disconnect after a send trips over the client's own list. Hence not those two.
    const answered = new Promise((done) => {
      rtm.on('slack_event', (_, frame) => frame.reply_to !== undefined && frame.ok !== undefined && done(frame));
    });
    rtm.sendMessage('Hi there', event.channel);
    const sent = await within(8000, answered, 'an acknowledgement');
    must(sent.ok && /^\d+\.\d{6}$/.test(sent.ts), 'the message has a ts');
    await slack.expect('say "Hi there" in #random');
  },

  async 'rtm-api by rtm.start, and a granular token is refused'(slack, env) {
    const rtm = new RTMClient(env.SLACK_BOT_TOKEN, {
      slackApiUrl: env.SLACK_API_URL, logger: { ...quiet, error() {} }, useRtmConnect: false, autoReconnect: false,
    });
    const refused = await rtm.start().catch((e) => e);
    must(refused.data?.error === 'not_allowed_token_type', `a new-style token has no RTM: ${refused}`);
    await slack.set('workspace classic');
    await slack.set('rtm.start answers long');
    const old = new RTMClient(env.SLACK_BOT_TOKEN, {
      slackApiUrl: env.SLACK_API_URL, logger: quiet, useRtmConnect: false,
    });
    const start = await within(8000, old.start(), 'a connection');
    must(start.users.length > 3 && start.channels.length === 3, 'rtm.start tells everything');
    await slack.expect('connected');
    await old.disconnect();
  },
};

// A bare WebSocket, for what well-behaved clients never do.
function dial(url, options = {}) {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...options });
  socket.frames = [];
  socket.on('message', (text) => socket.frames.push(JSON.parse(text)));
  socket.on('error', () => {});
  return socket;
}

async function open(env) {
  const answer = await fetch(`${env.SLACK_API_URL}apps.connections.open`, {
    method: 'POST', headers: { Authorization: `Bearer ${env.SLACK_APP_TOKEN}` },
  });
  return (await answer.json()).url;
}

async function call(env, method, { body, type, token = env.SLACK_BOT_TOKEN, verb = 'POST' } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (type) headers['Content-Type'] = type;
  const answer = await fetch(env.SLACK_API_URL + method, { method: verb, headers, body });
  return { status: answer.status, after: answer.headers.get('retry-after'), ...(await answer.json()) };
}

const bare = {
  async 'a ticket opens one socket, once, and not for ever'(slack, env) {
    const url = await open(env);
    const first = dial(url);
    await within(4000, once(first, 'message'), 'hello');
    must(first.frames[0].type === 'hello' && first.frames[0].num_connections === 1, 'hello comes first');
    const [, second] = await within(4000, once(dial(url), 'unexpected-response'), 'a refusal');
    must(second.statusCode === 409, 'a used ticket is refused');
    await slack.set('time runs 100 times faster');
    const late = await open(env);
    await new Promise((done) => { setTimeout(done, 400); });
    const [, third] = await within(4000, once(dial(late), 'unexpected-response'), 'a refusal');
    must(third.statusCode === 409, 'an old ticket is refused');
  },

  async 'the eleventh socket is one too many'(slack, env) {
    const sockets = [];
    for (let n = 1; n <= 11; n++) {
      const socket = dial(await open(env));
      await within(4000, once(socket, 'message'), 'a frame');
      sockets.push(socket);
    }
    must(sockets[9].frames[0].num_connections === 10, 'hello counts them');
    must(sockets[10].frames[0].reason === 'too_many_websockets', 'the eleventh is sent away');
  },

  async 'an envelope comes again until it is acknowledged'(slack, env) {
    await slack.set('time runs 10 times faster');
    const socket = dial(await open(env));
    await within(4000, once(socket, 'message'), 'hello');
    slack.say('@ana in #general says "one"');
    await within(4000, once(socket, 'message'), 'the event');
    await within(4000, once(socket, 'message'), 'the event again');
    const [, first, again] = socket.frames;
    must(first.retry_attempt === 0 && again.retry_attempt === 1 && again.retry_reason === 'timeout', 'it says so');
    must(first.payload.event_id === again.payload.event_id, 'it is the same event');
    const other = dial(await open(env));
    await within(4000, once(other, 'message'), 'hello');
    socket.terminate();
    await within(4000, once(other, 'message'), 'the event on another socket');
    other.send(JSON.stringify({ envelope_id: other.frames[1].envelope_id }));
    await slack.expect('everything acknowledged');
  },

  async 'frames that are too long or in pieces end the socket'(slack, env) {
    const long = dial(await open(env));
    await within(4000, once(long, 'message'), 'hello');
    long.send('x'.repeat(20481));
    must((await within(4000, once(long, 'close'), 'the end'))[0] === 1009, 'too long is 1009');
    const pieces = dial(await open(env));
    await within(4000, once(pieces, 'message'), 'hello');
    pieces.send('{"envelope_id":', { fin: false });
    must((await within(4000, once(pieces, 'close'), 'the end'))[0] === 1002, 'in pieces is 1002');
    const whole = dial(await open(env));
    await within(4000, once(whole, 'message'), 'hello');
    whole.send(JSON.stringify({ envelope_id: 'x'.repeat(20000) }));
    await slack.expect('sockets 1');
  },

  async 'tokens, verbs and bodies are looked at'(slack, env) {
    const post = { text: 'x', channel: 'C01GENERAL' };
    must((await call(env, 'no.such.method')).error === 'unknown_method', 'unknown method');
    must((await call(env, 'auth.test', { token: '' })).error === 'not_authed', 'no token');
    must((await call(env, 'auth.test', { token: 'xoxb-wrong' })).error === 'invalid_auth', 'wrong token');
    must((await call(env, 'auth.test', { token: env.SLACK_APP_TOKEN })).error === 'not_allowed_token_type', 'kind');
    must((await call(env, 'apps.connections.open')).error === 'not_allowed_token_type', 'kind of the other');
    must((await call(env, 'apps.connections.open', { verb: 'GET', token: env.SLACK_APP_TOKEN })).error ===
      'insecure_request', 'GET is refused');
    const json = { type: 'application/json; charset=utf-8' };
    must((await call(env, 'chat.postMessage', { ...json, body: JSON.stringify(post) })).ok, 'JSON where it is read');
    must((await call(env, 'conversations.info', { ...json, body: JSON.stringify(post) })).error ===
      'channel_not_found', 'JSON where it is not');
    must((await call(env, 'chat.postMessage', { ...json, body: '{' })).error === 'invalid_json', 'broken JSON');
    must((await call(env, 'chat.postMessage', { ...json, body: '[]' })).error === 'json_not_object', 'an array');
    must((await call(env, 'conversations.list', { body: new URLSearchParams({ cursor: 'old=' }) })).error ===
      'invalid_cursor', 'a bad cursor');
  },

  async 'posts have a pace, and every ts is new'(slack, env) {
    const seen = new Set();
    let limited;
    for (let n = 0; n < 6; n++) {
      const answer = await call(env, 'chat.postMessage', {
        body: new URLSearchParams({ channel: 'C01RANDOM', text: `${n}` }),
      });
      if (answer.ok) seen.add(answer.ts);
      else limited = answer;
    }
    must(seen.size === 5, 'five at once, each with a ts of its own');
    must(limited.status === 429 && limited.after === '1' && limited.error === 'ratelimited', 'then one a second');
    const history = await call(env, 'conversations.history', {
      body: new URLSearchParams({ channel: 'C01RANDOM', limit: '3' }),
    });
    must(history.messages.map((m) => m.text).join() === '4,3,2' && history.has_more, 'newest first, in pages');
  },
};
Object.assign(cases, bare);

async function child() {
  process.on('disconnect', () => process.exit(1));
  try {
    await cases[only](new Slack(), process.env);
    process.exit(0);
  } catch (error) {
    console.log(error.stack);
    process.exit(1);
  }
}

async function play(name) {
  const slack = spawn(slacksim, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: slack.stdout });
  const env = { ...process.env };
  for await (const [line] of on(lines, 'line')) {
    if (line === '') break;
    env[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  }
  const run = fork(fileURLToPath(import.meta.url), [slacksim, modules, name], { env });
  run.on('message', (command) => slack.stdin.write(`${command}\n`));
  lines.on('line', (line) => run.connected && run.send(line));
  const [status] = await once(run, 'exit');
  const gone = once(slack, 'exit');
  slack.stdin.end('quit\n');
  await gone;
  return status === 0;
}

async function parent() {
  const names = Object.keys(cases);
  let failed = 0;
  for (const name of names) {
    const good = await play(name);
    if (!good) failed++;
    console.log(`${good ? 'ok     ' : 'FAILED '} ${name}`);
  }
  console.log(`${names.length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

await (only === undefined ? parent() : child());
