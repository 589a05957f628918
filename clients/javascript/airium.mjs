/**
 * A client of AIrium realtime, for browsers and for Node 22 or later. It depends on nothing.
 *
 * `Conversation` has the client's rules (docs/protocol.md): what is shown and what is sent, whatever comes, on
 * however many connections. It has no socket and no clock. `Client` gives it both.
 *
 *     const client = new Client({ url, sessionId, show: (action) => console.log(action) });
 *     client.say("Hello");
 *
 * What `show` gets, each with its name in `event`:
 *
 *     message       {feed, message}     show it: the next of its feed, whole, once, in its turn; of what was
 *                                       `spoken`, `message.role` says by whom: `user` or `assistant`
 *     delta         {messageId, attempt, offset, text}    more of a reply; at offset 0 it begins anew
 *     reset         {feed}              forget what was shown of it (of `session`, the drafts too)
 *     older         {feed, messages, more}    show these before the oldest that is shown
 *     said          {id, text}          a text waits to be acknowledged
 *     acknowledged  {id, messageId}     it is in the log
 *     answered      {id, type, data}    what `cancel` or `ask` was answered
 *     waiting       {id, code, seconds} the server does not take it yet; it is sent again by itself
 *     refused       {code, message, id?}
 *     current       {feed, pending?}    a feed has caught up
 *     online, offline                   whether there is a connection (of `Client` alone)
 *     failed        {error}             the URL cannot be had; it is tried again (of `Client` alone)
 */

const MOST_AHEAD = 300; // messages that wait for their turn: more than one resume brings
const MOST_KNOWN = 1000; // numbers whose ids are kept, and replies known to be over
const MOST_DRAFTS = 20;
const MOST_DELTAS_AHEAD = 100;
const UNANSWERED = 10_000; // milliseconds, as all that follow
const MOST_TRIES = 3; // without an answer on one connection: then it is dead
const GAP = 3_000; // how long what is ahead may wait for what is before it
const REPAIR = 15 * 60_000;
const PAUSE = 1_000;
const PING = 4 * 60_000; // the server asks for a frame at least every five minutes
const ACK = 1_100; // the server takes one acknowledgement a second
const LONGEST_WAIT_SECONDS = 60;
const FIRST_DELAY = 1_000; // of connecting anew, at random up to this, and up to twice as long each time
const LONGEST_DELAY = 60_000;

const least = (times) => {
  const known = times.filter((time) => time !== null);
  return known.length ? Math.min(...known) : null;
};
const trim = (map, most) => {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
};

/** A message in parts, as far as it has come. */
class Parts {
  constructor(id) {
    this.id = id;
    this.parts = new Map();
  }

  add(message) {
    this.parts.set(message.part ?? 1, message);
  }

  get isWhole() {
    const [first] = this.parts.values();
    return this.parts.size === (first.parts ?? 1);
  }

  get message() {
    const [first, ...rest] = [...this.parts].sort(([one], [other]) => one - other).map(([, part]) => part);
    if (!rest.length) return first;
    const { part, parts, ...whole } = first;
    return { ...whole, text: [first, ...rest].map((each) => each.text ?? "").join("") };
  }
}

/** The whole messages of history, in order, and the parts of the oldest if it is not whole. */
function joined(newestFirst) {
  const found = new Map();
  for (const each of newestFirst) {
    if (!found.has(each.seq)) found.set(each.seq, new Parts(each.id));
    found.get(each.seq).add(each);
  }
  const whole = [...found.values()].filter((parts) => parts.isWhole).map((parts) => parts.message);
  return [whole.reverse(), newestFirst.filter((each) => !found.get(each.seq).isWhole)];
}

/** The rules for one feed: what is shown, and in which order. */
class Feed {
  constructor(name, position, mostAhead) {
    this.name = name;
    this.seq = position?.seq ?? 0;
    this.id = position?.id ?? "";
    this.isLoading = false; // told to begin anew, without a page of its history yet: nothing is shown
    this.owed = false; // something came that cannot be: the feed may be another one
    this.before = null; // where the next page of its history begins
    this.receipt = 0; // the last number whose sender wants to know that it has arrived
    this.hasPosition = Boolean(position);
    this.hasBegun = false;
    this.mostAhead = mostAhead;
    this.ahead = new Map();
    this.known = new Map([[this.seq, this.id]]);
    this.base = 0;
    this.promised = 0;
    this.top = null;
    this.rest = [];
  }

