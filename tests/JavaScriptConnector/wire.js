// What contracts/README.md and contracts/wire say of the messages that a connector reads and writes.
import { createHash } from 'node:crypto';
import { masked } from './log.js';

const CLAIMS_TRANSFER = '6f1d3c2e-8a54-5b0e-9d57-2c9a7c1e4f10';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const KINDS = ['register', 'adjust', 'cancel', 'changeLiableParty', 'find', 'registerPayment'];
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** A message that no connector could carry out, however often it comes. Says which field; never its value, which may be a person's. */
export class Malformed extends Error {}

/** RFC 9562 §5.5: the same name in the same namespace is always the same id. */
export function uuidv5(namespace, name) {
  const hash = createHash('sha1').update(Buffer.from(namespace.replaceAll('-', ''), 'hex')).update(name, 'utf8').digest().subarray(0, 16);
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A transfer-claim, or Malformed. Fields that we do not know are left alone. */
export function readInstruction(body, municipality) {
  const claim = parsed(body);
  const must = (holds, what) => { if (!holds) throw new Malformed(what); };
  const fits = (pattern, text) => typeof text === 'string' && pattern.test(text);
  const optional = (value, test) => value === undefined || value === null || test(value);
  must(claim !== null && typeof claim === 'object' && !Array.isArray(claim), 'the body is no JSON object');
  for (const field of ['messageId', 'claimId', 'instructionId'])
    must(fits(UUID, claim[field]), `${field} is no UUID`);
  must(claim.municipality === municipality, `municipality is not ${municipality}`);
  must(fits(/^DK-7[0-9]{5}$/, claim.agency), 'agency is no ISIL such as DK-799900');
  must(Number.isInteger(claim.feeId) && claim.feeId > 0 && claim.feeId <= 2 ** 63, 'feeId is no whole number of 64 bits above 0');
  must(Number.isInteger(claim.version) && claim.version > 0, 'version is no whole number above 0');
  must(KINDS.includes(claim.instruction), `instruction is none of ${KINDS.join(', ')}`);
  must(optional(claim.about, value => fits(UUID, value)), 'about is no UUID');
  must(fits(/^[A-Za-z0-9-]{1,35}$/, claim.reference), 'reference is not 1 to 35 letters, digits and hyphens');
  must(Number.isInteger(claim.amountOre) && claim.amountOre >= 0, 'amountOre is no whole number of øre');
  must(['fee', 'compensation', 'other'].includes(claim.type), 'type is none of fee, compensation, other');
  must(fits(DATE, claim.createdOn), 'createdOn is no date');
  must(optional(claim.dueOn, value => fits(DATE, value)), 'dueOn is no date');
  must(['borrower', 'guardian', 'organisation'].includes(claim.debtor?.kind), 'debtor.kind is none of borrower, guardian, organisation');
  const identity = claim.debtor.identity;
  must(typeof identity?.sealed === 'string', 'debtor.identity.sealed is no text');
  must(fits(/^[0-9]{4}-[0-9]{1,15}$/, identity.keyId) && identity.keyId.startsWith(municipality), `debtor.identity.keyId names no key of municipality ${municipality}`);
  // FBS counts in 64 bits, JavaScript exactly in 53: such an id is kept as it is written.
  const feeId = Number.isSafeInteger(claim.feeId) ? String(claim.feeId) : /"feeId"\s*:\s*([0-9]+)/.exec(body.toString('utf8'))[1];
  return { ...claim, feeId, about: claim.about ?? claim.instructionId };
}

function parsed(body) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Malformed('the body is no JSON in UTF-8');
  }
}

