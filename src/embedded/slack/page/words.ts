import type { Outcome } from '../contract.ts';

/** What a person reads when the app did not take it. The detail stands beneath. */
export function failure({ reason }: Extract<Outcome, { ok: false }>, app: string): string {
  switch (reason) {
    case 'timeout':
      return `${app} did not answer. Nothing shows that it took this; try again.`;
    case 'no-app':
      return `${app} is not connected, so nothing reached it. Start it and try again.`;
    case 'refused':
      return `${app} answered that it could not do this.`;
    case 'not-there':
      return 'Nothing was sent: this is not here.';
    case 'invalid':
      return 'Nothing was sent: this is not possible.';
    default:
      return reason satisfies never;
  }
}
