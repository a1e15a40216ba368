import { setTimeout as after } from 'node:timers/promises';

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;

/** Waits so many milliseconds, or until the signal says that waiting has no use any more. */
export async function pause(milliseconds, signal) {
  await after(milliseconds, undefined, { signal }).catch(reason => { if (!signal?.aborted) throw reason; });
}

/** Pauses that double up to half a minute, each a little different, so that not all come back at once. */
export function growingPauses() {
  let next = FIRST_PAUSE;
  return () => {
    const now = next * (0.8 + Math.random() * 0.4);
    next = Math.min(next * 2, LONGEST_PAUSE);
    return now;
  };
}
