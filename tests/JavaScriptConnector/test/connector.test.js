import assert from 'node:assert/strict';
import { createCipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { DebtorSystem } from '../debtorSystem.js';
import { Entries } from '../entries.js';
import { Instructions } from '../instructions.js';
import { Keys } from '../sealing.js';
import { readSettings } from '../settings.js';
import { toBody, uuidv5 } from '../wire.js';
import { fakeDebtorSystem } from './fakeDebtorSystem.js';

const CPR = '0101011234';
let fake, folder, secret, instructions, session, lines, write;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'connector-'));
  secret = randomBytes(32);
  fake = await fakeDebtorSystem();
  instructions = connector({});
  session = newSession();
  lines = '';
  write = process.stdout.write;
  process.stdout.write = (text, ...more) => { if (!String(text).startsWith('{"time"')) return write.call(process.stdout, text, ...more); lines += text; return true; };
});

afterEach(() => {
  process.stdout.write = write;
  session.end();
  fake.close();
  rmSync(folder, { recursive: true });
  assert.ok(!lines.includes(CPR), 'a CPR number stands in the log');
});

test('an instruction is booked once, and answered the same when it comes again', async () => {
  const claim = instruction();
  await taken(claim);
  await taken({ ...claim, messageId: randomUUID() });
  assert.equal(fake.bookings, 1);
  assert.deepEqual(fake.lastOrder.debtor, { kind: 'borrower', number: CPR, name: 'Anna' });
  const [first, second] = session.published.map(message => message.body);
  assert.equal(first.outcome, 'accepted');
  assert.equal(first.messageId, uuidv5(claim.instructionId, 'accepted'));
  assert.equal(second.messageId, first.messageId);
  assert.equal(second.debtorReference, 'D-1');
  assert.deepEqual(session.log, ['published', 'acknowledged', 'published', 'acknowledged']);
});

test('the same id with other content is refused, and nothing is published', async () => {
  const claim = instruction();
  await taken(claim);
  await taken({ ...claim, amountOre: 1 });
  assert.equal(session.published.length, 1);
  assert.equal(session.log.at(-1), 'refused');
  assert.equal(fake.bookings, 1);
});

test('a lost reply is asked about before anything is sent again', async () => {
  fake.tricks.POST.push('booked, then cut');
  await taken(instruction());
  assert.equal(fake.bookings, 1);
  assert.equal(session.published[0].body.outcome, 'accepted');
});

test('what was cut before it was booked is sent again', async () => {
  fake.tricks.POST.push('cut');
  await taken(instruction());
  assert.equal(fake.bookings, 1);
});

test('nothing is sent before the debtor system has said that it has nothing', async () => {
  fake.tricks.GET.push('cut', 'cut');
  await taken(instruction());
  assert.deepEqual(fake.calls.map(call => call.split(' ')[0]), ['GET', 'GET', 'GET', 'POST']);
});

test('a busy debtor system is left alone as long as it asks for', async () => {
  fake.tricks.POST.push('busy');
  const began = Date.now();
  await Promise.all([taken(instruction()), new Promise(resolve => setTimeout(resolve, 200)).then(() => taken(instruction()))]);
  assert.ok(Date.now() - began >= 900, 'it was called again too early');
  assert.equal(fake.bookings, 2);
});

test('silence for too long is reported unknown', async () => {
  instructions = connector({ giveUpAfter: 300 });
  fake.tricks.GET.push(...Array(20).fill('cut'));
  await taken(instruction());
  assert.equal(session.published[0].body.outcome, 'unknown');
  assert.equal(session.published[0].body.code, 'NO-ANSWER');
  assert.equal(fake.bookings, 0);
});

test('a rejection is passed on without the number it quotes', async () => {
  fake.reject = true;
  const claim = instruction();
  await taken(claim);
  const { body } = session.published[0];
  assert.equal(body.outcome, 'rejected');
  assert.equal(body.messageId, uuidv5(claim.instructionId, 'rejected'));
  assert.deepEqual([body.code, body.fixBy, body.text], ['D17', 'library', 'Number ########## is unknown']);
});