  get hasGap() {
    return this.hasBegun && !this.isLoading && (this.ahead.size > 0 || this.seq < this.promised);
  }

  /** Until the next resume is answered nothing is shown: the feed may have begun anew in the meantime. */
  cut() {
    this.hasBegun = this.owed = false;
    this.ahead.clear();
    this.promised = 0;
  }

  /** Whether a message came by its number, whether it is shown yet or not. */
  hasNumbered(id) {
    return [...this.known.values(), ...[...this.ahead.values()].map((parts) => parts.id)].includes(id);
  }

  told(message) {
    const { seq, id } = message;
    if (this.hasBegun && !this.isLoading && seq <= this.seq) {
      this.owed ||= this.known.get(seq) !== id;
      return [];
    }
    if (this.ahead.get(seq)?.id !== id) this.ahead.set(seq, new Parts(id));
    this.ahead.get(seq).add(message);
    if (this.ahead.size > this.mostAhead) {
      const greatest = Math.max(...this.ahead.keys()); // the next number always finds room
      this.ahead.delete(greatest);
      this.promised = Math.max(this.promised, greatest);
    }
    return this.drain();
  }

  resumed(seq) {
    this.hasBegun = true;
    this.promised = Math.max(this.promised, seq);
    return this.drain();
  }

  reset(position) {
    this.hasBegun = this.hasPosition = true;
    this.moveTo(position);
    this.base = this.seq;
    this.known = new Map([[this.seq, this.id]]);
    this.top = this.before = null;
    this.rest = [];
    this.receipt = 0;
    this.isLoading = this.seq > 0;
    return this.isLoading ? [] : [{ event: "reset", feed: this.name }, ...this.drain()];
  }

  /** Take a page while it is loading. One that is older than the reset is of no use. */
  page(page) {
    if (this.top === null) {
      if (!page.complete || page.complete.seq < this.base) return [];
      this.top = page.complete;
    }
    const messages = this.take(page);
    if (!messages.length && page.more) return []; // not even the newest is whole: the next page has more of it
    this.moveTo(this.top);
    this.isLoading = false;
    this.know(messages);
    return [{ event: "reset", feed: this.name }, ...messages.map((each) => this.shown(each)), ...this.drain()];
  }

  giveUpLoading() {
    this.isLoading = false;
    return [{ event: "reset", feed: this.name }, ...this.drain()];
  }

  older(page) {
    return [{ event: "older", feed: this.name, messages: this.take(page), more: page.more ?? false }];
  }

  take(page) {
    const last = page.messages.at(-1);
    if (last) this.before = "part" in last ? { seq: last.seq, part: last.part } : { seq: last.seq };
    const [messages, rest] = joined([...this.rest, ...page.messages]);
    this.rest = rest;
    return messages;
  }

  moveTo({ seq, id }) {
    this.seq = seq;
    this.id = id;
  }

  drain() {
    if (!this.hasBegun || this.isLoading) return [];
    for (const seq of [...this.ahead.keys()]) if (seq <= this.seq) this.ahead.delete(seq);
    const actions = [];
    for (let next; (next = this.ahead.get(this.seq + 1))?.isWhole; ) {
      this.ahead.delete(this.seq + 1);
      this.moveTo(next.message);
      this.know([next.message]);
      actions.push(this.shown(next.message));
    }
    return actions;
  }

  shown(message) {
    return { event: "message", feed: this.name, message };
  }

  know(messages) {
    for (const { seq, id, receipt } of messages) {
      this.known.set(seq, id);
      if (receipt) this.receipt = Math.max(this.receipt, seq);
    }
    trim(this.known, MOST_KNOWN);
  }
}

/** Replies that are being said. JavaScript's strings count as the offsets do. */
class Drafts {
  constructor() {
    this.drafts = new Map();
    this.finished = new Map();
    this.ofBefore = new Set();
  }

