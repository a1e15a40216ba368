// contracts/wire/SEALING.md, step by step.
import { createDecipheriv, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const LOOK_AGAIN_AFTER = 5_000;

/** The key is not here, or cannot be unwrapped: it may come, so the instruction waits. */
export class KeyMissing extends Error {}

/** The identity can never be opened: its key was destroyed, or it was changed on its way. */
export class Erased extends Error {}

export class Keys {
  #folder;
  #wrapping;
  #known = new Map();

  constructor(folder, secret) {
    this.#folder = folder;
    this.#wrapping = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'claims-transfer/wrapping', 32));
  }

  /** Number and name, for one call to the debtor system. Kept nowhere. */
  open(municipality, identity) {
    const key = this.#key(identity.keyId);
    try {
      return JSON.parse(decrypted(key, identity.sealed, municipality).toString('utf8'));
    } catch {
      // Not even the kind of failure is passed on: it could quote what was opened.
      throw new Erased(`an identity sealed with key ${identity.keyId} was changed on its way`);
    }
  }

  /** Looked at again every few seconds: it may have been destroyed since. */
  #key(keyId) {
    const known = this.#known.get(keyId);
    if (known && Date.now() - known.at < LOOK_AGAIN_AFTER)
      return known.key;
    this.#known.delete(keyId);
    const key = this.#unwrapped(keyId);
    this.#known.set(keyId, { key, at: Date.now() });
    return key;
  }

  #unwrapped(keyId) {
    let file;
    try {
      file = JSON.parse(readFileSync(join(this.#folder, `${keyId}.json`), 'utf8'));
    } catch (reason) {
      throw new KeyMissing(`key ${keyId} is not in CLAIMS_KEYS, or cannot be read (${reason.code ?? 'not JSON'}); ask for it to be issued: claims keys issue`);
    }
    if (!file.wrapped)
      throw new Erased(`key ${keyId} was destroyed`);
    try {
      return decrypted(this.#wrapping, file.wrapped, keyId);
    } catch {
      throw new KeyMissing(`key ${keyId} does not open with CLAIMS_MASTER_KEY_FILE: the file is damaged, or was issued to somebody else`);
    }
  }
}

function decrypted(key, base64, authenticated) {
  const box = Buffer.from(base64, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(authenticated)).setAuthTag(box.subarray(12, 28));
  return Buffer.concat([decipher.update(box.subarray(28)), decipher.final()]);
}
