import { randomBytes } from 'node:crypto';

const SALT_BYTES = 16;
const SALTS_AT_ONCE = 256;

/** Random salts in hex. Drawn in bulk: one call to the system for many. */
export function createSaltSource(): () => string {
  let pool = '';
  let next = 0;
  return () => {
    if (next >= pool.length) {
      pool = randomBytes(SALT_BYTES * SALTS_AT_ONCE).toString('hex');
      next = 0;
    }
    return pool.slice(next, (next += SALT_BYTES * 2));
  };
}