  opened() {
    this.ofBefore = new Set(this.drafts.keys());
  }

  /** What is being said still, each from its beginning; what an earlier connection told alone may be over. */
  reset() {
    for (const messageId of this.ofBefore) this.drafts.delete(messageId);
    this.ofBefore.clear();
    return [...this.drafts]
      .filter(([, { text }]) => text)
      .map(([messageId, { attempt, text }]) => ({ event: "delta", messageId, attempt, offset: 0, text }));
  }

  /** A greater attempt begins anew, and a smaller one is over. */
  told({ messageId, attempt, offset, text }) {
    let draft = this.drafts.get(messageId);
    if (this.finished.has(messageId) || (draft && attempt < draft.attempt)) return [];
    this.ofBefore.delete(messageId);
    if (!draft || attempt > draft.attempt) {
      draft = { attempt, text: "", ahead: new Map() };
      this.drafts.set(messageId, draft);
      trim(this.drafts, MOST_DRAFTS);
    }
    const known = draft.text.length;
    if (text.length > (draft.ahead.get(offset) ?? "").length) draft.ahead.set(offset, text);
    if (draft.ahead.size > MOST_DELTAS_AHEAD) draft.ahead.delete(Math.max(...draft.ahead.keys()));
    for (const start of [...draft.ahead.keys()].sort((one, other) => one - other)) {
      if (start > draft.text.length) break;
      draft.text += draft.ahead.get(start).slice(draft.text.length - start);
      draft.ahead.delete(start);
    }
    const added = draft.text.slice(known);
    return added ? [{ event: "delta", messageId, attempt, offset: known, text: added }] : [];
  }

  finish({ messageId }) {
    if (messageId === undefined) return;
    this.drafts.delete(messageId);
    this.ofBefore.delete(messageId);
    this.finished.set(messageId, true);
    trim(this.finished, MOST_KNOWN);
  }
}

/** When to resume: first of all on each connection, and where something did not come. */
class Resumes {
  constructor(feeds) {
    this.feeds = feeds;
    this.asked = new Map();
    this.askedAt = 0;
    this.wantedAt = null;
    this.notBefore = 0;
    this.stuck = new Map();
    this.wasAt = new Map();
    this.tries = 0;
  }

  opened(now) {
    this.asked.clear();
    this.stuck.clear();
    this.tries = this.notBefore = 0;
    this.wantedAt = now;
  }

  want(at) {
    this.wantedAt = least([this.wantedAt, at]);
  }

  sent(id, now) {
    this.asked.set(id, new Set(this.feeds.map((feed) => feed.name)));
    this.wasAt = new Map(this.feeds.map((feed) => [feed.name, feed.seq]));
    this.askedAt = now;
    this.tries += 1;
    this.wantedAt = null;
    this.stuck.clear();
  }

  /** Whether a resume is answered by this for the first time; those before it are answered, too. */
  answered(id, feed, now) {
    if (!this.asked.get(id)?.has(feed)) return false;
    this.tries = 0;
    for (const [earlier, feeds] of [...this.asked]) {
      feeds.delete(feed);
      if (!feeds.size) this.asked.delete(earlier);
      if (earlier === id) break;
    }
    if (!this.asked.size) this.want(now + REPAIR);
    return true;
  }

  refused(id, againAt) {
    if (!this.asked.delete(id)) return false;
    this.tries = 0;
    this.notBefore = againAt;
    this.want(againAt);
    return true;
  }

  hurry(at) {
    if (this.asked.size) this.askedAt = Math.min(this.askedAt, at - UNANSWERED);
  }

  /** Ask for the rest: at once, where the last resume has brought something. */
  more(feed, now) {
    const came = feed.seq > (this.wasAt.get(feed.name) ?? 0);
    this.want(came ? now : now + PAUSE);
  }

  look(now) {
    for (const feed of this.feeds) {
      if (feed.owed) this.want(Math.max(now, this.askedAt + PAUSE));
      feed.owed = false;
      if (!feed.hasGap) this.stuck.delete(feed.name);
      else if (this.stuck.get(feed.name)?.seq !== feed.seq) {
        this.stuck.set(feed.name, { seq: feed.seq, since: now });
      }
    }
  }

