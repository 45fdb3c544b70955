/**
 * The faults that may pass, by the code that an act fails with: what `retry` can name. A fault that cannot pass is for people, and
 * no try mends it.
 */
export const PASSING_FAULTS = {
  busy: 'the other side asked to be called later',
  'login-refused': 'the mail server took no login for now',
  'mail-refused': 'the mail server took no mail for now',
  'mail-server-failed': 'the mail server broke off before the mail was given to it',
  moved: 'something else changed the system at the same time',
  'recipients-refused': 'the mail server took no recipient for now',
  'sender-refused': 'the mail server took no sender for now',
  'server-error': 'the other side failed',
  'simulated-fault': 'a drill or a scenario made the act fail',
  timeout: 'there was no answer in time',
  unclear: 'too few questions were answered clearly to judge by',
  unreachable: 'there was no connection, or it broke off',
  'webhook-failed': 'the receiver of the webhook failed',
  'webhook-refused': 'the receiver of the webhook takes none for now',
} as const satisfies Record<string, string>;

export type PassingFault = keyof typeof PASSING_FAULTS;
export const PASSING_CODES = Object.keys(PASSING_FAULTS) as [PassingFault, ...PassingFault[]];
