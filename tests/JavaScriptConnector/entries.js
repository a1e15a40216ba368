import { log } from './log.js';
import { growingPauses, pause } from './time.js';
import { entryHash, entryMessage } from './wire.js';

/** Reads what the debtor system has booked by itself, and publishes it. The cursor moves when the broker has confirmed; after a restart all is read again, under the same ids. */
export class Entries {
  #settings;
  #debtorSystem;
  #cursor = 0;
  #seen = new Map();

  constructor(settings, debtorSystem) {
    this.#settings = settings;
    this.#debtorSystem = debtorSystem;
  }

  async run(session) {
    let nextPause = growingPauses();
    while (!session.ended.aborted) {
      const answer = await this.#debtorSystem.entries(this.#cursor, session.ended);
      if (answer === undefined || answer.status === 'unavailable')
        continue;
      const fault = faultOf(answer);
      if (fault) {
        log('warning', 'entries are read again, nothing of the answer was used', { after: this.#cursor, fault });
        await pause(nextPause(), session.ended);
        continue;
      }

      nextPause = growingPauses();
      await Promise.all(answer.entries.map(entry => session.publish(this.#message(entry))));
      if (answer.entries.length > 0)
        log('info', 'entries published', { after: this.#cursor, count: answer.entries.length });
      this.#cursor = answer.next;
      if (answer.entries.length === 0)
        await pause(this.#settings.pollEvery, session.ended);
    }
  }

  #message(entry) {
    const hash = entryHash(entry);
    if (!this.#seen.has(entry.entryId))
      this.#seen.set(entry.entryId, hash);
    return entryMessage(this.#settings.municipality, entry, this.#seen.get(entry.entryId) !== hash);
  }
}

/** A list that was cut, or does not add up, is used as a whole or not at all. */
function faultOf(answer) {
  if (!Array.isArray(answer.entries))
    return answer.why ?? `no list of entries (${answer.status})`;
  if (answer.count !== answer.entries.length)
    return `it says ${Number(answer.count)} entries and holds ${answer.entries.length}`;
  if (!Number.isInteger(answer.next))
    return 'it does not say where to go on';
  const wrong = answer.entries.findIndex(entry =>
    !entry?.entryId || !['coverage', 'reversal', 'writeOff'].includes(entry.kind) || !Number.isInteger(entry.amountOre)
    || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(entry.valueDate) || Number.isNaN(Date.parse(entry.bookedAt)));
  return wrong < 0 ? undefined : `entry ${wrong + 1} of ${answer.entries.length} is not whole`;
}