  get dueAt() {
    if (this.asked.size) return this.askedAt + UNANSWERED;
    const at = least([...[...this.stuck.values()].map(({ since }) => since + GAP), this.wantedAt]);
    return at === null ? null : Math.max(at, this.notBefore);
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isPosition = (value) => isObject(value) && Number.isInteger(value.seq) && typeof value.id === "string";
const isMessage = (data) => isPosition(data) && typeof data.feed === "string" && typeof data.kind === "string";
const SHAPES = {
  message: isMessage,
  text_delta: (data) =>
    typeof data.messageId === "string" &&
    Number.isInteger(data.attempt) &&
    Number.isInteger(data.offset) &&
    typeof data.text === "string",
  reset: (data) => typeof data.feed === "string" && isPosition(data.position),
  resumed: (data) => typeof data.feed === "string" && Number.isInteger(data.seq),
  history_page: (data) => Array.isArray(data.messages) && data.messages.every(isMessage),
  text_ack: (data) => typeof data.messageId === "string",
  error: (data) => typeof data.code === "string" && typeof data.message === "string",
};

/** A frame of the server; null if it is none that says something, since a server may be newer. */
function parse(text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(frame)) return null;
  if (frame.type === undefined) return frame.connectionId ? { type: "", data: {} } : null;
  const { type, id, data = {} } = frame;
  return isObject(data) && (SHAPES[type]?.(data) ?? true) ? { type, id, data } : null;
}

/**
 * One screen of a conversation: the rules, without a socket and a clock.
 *
 * Each method returns what is to be done, in order: `{event: "send", frame}`, `{event: "drop"}` (the connection
 * is dead: close it, and open another), and what is to be shown. `now` is in milliseconds, of any clock that
 * does not go back.
 */
export class Conversation {
  /**
   * @param {string} prefix what the ids of its frames begin with; no other screen may have it
   * @param {{positions?: object, mostAhead?: number}} options `positions` as `positions` gave them, if what was
   *   shown then is shown still
   */
  constructor(prefix, { positions = {}, mostAhead = MOST_AHEAD } = {}) {
    this.feeds = {
      session: new Feed("session", positions.session, mostAhead),
      user: new Feed("user", positions.user, mostAhead),
    };
    this.prefix = prefix;
    this.made = 0;
    this.drafts = new Drafts();
    this.requests = new Map(); // frames without an answer, in the order in which they were made
    this.resumes = new Resumes(Object.values(this.feeds));
    this.unnumbered = null; // a text that is acknowledged: the next one waits until it has its number
    this.heldUntil = null;
    this.isOpen = false;
    this.sentAt = 0;
    this.pingedAt = null;
    this.behindSince = null;
    this.receipts = new Map();
    this.acks = new Set();
  }

  /** Where its feeds are. */
  get positions() {
    const known = Object.values(this.feeds).filter((feed) => feed.hasPosition);
    return Object.fromEntries(known.map(({ name, seq, id }) => [name, { seq, id }]));
  }

  /** The replies that are being said, by the messages that they answer; the last one last. */
  get answering() {
    return [...this.drafts.drafts.keys()];
  }

  /** When `wake` is to be called; null where nothing is due while nothing comes. */
  get dueAt() {
    if (!this.isOpen) return null;
    const keeping = this.pingedAt === null ? this.sentAt + PING : this.pingedAt + UNANSWERED;
    const ack = this.behindSince === null ? null : this.behindSince + ACK;
    const held = this.texts.length ? this.heldUntil : null;
    return least([this.resumes.dueAt, keeping, ack, held, ...this.sendable().map(({ dueAt }) => dueAt)]);
  }

  /** A connection is open: it begins with a resume, then what was not answered is sent again. */
  opened(now) {
    this.isOpen = true;
    this.resumes.opened(now);
    for (const request of this.requests.values()) request.dueAt = request.tries = 0;
    this.drafts.opened();
    this.sentAt = now;
    this.pingedAt = null;
    return this.settled([], now);
  }

  /** The connection is over. */
  closed() {
    this.isOpen = false;
    for (const feed of Object.values(this.feeds)) feed.cut();
  }

