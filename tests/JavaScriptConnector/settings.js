import { readFileSync, statSync } from 'node:fs';

const SETTINGS = {
  CLAIMS_BROKER: 'the broker and the user that the municipality gave you, for instance amqps://vendor-acme:PASSWORD@broker.example.dk:5671',
  CLAIMS_MUNICIPALITY: 'the four digits of the municipality whose instructions are carried out, for instance 9999',
  CLAIMS_KEYS: 'the folder with the key files that were issued to you, for instance /etc/acme-connector/keys',
  CLAIMS_MASTER_KEY_FILE: 'the file with the secret that unwraps those keys, for instance /etc/acme-connector/keys/vendor.key',
  DEBTOR_SYSTEM_URL: 'where the debtor system answers, for instance http://127.0.0.1:8080/9999',
};

/** Everything that is wrong at once, each with what would be right: nobody likes to find faults one start at a time. */
export function readSettings(env) {
  const faults = Object.entries(SETTINGS).filter(([name]) => !env[name]).map(([name, meaning]) => `${name} is missing: ${meaning}.`);
  const fits = (name, test, text) => { if (env[name] && !test(env[name])) faults.push(`${name} ${text}`); };
  fits('CLAIMS_BROKER', value => /^amqps?:$/.test(parsed(value)?.protocol ?? '') && parsed(value).username,
    'must be an amqp or amqps address that names a user: the broker lets a vendor answer under its own name only. amqps://vendor-acme:PASSWORD@broker.example.dk:5671 is a good one.');
  fits('CLAIMS_MUNICIPALITY', value => /^[0-9]{4}$/.test(value), `is '${env.CLAIMS_MUNICIPALITY}' and must be four digits, 9999 for instance.`);
  fits('DEBTOR_SYSTEM_URL', value => /^https?:$/.test(parsed(value)?.protocol ?? ''), 'must be an http or https address, http://127.0.0.1:8080/9999 for instance.');
  fits('CLAIMS_KEYS', value => statSync(value, { throwIfNoEntry: false })?.isDirectory(), `is '${env.CLAIMS_KEYS}' and must be a folder that exists: the key files are issued into it.`);
  fits('CLAIMS_MASTER_KEY_FILE', value => secretOf(value)?.length === 32,
    `is '${env.CLAIMS_MASTER_KEY_FILE}' and must be a file with 32 bytes in base64 on one line; it is called vendor.key and comes with the keys.`);
  for (const [name, otherwise] of [['CLAIMS_GIVE_UP_SECONDS', '86400'], ['CLAIMS_POLL_SECONDS', '1']])
    fits(name, value => Number(value) > 0, `is '${env[name]}' and must be a number of seconds above 0; ${otherwise} is what it is without.`);
  if (faults.length > 0)
    throw new Error(faults.join('\n'));
  return {
    broker: env.CLAIMS_BROKER,
    municipality: env.CLAIMS_MUNICIPALITY,
    keys: env.CLAIMS_KEYS,
    secret: secretOf(env.CLAIMS_MASTER_KEY_FILE),
    debtorSystem: env.DEBTOR_SYSTEM_URL.replace(/\/$/, ''),
    giveUpAfter: Number(env.CLAIMS_GIVE_UP_SECONDS ?? 86400) * 1000,
    pollEvery: Number(env.CLAIMS_POLL_SECONDS ?? 1) * 1000,
  };
}

function parsed(text) {
  return URL.canParse ? URL.canParse(text) ? new URL(text) : undefined : tried(() => new URL(text));
}

function secretOf(file) {
  return tried(() => Buffer.from(readFileSync(file, 'utf8').trim(), 'base64'));
}

/** Whether it can be read is the question; how it could not is said by the setting's own sentence. */
function tried(read) {
  try { return read(); } catch { return undefined; }
}
