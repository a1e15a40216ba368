// The vendor's own system. To connect another one, this is the file to write anew: everything else stays.
import { log, masked } from './log.js';
import { pause } from './time.js';

const CALL_TIMEOUT = 30_000;
const CALLS_AT_ONCE = 16;
const SHORTEST_RETRY = 250;
const FIX_BY = ['library', 'municipality', 'vendor'];

/**
 * Every answer is one of: { status: 'accepted' | 'rejected', … }, 'notThere' (certainly not done), 'unavailable' (nothing was done now),
 * 'unclear' (it did not answer, or not to the end) and 'nonsense' (it answered, and nobody can understand it).
 */
export class DebtorSystem {
  #base;
  #free = CALLS_AT_ONCE;
  #waiting = [];
  #closedUntil = 0;

  constructor(base) {
    this.#base = base;
  }

  /** What it knows of an instruction: it does not recognise a repeat, so this comes before every sending. */
  find(instructionId, signal) {
    return this.#call('GET', `/instructions/${instructionId}`, undefined, signal);
  }

  send(instruction, signal) {
    return this.#call('POST', '/instructions', instruction, signal);
  }

  entries(after, signal) {
    return this.#call('GET', `/entries?after=${after}`, undefined, signal);
  }

  /** Waits for its turn and while the debtor system has asked to be left alone; undefined when the signal ended the wait before the call. */
  async #call(method, path, body, signal) {
    for (;;) {
      while (this.#closedUntil > Date.now() && !signal.aborted)
        await pause(this.#closedUntil - Date.now(), signal);
      await this.#enter();
      try {
        if (signal.aborted)
          return undefined;
        if (this.#closedUntil <= Date.now())
          return await this.#ask(method, path, body);
      } finally {
        this.#leave();
      }
    }
  }

  async #ask(method, path, body) {
    let response, text;
    try {
      response = await fetch(this.#base + path, {
        method, redirect: 'error', signal: AbortSignal.timeout(CALL_TIMEOUT),
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      text = await response.text();
    } catch (reason) {
      return { status: 'unclear', why: masked(`${method}: ${reason.cause?.code ?? reason.name}`, 200) };
    }

    if (response.status === 503) {
      const wait = Math.max(Number(response.headers.get('retry-after')) * 1000 || 0, SHORTEST_RETRY);
      this.#closedUntil = Math.max(this.#closedUntil, Date.now() + wait);
      log('warning', 'debtor system takes nothing now', { againInSeconds: wait / 1000 });
      return { status: 'unavailable' };
    }

    if (response.status === 404 && method === 'GET')
      return { status: 'notThere' };
    if (response.status !== 200 && response.status !== 422)
      return { status: 'unclear', why: `${method}: status ${response.status}` };
    return understood(text) ?? { status: 'nonsense', why: `${method}: the answer with status ${response.status} cannot be understood` };
  }

  async #enter() {
    if (this.#free > 0)
      this.#free--;
    else
      await new Promise(resolve => this.#waiting.push(resolve));
  }

  #leave() {
    const next = this.#waiting.shift();
    if (next)
      next();
    else
      this.#free++;
  }
}

function understood(text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }

  if (answer?.status === 'accepted' || Array.isArray(answer?.entries))
    return answer;
  return answer?.status === 'rejected' && answer.code && FIX_BY.includes(answer.fixBy) ? answer : undefined;
}