  /** Do what is due. */
  wake(now) {
    return this.settled([], now);
  }

  /** A frame came. */
  received(text, now) {
    if (!this.isOpen) return []; // of a connection that was given up
    this.pingedAt = null;
    const frame = parse(text);
    return this.settled(frame ? this.take(frame, now) : [], now);
  }

  /** Send a text: once those before it have their numbers, and until it is acknowledged. */
  say(text, now) {
    const id = this.request("t", "text_message", { text });
    return this.settled([{ event: "said", id, text }], now);
  }

  /** Stop the reply to a message. */
  cancel(messageId, now) {
    this.request("c", "text_cancel", { messageId });
    return this.settled([], now);
  }

  /** Load what was before the oldest message that is shown; nothing while such a page is on its way. */
  older(name, now, limit = 20) {
    if (this.isAsked(name)) return [];
    const { before } = this.feeds[name];
    if (!before) return [{ event: "older", feed: name, messages: [], more: false }];
    this.request("h", "history", { feed: name, before, limit });
    return this.settled([], now);
  }

  /** Send a frame of another type that has one answer, until it is answered. */
  ask(type, data, now) {
    this.request("q", type, data);
    return this.settled([], now);
  }

  // --- The rules ---

  take({ type, id, data }, now) {
    const feed = Object.hasOwn(this.feeds, data.feed) ? this.feeds[data.feed] : null;
    switch (type) {
      case "message": {
        if (!feed) return [];
        const told = data.kind === "text" ? this.acknowledged(id, data.id) : [];
        return [...told, ...this.finished(feed.told(data))];
      }
      case "text_delta":
        return [...this.acknowledged(id, data.messageId), ...this.drafts.told(data)];
      case "text_ack": {
        const acknowledged = this.acknowledged(id, data.messageId);
        if (acknowledged.length) this.hold(data.messageId, now);
        return acknowledged;
      }
      case "resumed":
      case "reset":
        if (!this.resumes.answered(id, data.feed, now)) return [];
        return this.finished(type === "reset" ? this.reset(feed, data) : this.resumed(feed, data, now));
      case "history_page":
        return this.finished(this.page(id, data, now));
      case "error":
        return this.refused(id, data, now);
      case "": // the gateway's own, which does not say of which frame: it may have dropped any
        this.resumes.hurry(now + PAUSE);
        for (const request of this.requests.values()) {
          if (!request.tries) continue;
          request.dueAt = Math.min(request.dueAt, now + PAUSE);
          request.tries = 1;
        }
        return [];
      default:
        return this.requests.delete(id) ? [{ event: "answered", id, type, data }] : [];
    }
  }

  /** What says that a text is in the log: its answer may come before its acknowledgement. */
  acknowledged(id, messageId) {
    if (this.requests.get(id)?.frame.type !== "text_message") return [];
    this.requests.delete(id);
    return [{ event: "acknowledged", id, messageId }];
  }

  /** Hold the next text until this one has its number, or for so long that it may get it much later. */
  hold(messageId, now) {
    this.unnumbered = messageId;
    this.heldUntil = now + UNANSWERED;
  }

  reset(feed, { position }) {
    for (const [id, { frame }] of this.requests) {
      if (frame.type === "history" && frame.data.feed === feed.name) this.requests.delete(id);
    }
    return feed.reset(position);
  }

  resumed(feed, { seq, more, pending }, now) {
    const shown = feed.resumed(seq);
    if (more) {
      this.resumes.more(feed, now);
      return shown;
    }
    return [...shown, { event: "current", feed: feed.name, ...(pending?.length ? { pending } : {}) }];
  }

  page(id, page, now) {
    const asked = this.requests.get(id)?.frame;
    if (!asked) return [];
    this.requests.delete(id);
    const feed = this.feeds[asked.data.feed ?? "session"];
    if (!feed.isLoading) return feed.older(page);
    const shown = feed.page(page);
    if (feed.isLoading && feed.before === null) this.load(feed, now + PAUSE);
    return shown;
  }

