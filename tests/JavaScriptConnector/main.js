import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { Session } from './broker.js';
import { DebtorSystem } from './debtorSystem.js';
import { Entries } from './entries.js';
import { Instructions } from './instructions.js';
import { log, masked } from './log.js';
import { Keys } from './sealing.js';
import { readSettings } from './settings.js';
import { growingPauses, pause } from './time.js';

const STOPS_WITHIN = 10_000;
const LONG_ENOUGH = 30_000;
const MISCONFIGURED = 2;

const settings = settingsOrExit();
const debtorSystem = new DebtorSystem(settings.debtorSystem);
const instructions = new Instructions(settings, debtorSystem, new Keys(settings.keys, settings.secret));
const entries = new Entries(settings, debtorSystem);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => stop.abort());
// Whoever started us by a pipe may end us by closing it. /dev/null, where a service manager starts us, is at its end from the beginning and means nothing.
if (isatty(0) || fstatSync(0).isFIFO() || fstatSync(0).isSocket())
  process.stdin.on('end', () => stop.abort()).resume();

log('info', 'started', { municipality: settings.municipality });
let nextPause = growingPauses();
while (!stop.signal.aborted) {
  const began = Date.now();
  try {
    const lost = await serve(await Session.open(settings));
    if (lost)
      log('warning', 'connection to the broker lost', { why: lost });
  } catch (reason) {
    log('error', 'no connection to the broker', { why: masked(reason.message, 300) });
  }

  if (Date.now() - began > LONG_ENOUGH)
    nextPause = growingPauses();
  await pause(nextPause(), stop.signal);
}

log('info', 'stopped');
process.exit(0);

/** Works until the connection is lost, and says why, or until it is to stop. */
async function serve(session) {
  const ends = () => session.stop();
  try {
    if (stop.signal.aborted)
      return undefined;
    stop.signal.addEventListener('abort', ends, { once: true });
    await session.consume(message => instructions.take(session, message));
    log('info', 'consuming', { queue: `transfer-claim.${settings.municipality}` });
    await entries.run(session);
    // No new messages and no new calls from here on; what was called for is still reported, if the connection is there.
    if (!session.reason)
      await Promise.race([instructions.idle(), pause(STOPS_WITHIN)]);
    return session.reason;
  } finally {
    stop.signal.removeEventListener('abort', ends);
    await session.close();
  }
}

function settingsOrExit() {
  try {
    return readSettings(process.env);
  } catch (reason) {
    process.stderr.write(`${reason.message}\n`);
    process.exit(MISCONFIGURED);
  }
}
