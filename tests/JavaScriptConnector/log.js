/** What comes from outside and goes into a log or a reply loses whatever has the shape of a CPR number. */
export const masked = (text, limit = 500) => String(text).slice(0, limit + 16).replace(/\d{6}[- ]?\d{4}/g, found => '#'.repeat(found.length)).slice(0, limit);

/** One JSON line an event. Ids go in, bodies never; a text only through `masked`. */
export function log(level, event, fields = {}) {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
}