test('one claim is served in order, another does not wait for it', async () => {
  const [slow, change, other] = [instruction(), instruction({ instruction: 'adjust', version: 2, amountOre: 5000 }), instruction({ claimId: randomUUID(), reference: 'DK-799900-2' })];
  change.claimId = slow.claimId;
  fake.tricks.GET.push('cut');
  await Promise.all([slow, change, other].map(claim => taken(claim)));
  assert.deepEqual(session.published.map(message => message.body.instructionId), [other, slow, change].map(claim => claim.instructionId));
});

test('a question is answered from the debtor system, or by "in hand"', async () => {
  const claim = instruction();
  fake.tricks.GET.push('cut');
  const working = taken(claim);
  await taken(question(claim));
  assert.equal(session.published[0].body.outcome, 'inHand');
  assert.equal(session.published[0].body.instruction, 'register');
  await working;
  await taken(question(claim));
  await taken(question(instruction()));
  assert.deepEqual(session.published.map(message => message.body.outcome), ['inHand', 'accepted', 'accepted', 'notDone']);
  assert.equal(session.published[1].body.messageId, session.published[2].body.messageId);
  assert.equal(fake.bookings, 1);
});

test('what is malformed goes to the dead queue, whatever it is', async () => {
  const broken = [Buffer.from('{'), Buffer.from([0xff]), Buffer.from('[]'), Buffer.from('null'),
    ...['messageId', 'instructionId', 'claimId', 'municipality', 'agency', 'feeId', 'version', 'instruction', 'reference', 'amountOre', 'createdOn', 'debtor']
      .map(field => Buffer.from(JSON.stringify({ ...instruction(), [field]: undefined }))),
    Buffer.from(JSON.stringify(instruction({ municipality: '0101' }))), Buffer.from(JSON.stringify(instruction({ amountOre: 20.5 })))];
  for (const content of broken)
    await instructions.take(session, { content, properties: {} });
  assert.equal(session.log.filter(act => act === 'refused').length, broken.length);
  assert.equal(fake.calls.length, 0);
});

test('nonsense is not asked about for ever', async () => {
  fake.tricks.GET.push(...Array(5).fill('nonsense'));
  await taken(instruction());
  assert.equal(session.log.at(-1), 'refused');
  assert.equal(fake.bookings, 0);
});

test('an instruction waits for its key, and an erased identity is rejected', async () => {
  const early = instruction();
  early.debtor.identity = sealed('9999-2');
  const waiting = taken(early);
  await until(() => lines.includes('waits for a key'));
  issue('9999-2');
  early.debtor.identity = sealed('9999-2');
  writeFileSync(join(folder, '9999-3.json'), JSON.stringify({ keyId: '9999-3', municipality: '9999', destroyed: '2026-11-22T06:54:01Z' }));
  const erased = instruction();
  erased.debtor.identity.keyId = '9999-3';
  await taken(erased);
  assert.equal(session.published[0].body.code, 'IdentityErased');
  await waiting;
  assert.equal(session.published.length, 2);
});

test('a session that has ended acknowledges nothing', async () => {
  fake.tricks.GET.push(...Array(20).fill('cut'));
  const working = taken(instruction());
  await until(() => fake.calls.length > 0);
  session.end();
  await working;
  assert.deepEqual(session.log, []);
});

test('payments that others have taken are rejected without a call', async () => {
  await taken(instruction({ instruction: 'registerPayment' }));
  assert.deepEqual([session.published[0].body.code, session.published[0].body.fixBy, fake.calls.length], ['PAYMENTS-NOT-TAKEN', 'vendor', 0]);
});

test('a fee id of 64 bits stays what it is', async () => {
  const content = Buffer.from(JSON.stringify({ ...instruction(), feeId: 1 }).replace('"feeId":1', '"feeId":9223372036854775807'));
  await instructions.take(session, { content, properties: {} });
  assert.match(toBody(session.published[0].body).toString(), /"feeId":9223372036854775807,/);
});

