import { setMaxListeners } from 'node:events';
import amqp from 'amqplib';
import { masked } from './log.js';
import { growingPauses, pause } from './time.js';
import { toBody } from './wire.js';

const PREFETCH = 50;
const CONFIRM_TIMEOUT = 30_000;

/** One connection to the broker, from its start to its loss: whatever was not acknowledged in it comes again in the next. Declares nothing. */
export class Session {
  #connection;
  #channel;
  #user;
  #municipality;
  #consumer;
  #cancelled;
  #returned = new Set();
  #end = new AbortController();
  #lost = new AbortController();

  static async open({ broker, municipality }) {
    const session = new Session();
    // Every message in hand, and every confirm awaited, listens: that is no leak.
    setMaxListeners(0, session.#end.signal, session.#lost.signal);
    session.#municipality = municipality;
    session.#user = decodeURIComponent(new URL(broker).username);
    session.#connection = await amqp.connect(broker, { timeout: 10_000, noDelay: true, clientProperties: { connection_name: `connector ${municipality}` } });
    session.#connection.on('error', reason => session.#lose(reason));
    session.#connection.on('close', reason => session.#lose(reason));
    session.#channel = await session.#connection.createConfirmChannel();
    session.#channel.on('error', reason => session.#lose(reason));
    session.#channel.on('close', () => session.#lose());
    session.#channel.on('return', message => session.#returned.add(message.properties.messageId));
    return session;
  }

  /** Aborted when the session is lost, or is to stop: no wait and no new call is worth while any more. */
  get ended() {
    return this.#end.signal;
  }

  /** Why it was lost; undefined as long as it is not. */
  get reason() {
    return this.#lost.signal.aborted ? masked(this.#lost.signal.reason?.message ?? 'the connection was closed', 300) : undefined;
  }

  async consume(take) {
    await this.#channel.prefetch(PREFETCH);
    this.#consumer = (await this.#channel.consume(`transfer-claim.${this.#municipality}`, message => (message ? take(message) : this.#lose(new Error('the queue was deleted'))))).consumerTag;
  }

  /** Resolves when the broker has confirmed. What it refuses (a queue that is full, no queue at all) is offered again until the session ends. */
  async publish({ name, body }, traceparent) {
    const nextPause = growingPauses();
    while (!await this.#confirmed(name, body, traceparent)) {
      this.#lost.signal.throwIfAborted();
      await pause(nextPause(), this.#lost.signal);
    }
  }

  async #confirmed(name, body, traceparent) {
    this.#lost.signal.throwIfAborted();
    const headers = traceparent ? { traceparent: String(traceparent) } : {};
    const properties = { contentType: 'application/json', type: name, messageId: body.messageId, persistent: true, mandatory: true, userId: this.#user, headers };
    const failure = await new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#lose(new Error('the broker confirms nothing any more')), CONFIRM_TIMEOUT);
      const settle = (act, value) => {
        clearTimeout(late);
        this.#lost.signal.removeEventListener('abort', lost);
        act(value);
      };
      const lost = () => settle(reject, this.#lost.signal.reason);
      this.#lost.signal.addEventListener('abort', lost, { once: true });
      this.#channel.publish(name, this.#municipality, toBody(body), properties, fault => settle(resolve, fault));
    });
    return !this.#returned.delete(body.messageId) && !failure;
  }

  acknowledge(message) {
    this.#channel.ack(message);
  }

  /** For good: the broker puts it on the dead queue. */
  refuse(message) {
    if (!this.#lost.signal.aborted)
      this.#channel.reject(message, false);
  }

  /** No new messages, no new calls; what is under way may still be reported. */
  stop() {
    this.#end.abort();
    if (this.#consumer && !this.#lost.signal.aborted)
      this.#cancelled = this.#channel.cancel(this.#consumer).catch(reason => this.#lose(reason));
  }

  async close() {
    await this.#cancelled;
    if (!this.#lost.signal.aborted)
      await this.#channel.close();
    // One that the broker has closed cannot be closed again; that is all there is to know.
    await this.#connection.close().catch(reason => this.#lose(reason));
  }

  #lose(reason) {
    this.#lost.abort(reason ?? new Error('the connection was closed'));
    this.#end.abort();
  }
}
