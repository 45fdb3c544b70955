/** Something the app is to be told. `type` is what Socket Mode calls it. */
export type Parcel = {
  /** The id of the envelope: the same parcel delivered again keeps it. */
  id: string;
  type: 'events_api' | 'interactive' | 'slash_commands';
  payload: Record<string, unknown>;
  /** Whether the acknowledgement may carry an answer: of submitted views, commands and requests for options. */
  acceptsAnswer: boolean;
};

export type Retry = { attempt: number; reason: string };

/** How one attempt went. `reason` is what a retry tells the app, in Slack's words for Socket Mode and HTTP. */
export type Attempt =
  | { ok: true; answer: unknown }
  | { ok: false; reason: 'no-app' | 'timeout' | 'refused'; retryReason: string; detail: string; noRetry?: boolean };

/** Slack gives up on an acknowledgement after this long. */
export const ACK_WITHIN_MS = 3_000;