test('entries are published whole or not at all, and again under the same ids', async () => {
  const entry = { number: 1, entryId: 'P-1', kind: 'coverage', reference: 'DK-799900-1', amountOre: 500, channel: 'mobilePay', valueDate: '2026-12-01', bookedAt: '2026-12-02T04:55:00Z' };
  fake.entries = [entry, { ...entry, number: 2, entryId: 'R-1', kind: 'reversal', reversesEntryId: 'P-1' }, { ...entry, number: 3, entryId: 'W-1', kind: 'writeOff', reason: `dead ${CPR}` }];
  fake.cutEntries = true;
  const reading = new Entries({ municipality: '9999', pollEvery: 20 }, new DebtorSystem(fake.url)).run(session);
  await until(() => lines.includes('read again'));
  assert.equal(session.published.length, 0);
  fake.cutEntries = false;
  await until(() => session.published.length === 3);
  fake.entries.push({ ...entry, number: 4 }, { ...entry, number: 5, amountOre: 1 }, { ...entry, number: 6, entryId: 'P-2', reference: 'something else' });
  await until(() => session.published.length === 6);
  session.end();
  await reading;
  const claimId = uuidv5('6f1d3c2e-8a54-5b0e-9d57-2c9a7c1e4f10', 'claim/DK-799900/1');
  assert.deepEqual(session.published.map(message => message.name),
    ['coverage-registered', 'coverage-reversed', 'write-off-registered', 'coverage-registered', 'debtor-entry-unmatched', 'debtor-entry-unmatched']);
  assert.equal(session.published[0].body.messageId, uuidv5(claimId, 'entry/P-1'));
  assert.equal(session.published[3].body.messageId, session.published[0].body.messageId);
  assert.deepEqual(session.published.map(message => message.body.isConflict), [undefined, undefined, undefined, undefined, true, false]);
  assert.ok(!JSON.stringify(session.published).includes(CPR));
});

test('ids are made as contracts/wire shows them', () => {
  assert.equal(uuidv5('6f1d3c2e-8a54-5b0e-9d57-2c9a7c1e4f10', 'claim/DK-710100/434536'), '30ac232b-8c2c-5215-8194-880a9afbb2f9');
});

test('settings say everything that is wrong at once', () => {
  assert.throws(() => readSettings({ CLAIMS_BROKER: 'amqp://localhost', CLAIMS_MUNICIPALITY: '99', CLAIMS_KEYS: folder }), reason => {
    for (const expected of ['CLAIMS_BROKER must', "CLAIMS_MUNICIPALITY is '99'", 'CLAIMS_MASTER_KEY_FILE is missing', 'DEBTOR_SYSTEM_URL is missing'])
      assert.ok(reason.message.includes(expected), expected);
    return true;
  });
});

function connector(changed) {
  issue('9999-1');
  return new Instructions({ municipality: '9999', giveUpAfter: 60_000, ...changed }, new DebtorSystem(fake.url), new Keys(folder, secret));
}

function newSession() {
  const end = new AbortController();
  return {
    published: [], log: [], ended: end.signal, end: () => end.abort(),
    async publish(message) { end.signal.throwIfAborted(); this.published.push(message); this.log.push('published'); },
    acknowledge() { this.log.push('acknowledged'); },
    refuse() { this.log.push('refused'); },
  };
}

function instruction(changed) {
  return {
    messageId: randomUUID(), claimId: randomUUID(), occurredAt: '2026-11-22T06:54:01Z', municipality: '9999', agency: 'DK-799900', feeId: 1, version: 1, instructionId: randomUUID(),
    instruction: 'register', reference: 'DK-799900-1', type: 'fee', amountOre: 7000, createdOn: '2026-10-22', debtor: { kind: 'borrower', identity: sealed('9999-1') },
    materials: [], toTest: false, ...changed,
  };
}

const question = about => ({ ...about, messageId: randomUUID(), instructionId: randomUUID(), instruction: 'find', about: about.instructionId });
const taken = claim => instructions.take(session, { content: Buffer.from(JSON.stringify(claim)), properties: { headers: {} } });
const keyOf = keyId => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `test/${keyId}`, 32));
const sealed = keyId => ({ ref: 'x', sealed: encrypted(keyOf(keyId), JSON.stringify({ number: CPR, name: 'Anna' }), '9999'), keyId });

function issue(keyId) {
  const wrapping = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'claims-transfer/wrapping', 32));
  writeFileSync(join(folder, `${keyId}.json`), JSON.stringify({ keyId, municipality: '9999', created: '2026-11-22T06:54:01Z', wrapped: encrypted(wrapping, keyOf(keyId), keyId) }));
}

function encrypted(key, content, authenticated) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(authenticated));
  const text = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
}

async function until(condition) {
  for (const began = Date.now(); !condition();) {
    assert.ok(Date.now() - began < 10_000, `waited in vain until ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