  refused(id, { code, message, retryAfter = 1 }, now) {
    const again = code === "rate_limited" || code === "unavailable";
    const againAt = now + Math.trunc(retryAfter * 1_000);
    const refused = { event: "refused", code, message };
    if (this.resumes.refused(id, again ? againAt : now + UNANSWERED)) return again ? [] : [refused];
    const request = this.requests.get(id);
    if (!request) return this.acks.delete(id) ? [] : [id === undefined ? refused : { ...refused, id }];
    if (again && retryAfter <= LONGEST_WAIT_SECONDS) {
      request.dueAt = againAt;
      request.tries = 0;
      return [{ event: "waiting", id, code, seconds: retryAfter }];
    }
    // the connection is over: on the next one the frame is sent again
    if (code === "token_expired" || code === "unauthorized") return [refused];
    this.requests.delete(id);
    const { type, data } = request.frame;
    const feed = type === "history" ? this.feeds[data.feed] : null;
    return [{ ...refused, id }, ...(feed?.isLoading ? this.finished(feed.giveUpLoading()) : [])];
  }

  /** Forget the drafts of the replies that are shown now; what is being said goes on after a reset. */
  finished(actions) {
    let anew = false;
    for (const action of actions) {
      if (action.event === "message") this.drafts.finish(action.message);
      if (action.event === "older") action.messages.forEach((message) => this.drafts.finish(message));
      anew ||= action.event === "reset" && action.feed === "session";
    }
    return anew ? [...actions, ...this.drafts.reset()] : actions;
  }

  // --- What is due ---

  settled(actions, now) {
    if (!this.isOpen) return actions;
    this.resumes.look(now);
    if (this.heldUntil !== null && (this.heldUntil <= now || this.feeds.session.hasNumbered(this.unnumbered))) {
      this.heldUntil = null;
    }
    for (const feed of Object.values(this.feeds)) {
      if (feed.isLoading && !this.isAsked(feed.name)) this.load(feed, now);
    }
    if (this.isDead(now)) {
      this.closed();
      return [...actions, { event: "drop" }];
    }
    const frames = [...this.dueResume(now), ...this.dueRequests(now), ...this.dueAcks(now)];
    if (this.pingedAt === null && this.sentAt + PING <= now) {
      frames.push({ type: "ping" });
      this.pingedAt = now;
    }
    if (frames.length) this.sentAt = now;
    return [...actions, ...frames.map((frame) => ({ event: "send", frame }))];
  }

  isDead(now) {
    const { tries, dueAt } = this.resumes;
    return (
      (tries >= MOST_TRIES && dueAt !== null && dueAt <= now) ||
      (this.pingedAt !== null && this.pingedAt + UNANSWERED <= now) ||
      this.sendable().some((request) => request.tries >= MOST_TRIES && request.dueAt <= now)
    );
  }

  dueResume(now) {
    const { dueAt } = this.resumes;
    if (dueAt === null || dueAt > now) return [];
    const id = this.makeId("r");
    this.resumes.sent(id, now);
    return [{ type: "resume", id, data: { positions: this.positions } }];
  }

  dueRequests(now) {
    const due = this.sendable().filter((request) => request.dueAt <= now);
    for (const request of due) {
      request.tries += 1;
      request.dueAt = now + UNANSWERED;
    }
    return due.map((request) => request.frame);
  }

  dueAcks(now) {
    const feeds = Object.values(this.feeds);
    const behind = feeds.filter(({ name, receipt }) => receipt && receipt !== this.receipts.get(name));
    if (!behind.length) this.behindSince = null;
    else this.behindSince ??= now;
    if (this.behindSince === null || this.behindSince + ACK > now) return [];
    this.behindSince = null;
    const frames = behind.map(({ name, receipt }) => {
      this.receipts.set(name, receipt);
      return { type: "ack", id: this.makeId("a"), data: { feed: name, seq: receipt } };
    });
    this.acks = new Set(frames.map(({ id }) => id));
    return frames;
  }

  get texts() {
    return [...this.requests.values()].filter(({ frame }) => frame.type === "text_message");
  }

  /** Of the texts the first alone, and none while another has no number: their order is that of the screens. */
  sendable() {
    const waiting = this.texts.slice(this.heldUntil === null ? 1 : 0);
    return [...this.requests.values()].filter((request) => !waiting.includes(request));
  }

