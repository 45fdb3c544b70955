/** What the Slack surface needs of the store. `main` wires the real one. */

/** Somebody of Slack who has met Tocsin: how they were called when they were last seen. */
export type SlackMember = { user: string; person: string; name: string };

/** Who is who, kept so that timeline and console show names of people who are in no inventory. */
export interface SlackMembers {
  /** Adds a member or changes what is kept of them; keyed by `user`. */
  rememberMember(user: string, person: string, name: string): Promise<void>;
  members(): Promise<SlackMember[]>;
  /** Null for whom nobody has met. */
  member(user: string): Promise<SlackMember | null>;
}

/** Where lines of the log go; pino's shape. Never a token in `about`. */
export interface SlackLog {
  debug(about: Record<string, unknown>, message: string): void;
  info(about: Record<string, unknown>, message: string): void;
  warn(about: Record<string, unknown>, message: string): void;
  error(about: Record<string, unknown>, message: string): void;
}

/** A request that claims to come from Slack; the body as it came, for the signature is over that. */
export type SlackRequest = { header(name: string): string | null; body: string };
export type SlackReply = { status: number; contentType: string | null; body: string };

/** Where Slack's signed requests go when there is no Socket Mode. */
export interface SlackRequests {
  /** Throws Problem unless Slack signed it just now. */
  verify(request: SlackRequest): void;
  /** Answers within the three seconds that Slack waits. Only for what was verified. */
  receive(request: SlackRequest): Promise<SlackReply>;
}