/** transfer-reported. Learned twice, accepted and rejected are one message; everything else belongs to the sending that it answers. */
export function report(claim, instructionId, kind, answer) {
  const { outcome, debtorReference, receipt, paymentSlip, code, text, fixBy } = answer;
  const isFinal = outcome === 'accepted' || outcome === 'rejected';
  return {
    name: 'transfer-reported',
    body: {
      messageId: isFinal ? uuidv5(instructionId, outcome) : uuidv5(claim.messageId, `answer/${outcome}`),
      occurredAt: new Date().toISOString(),
      ...ofClaim(claim),
      instructionId, instruction: kind, outcome,
      debtorReference: bounded(debtorReference, 100), receipt: bounded(receipt, 100), paymentSlip: slip(paymentSlip),
      code: bounded(code, 100), text: text && masked(text), fixBy,
    },
  };
}

/** What an entry of the debtor system becomes. An entry that does not name its claim, or says the impossible, is money all the same: a person looks. */
export function entryMessage(municipality, entry, isConflict) {
  const claim = claimOf(municipality, entry.reference);
  const isPossible = entry.kind === 'writeOff' || entry.amountOre > 0;
  const booked = { occurredAt: new Date(entry.bookedAt).toISOString() };
  const said = { entryId: entry.entryId.length <= 100 ? entry.entryId : uuidv5(CLAIMS_TRANSFER, `entry-id/${entry.entryId}`), amountOre: entry.amountOre, valueDate: entry.valueDate };
  const reason = entry.reason ? masked(entry.reason, 200) : undefined;
  if (!claim || !isPossible || isConflict) {
    const name = `entry/${municipality}/${entry.entryId}${isConflict || !isPossible ? `/${entryHash(entry)}` : ''}`;
    return {
      name: 'debtor-entry-unmatched',
      body: {
        messageId: uuidv5(CLAIMS_TRANSFER, name), ...booked, municipality, ...said, kind: entry.kind, reason,
        reference: claim ? entry.reference : entry.reference && masked(entry.reference, 100), debtorReference: entry.debtorReference && masked(entry.debtorReference, 100),
        channel: bounded(entry.channel, 50), reversesEntryId: entry.reversesEntryId ?? undefined, isConflict: isConflict || !isPossible,
      },
    };
  }

  const body = { messageId: uuidv5(claim.claimId, `entry/${entry.entryId}`), ...booked, ...claim, ...said };
  switch (entry.kind) {
    case 'coverage': return { name: 'coverage-registered', body: { ...body, channel: bounded(entry.channel, 50) } };
    case 'reversal': return { name: 'coverage-reversed', body: { ...body, reversesEntryId: entry.reversesEntryId ?? undefined } };
    default: return { name: 'write-off-registered', body: { ...body, reason, kind: 'writeOff' } };
  }
}

/** Equal for equal entries: the same id with another hash is another entry under a used id. */
export function entryHash({ entryId, kind, reference, debtorReference, amountOre, channel, valueDate, bookedAt, reversesEntryId, reason }) {
  const content = [entryId, kind, reference, debtorReference, amountOre, channel, valueDate, bookedAt, reversesEntryId, reason].map(value => value ?? null);
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** UTF-8 JSON without what is absent; a fee id as the number it is. */
export function toBody(message) {
  return Buffer.from(JSON.stringify(message, (_, value) => value ?? undefined).replace(/"feeId":"([0-9]+)"/, '"feeId":$1'), 'utf8');
}

/** Our reference, DK-799900-1, names a claim only in the municipality that the agency belongs to. */
function claimOf(municipality, reference) {
  const [, agency, feeId] = /^(DK-7[0-9]{5})-([1-9][0-9]{0,18})$/.exec(reference ?? '') ?? [];
  if (!agency || agency.slice(4, 7) !== municipality.slice(1))
    return undefined;
  return { claimId: uuidv5(CLAIMS_TRANSFER, `claim/${agency}/${feeId}`), municipality, agency, feeId, version: 1 };
}

const ofClaim = ({ claimId, municipality, agency, feeId, version }) => ({ claimId, municipality, agency, feeId, version });
const bounded = (text, limit) => (text ? String(text).slice(0, limit) : undefined);
const slip = text => (/^[0-9]{15}$/.test(text ?? '') ? text : undefined);