  isAsked(name) {
    return [...this.requests.values()].some(({ frame }) => frame.type === "history" && frame.data.feed === name);
  }

  load(feed, at) {
    const before = feed.before ? { before: feed.before } : {};
    this.requests.get(this.request("h", "history", { feed: feed.name, ...before })).dueAt = at;
  }

  request(letter, type, data) {
    const id = this.makeId(letter);
    this.requests.set(id, { frame: { type, id, data }, dueAt: 0, tries: 0 });
    return id;
  }

  makeId(letter) {
    this.made += 1;
    return `${this.prefix}${letter}${this.made}`;
  }
}

/**
 * A conversation over WebSockets: it connects, and connects again for as long as it is not closed.
 *
 * A connection that ends with 1003 or 1009 is not opened again: this client would send the same frame.
 */
export class Client {
  /**
   * @param {object} options
   * @param {string | (() => string | Promise<string>)} options.url of the WebSocket; a function where each
   *   connection needs a ticket of its own
   * @param {(action: object) => void} options.show what is to be shown
   * @param {string} [options.sessionId] the conversation; it goes into the URL
   * @param {object} [options.positions] see `Conversation`
   * @param {typeof WebSocket} [options.socket] by default the global one
   */
  constructor({ url, show, sessionId, positions, socket = globalThis.WebSocket }) {
    this.url = url;
    this.show = show;
    this.sessionId = sessionId;
    this.Socket = socket;
    this.conversation = new Conversation(crypto.randomUUID().slice(0, 8), { positions });
    this.socket = null;
    this.failures = 0;
    this.isClosed = false;
    this.connect();
  }

  say(text) {
    this.do(this.conversation.say(text, performance.now()));
  }

  cancel(messageId) {
    this.do(this.conversation.cancel(messageId, performance.now()));
  }

  older(feed = "session", limit = 20) {
    this.do(this.conversation.older(feed, performance.now(), limit));
  }

  ask(type, data = {}) {
    this.do(this.conversation.ask(type, data, performance.now()));
  }

  /** End it. */
  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.lose();
  }

  async connect() {
    let url;
    try {
      url = new URL(typeof this.url === "function" ? await this.url() : this.url);
    } catch (error) {
      this.show({ event: "failed", error });
      this.again();
      return;
    }
    if (this.isClosed) return;
    if (this.sessionId) url.searchParams.set("sessionId", this.sessionId);
    const socket = new this.Socket(url);
    this.socket = socket;
    const ifCurrent = (then) => (event) => this.socket === socket && then(event);
    socket.addEventListener("open", ifCurrent(() => {
      this.show({ event: "online" });
      this.do(this.conversation.opened(performance.now()));
    }));
    socket.addEventListener("message", ifCurrent(({ data }) => {
      this.failures = 0;
      this.do(this.conversation.received(data, performance.now()));
    }));
    socket.addEventListener("close", ifCurrent(({ code }) => this.lose(code)));
  }

  /** Give up the connection, if there is one, and open another. */
  lose(code = null) {
    const { socket } = this;
    this.socket = null;
    this.conversation.closed();
    clearTimeout(this.timer);
    if (!socket) return;
    socket.close();
    this.show({ event: "offline", code });
    if (code === 1003 || code === 1009) this.isClosed = true;
    this.again();
  }

  /** Everybody who was cut off comes back at once, so each waits at random, and longer each time. */
  again() {
    if (this.isClosed) return;
    const delay = Math.random() * Math.min(FIRST_DELAY * 2 ** this.failures, LONGEST_DELAY);
    this.failures += 1;
    this.retry = setTimeout(() => this.connect(), delay);
  }

  do(actions) {
    for (const action of actions) {
      if (action.event === "send") this.socket?.send(JSON.stringify(action.frame));
      else if (action.event === "drop") this.lose();
      else this.show(action);
    }
    clearTimeout(this.timer);
    const { dueAt } = this.conversation;
    if (dueAt === null || !this.socket) return;
    const delay = Math.max(0, dueAt - performance.now());
    this.timer = setTimeout(() => this.do(this.conversation.wake(performance.now())), Math.min(delay, 2 ** 31 - 1));
  }
}
