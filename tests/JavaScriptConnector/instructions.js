import { log, masked } from './log.js';
import { Erased, KeyMissing } from './sealing.js';
import { growingPauses, pause } from './time.js';
import { Malformed, readInstruction, report } from './wire.js';

const NONSENSE_AT_MOST = 5;

/** Not to be carried out, and a person has to look: the message goes to the dead queue. */
class Refused extends Error {}

/** The session is at its end: what is not acknowledged comes again. */
class Ended extends Error {}

/** Carries out instructions: one claim's in the order they came, different claims' side by side. */
export class Instructions {
  #settings;
  #debtorSystem;
  #keys;
  #claims = new Map();
  #inHand = new Map();
  #working = new Set();

  constructor(settings, debtorSystem, keys) {
    this.#settings = settings;
    this.#debtorSystem = debtorSystem;
    this.#keys = keys;
  }

  take(session, message) {
    let claim;
    try {
      claim = readInstruction(message.content, this.#settings.municipality);
    } catch (reason) {
      if (!(reason instanceof Malformed))
        throw reason;
      return this.#refuse(session, message, reason.message);
    }

    // A question overtakes what it asks about: it is answered "in hand" while that is worked on.
    const work = claim.instruction === 'find' ? this.#settled(session, message, claim, () => this.#answer(session, claim)) : this.#inTurn(session, message, claim);
    this.#working.add(work);
    return work.finally(() => this.#working.delete(work));
  }

  /** Resolves when nothing is worked on any more. */
  async idle() {
    await Promise.allSettled([...this.#working]);
  }

  async #inTurn(session, message, claim) {
    const before = this.#claims.get(claim.claimId);
    const { promise, done } = turn();
    this.#claims.set(claim.claimId, promise);
    this.#hold(claim, 1);
    try {
      await before;
      await this.#settled(session, message, claim, () => this.#carryOut(session, claim));
    } finally {
      this.#hold(claim, -1);
      if (this.#claims.get(claim.claimId) === promise)
        this.#claims.delete(claim.claimId);
      done();
    }
  }

  /** The same instruction may be in hand twice: it came again after the connection was lost. */
  #hold({ instructionId, instruction }, by) {
    const times = (this.#inHand.get(instructionId)?.times ?? 0) + by;
    if (times > 0)
      this.#inHand.set(instructionId, { kind: instruction, times });
    else
      this.#inHand.delete(instructionId);
  }

  /** Reported and confirmed first, acknowledged last. */
  async #settled(session, message, claim, work) {
    try {
      const outcome = await work();
      await session.publish(outcome, message.properties.headers?.traceparent);
      session.acknowledge(message);
      const { messageId, instructionId, outcome: what, code } = outcome.body;
      log('info', 'reported', { messageId, instructionId, kind: claim.instruction, outcome: what, code: code && masked(code, 100) });
    } catch (reason) {
      if (session.ended.aborted)
        log('info', 'left for the next delivery', { instructionId: claim.instructionId });
      else
        // A fault of our own too: it would come back with every delivery, and take its neighbours along. When it is replayed, the debtor system is asked first.
        this.#refuse(session, message, reason instanceof Refused ? reason.message : masked(`${reason.name}: ${reason.message}`, 300), claim);
    }
  }

  #refuse(session, message, why, claim) {
    log('error', 'message refused, it stands on the dead queue', { instructionId: claim?.instructionId, why });
    session.refuse(message);
  }

  /** The debtor system books twice what it is sent twice. So it is asked before every sending, and nothing is sent before it has said that it has nothing. */
  async #carryOut(session, claim) {
    const { instructionId, instruction } = claim;
    if (instruction === 'registerPayment')
      return report(claim, instructionId, instruction,
        { outcome: 'rejected', code: 'PAYMENTS-NOT-TAKEN', text: 'This debtor system does not register payments that were taken elsewhere.', fixBy: 'vendor' });
    const patience = this.#patience(session, instructionId);
    for (;;) {
      const found = await this.#find(session, instructionId);
      if (isOutcome(found)) {
        if (!isAbout(found, claim))
          throw new Refused('the debtor system has this instruction with other content: an instruction id is never used twice');
        return report(claim, instructionId, instruction, outcomeOf(found));
      }

      let last = found;
      if (found.status === 'notThere') {
        const debtor = await this.#opened(session, claim);
        if (!debtor)
          return report(claim, instructionId, instruction,
            { outcome: 'rejected', code: 'IdentityErased', text: "The debtor's identity was erased, or cannot be opened any more.", fixBy: 'municipality' });
        last = await this.#debtorSystem.send(orderOf(claim, debtor), session.ended) ?? ended();
        if (isOutcome(last))
          return report(claim, instructionId, instruction, outcomeOf(last));
      }

      if (!await patience(last))
        return report(claim, instructionId, instruction, noAnswer);
    }
  }

  async #answer(session, claim) {
    const patience = this.#patience(session, claim.about);
    for (;;) {
      if (this.#inHand.has(claim.about))
        return report(claim, claim.about, this.#inHand.get(claim.about).kind, { outcome: 'inHand' });
      const found = await this.#find(session, claim.about);
      const kind = found.kind ?? 'find';
      if (isOutcome(found))
        return report(claim, claim.about, kind, outcomeOf(found));
      // The instruction may have come while the debtor system was asked: then it is not "not done" but in hand.
      if (found.status === 'notThere' && !this.#inHand.has(claim.about))
        return report(claim, claim.about, kind, { outcome: 'notDone' });
      if (found.status !== 'notThere' && !await patience(found))
        return report(claim, claim.about, kind, noAnswer);
    }
  }

  async #find(session, instructionId) {
    return await this.#debtorSystem.find(instructionId, session.ended) ?? ended();
  }

  /**
   * Waits before the debtor system is asked again; false when it has been unclear for too long. That it takes nothing now is no unclear outcome and may last.
   * Nonsense, unlike silence, does not pass by itself: somebody has to look.
   */
  #patience(session, instructionId) {
    const nextPause = growingPauses();
    let unclearSince;
    let nonsense = 0;
    return async last => {
      if (last.status === 'unavailable')
        return true;
      unclearSince ??= Date.now();
      log('warning', 'no clear answer', { instructionId, why: last.why });
      if (last.status === 'nonsense' && ++nonsense >= NONSENSE_AT_MOST)
        throw new Refused(`the debtor system's answers cannot be understood: ${last.why}`);
      const left = unclearSince + this.#settings.giveUpAfter - Date.now();
      if (left <= 0)
        return false;
      await pause(Math.min(nextPause(), left), session.ended);
      return true;
    };
  }

  /** Number and name, opened when the call is next; undefined when they can never be opened. While the key is not here, the instruction waits for it. */
  async #opened(session, claim) {
    const nextPause = growingPauses();
    for (;;) {
      try {
        return this.#keys.open(claim.municipality, claim.debtor.identity);
      } catch (reason) {
        if (reason instanceof Erased)
          return undefined;
        if (!(reason instanceof KeyMissing))
          throw reason;
        log('error', 'instruction waits for a key', { instructionId: claim.instructionId, why: reason.message });
      }

      await pause(nextPause(), session.ended);
      if (session.ended.aborted)
        ended();
    }
  }
}

const noAnswer = { outcome: 'unknown', code: 'NO-ANSWER', text: 'The debtor system did not say whether it has done it.' };
const isOutcome = answer => answer.status === 'accepted' || answer.status === 'rejected';
const isAbout = (found, claim) =>
  found.kind === claim.instruction && found.reference === claim.reference && found.version === claim.version && found.amountOre === claim.amountOre;

function ended() {
  throw new Ended();
}

function turn() {
  let done;
  const promise = new Promise(resolve => { done = resolve; });
  return { promise, done };
}

/** A debtor system says freely; a report says what the wire has room for. */
function outcomeOf({ status, debtorReference, receipt, paymentSlip, code, text, fixBy }) {
  return status === 'accepted' ? { outcome: status, debtorReference, receipt, paymentSlip } : { outcome: status, code: masked(code, 100), text: text ?? code, fixBy };
}

function orderOf(claim, debtor) {
  const { instructionId, instruction: kind, reference, version, amountOre, type, reason, createdOn, dueOn } = claim;
  return { instructionId, kind, reference, version, amountOre, type, reason, createdOn, dueOn, debtor: { kind: claim.debtor.kind, number: debtor.number, name: debtor.name } };
}
