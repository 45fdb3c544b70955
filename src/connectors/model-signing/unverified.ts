/** Why a signature is not accepted; the codes are those of `SignatureVerdict`. */
export type Refusal = 'no-signature' | 'malformed' | 'untrusted' | 'bad-signature' | 'changed' | 'missing' | 'unlisted';

/** Ends a verification. Caught in verifier.ts and nowhere else: what the far side signed badly is a verdict, not a fault. */
export class Unverified extends Error {
  override name = 'Unverified';
  readonly code: Refusal;
  constructor(code: Refusal, message: string) {
    super(message);
    this.code = code;
  }
}
