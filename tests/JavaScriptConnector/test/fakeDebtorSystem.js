import { createServer } from 'node:http';

/** The debtor system's HTTP interface in memory; books twice what it is sent twice. `next` holds tricks for the coming calls, `METHOD` to a list of them. */
export async function fakeDebtorSystem() {
  const fake = { booked: new Map(), bookings: 0, calls: [], tricks: { GET: [], POST: [] }, entries: [], close: () => { server.closeAllConnections(); server.close(); } };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request)
      body += chunk;
    fake.calls.push(`${request.method} ${request.url}`);
    const trick = request.url.startsWith('/entries') ? undefined : fake.tricks[request.method].shift();
    const say = (status, value, headers) => response.writeHead(status, headers).end(typeof value === 'string' ? value : JSON.stringify(value));
    if (trick === 'busy')
      return say(503, '', { 'retry-after': '1' });
    if (trick === 'nonsense')
      return say(200, '<html>');
    if (trick === 'cut')
      return request.socket.destroy();
    if (request.url.startsWith('/entries')) {
      const after = Number(new URL(request.url, 'http://x').searchParams.get('after'));
      const entries = fake.entries.filter(entry => entry.number > after);
      return say(200, { count: fake.cutEntries ? entries.length + 1 : entries.length, next: entries.at(-1)?.number ?? after, entries });
    }
    if (request.method === 'GET') {
      const known = fake.booked.get(request.url.split('/').pop());
      return known ? say(200, known) : say(404, '');
    }
    const order = JSON.parse(body);
    fake.bookings++;
    const { kind, reference, version, amountOre } = order;
    const answer = fake.reject ? { status: 'rejected', code: 'D17', text: `Number ${order.debtor.number} is unknown`, fixBy: 'library' }
      : { status: 'accepted', debtorReference: `D-${fake.bookings}`, receipt: `R-${fake.bookings}`, paymentSlip: '000043453600017' };
    fake.booked.set(order.instructionId, { ...answer, kind, reference, version, amountOre });
    fake.lastOrder = order;
    if (trick === 'booked, then cut')
      return request.socket.destroy();
    return say(fake.reject ? 422 : 200, answer);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  fake.url = `http://127.0.0.1:${server.address().port}`;
  return fake;
}
