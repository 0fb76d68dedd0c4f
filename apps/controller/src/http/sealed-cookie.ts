/*
 * A token in a cookie that only this process can open: nobody who gets hold of the browser's cookies has the token, and
 * nothing is kept here. Another replica, or this one after a restart, asks to sign in again.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** A cookie has at most 4096 bytes, its name and attributes with it. */
const LONGEST_TOKEN = 2800;

export class SealedCookie {
  readonly #key = randomBytes(32);

  /** Null: too long for a cookie. */
  seal(token: string): string | null {
    if (token.length > LONGEST_TOKEN) return null;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv);
    const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Null: it was not sealed here. */
  open(value: string): string | null {
    const bytes = Buffer.from(value, 'base64url');
    if (bytes.length <= IV_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const opened = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()];
      return Buffer.concat(opened).toString('utf8');
    } catch {
      return null;
    }
  }
}
