import type { CapabilityProvider } from '../activities/ports.ts';

/**
 * What the folders of this room offer each other. A connector speaks to one outside system; `models` combines them into the
 * capabilities of an AI system. All of them reach outside through one `Egress`, and get secrets through one `Secrets`.
 */

/** Resolves `env:NAME` and `file:/path` at the moment of use. Throws ConnectorError `secret-missing`, which names the reference only. */
export type Secrets = (reference: string) => string;

/**
 * What went wrong with an outside system, in words that hold no secret. `effect: 'none'`: it is certain that nothing was changed.
 * `retryable`: the same call may succeed a little later.
 */
export class ConnectorError extends Error {
  override name = 'ConnectorError';
  readonly code: string;
  readonly retryable: boolean;
  readonly effect: 'none' | 'unknown';
  constructor(
    code: string,
    message: string,
    {
      retryable = false,
      effect = 'none',
      cause,
    }: { retryable?: boolean; effect?: 'none' | 'unknown'; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.retryable = retryable;
    this.effect = effect;
  }
}

/** The code of a download that is refused for what the artefacts are: names that would leave the folder, none at all, far too many. */
export const ODD_ARTEFACTS = 'odd-artefacts';

export type EgressRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  timeoutMs: number;
  /** An answer longer than this is an error; 1 MB if absent. */
  bytesMax?: number;
  /** Takes the body of a 2xx piece by piece, each awaited; the answer's own body is empty then. */
  sink?: (piece: Uint8Array) => Promise<void>;
  signal?: AbortSignal;
};

export type EgressAnswer = { status: number; headers: Readonly<Record<string, string>>; body: Uint8Array };

/**
 * The one way out over HTTP. Reaches the addresses it was made for and no others: the name is resolved once a request, every address
 * is checked (private ones only where the connection says so), and the connection is made to the checked address. Redirects are not
 * followed: they are answers. Throws ConnectorError when there is no answer (`refused`, `timeout`, `unreachable`, `too-large`).
 */
export interface Egress {
  request(request: EgressRequest): Promise<EgressAnswer>;
}

/** One model in a registry: which version its alias points to, and its artefacts. */
export interface ModelRegistry {
  /**
   * The version that the alias points to; null without an alias. Epoch ms, null when the registry does not say: `since` when it is
   * live, and when it was registered, which is the earliest that can be.
   */
  live(signal: AbortSignal): Promise<{ version: string; since: number | null; registeredAt: number | null } | null>;
  /** Whether the version exists. */
  has(version: string, signal: AbortSignal): Promise<boolean>;
  /** Points the alias at a version, and reads it back. */
  point(version: string, signal: AbortSignal): Promise<void>;
  /** Downloads the artefacts of a version into an empty folder; what is no model is refused (ODD_ARTEFACTS). Answers with their bytes. */
  download(version: string, folder: string, signal: AbortSignal): Promise<number>;
  /** Small notes kept beside the model in the registry, so that an act can be undone or read back by any worker. */
  note(key: string, signal: AbortSignal): Promise<string | null>;
  setNote(key: string, value: string, signal: AbortSignal): Promise<void>;
}

/** The way by which people reach one model. */
export interface Gateway {
  /** What the gateway itself says: the version its endpoint leads to and since when (epoch ms, or null); null when there is none. Not a proof. */
  listed(signal: AbortSignal): Promise<{ version: string | null; endpoint: boolean; since: number | null }>;
  /** Removes the way and every trial way, and keeps what is needed to open it again as it was. Idempotent. */
  cut(signal: AbortSignal): Promise<void>;
  /** Opens the way to a version, with everything else as it was before the cut. Idempotent. */
  open(version: string, signal: AbortSignal): Promise<void>;
  /** A way of its own to a version that nobody else uses, to try it behind the cut. Answers with the endpoint's name. Idempotent. */
  trial(version: string, signal: AbortSignal): Promise<string>;
  /** Removes the trial way to this version; null: every one, whichever version it leads to and whoever left it. Idempotent. */
  endTrial(version: string | null, signal: AbortSignal): Promise<void>;
  /** The name under which a backend answers for this version (`model` in its answers), or null when unknown. */
  modelName(version: string, signal: AbortSignal): Promise<string | null>;
}

/**
 * `answered`: text, what it said beside it (reasoning, calls of tools, further choices), and the model's own name for itself.
 * `refused`: the gateway says that there is no such way. Anything else says nothing about the model. `detail` holds no text from outside.
 */
export type ChatAnswer =
  | { outcome: 'answered'; text: string; beside?: string; model: string }
  | { outcome: 'refused'; status: number; detail: string }
  | { outcome: 'unclear'; detail: string };

/** Anything that speaks the chat completions API of OpenAI. Never throws for what the far side does; throws when aborted. */
export interface ChatModel {
  ask(question: { model: string; text: string; tokensMax?: number }, signal: AbortSignal): Promise<ChatAnswer>;
}

export type SignatureVerdict = {
  valid: boolean;
  /** `valid`, or why not: `no-signature`, `malformed`, `untrusted`, `bad-signature`, `changed`, `missing`, `unlisted`. */
  code: string;
  /** Whose key or certificate it was; "" when invalid. */
  signer: string;
  files: number;
  detail: string;
};

/** Verifies OpenSSF model signatures (v1.0) of the artefacts in a folder. */
export interface SignatureVerifier {
  verify(folder: string, signal?: AbortSignal): Promise<SignatureVerdict>;
}

export type Mail = {
  to: readonly string[];
  subject: string;
  text: string;
  messageId: string;
  /** Of ours, beside those that every mail has. */
  headers?: Readonly<Record<`X-Tocsin-${string}`, string>>;
  /** A file for calendars (RFC 5545), with its name. */
  calendar?: { name: string; text: string };
};

/**
 * Throws ConnectorError; `effect: 'unknown'` once the text of the mail was on its way. `recipients`: for how many the server took it;
 * `refused`: those it did not take it for, while it took it for others, and what it said.
 */
export interface Mailer {
  send(
    mail: Mail,
    signal: AbortSignal,
  ): Promise<{ messageId: string; recipients: number; refused: readonly { address: string; why: string }[] }>;
}

/** Throws ConnectorError. `id` makes a repeat recognisable to the receiver. */
export interface WebhookSender {
  send(
    delivery: { id: string; event: string; data: unknown; at: number },
    signal: AbortSignal,
  ): Promise<{ status: number }>;
}

/** What an issue says. Every text is plain: a tracker writes it so that nothing in it is markup, a mention or a link. */
export type IssueText = {
  title: string;
  parts: readonly { label: string; text: string }[];
  link: string;
  /** Finds it again: lower-case letters, digits and hyphens. */
  marker: string;
};

/** An issue as it stands. `state`: as the tracker calls it. `over`: it counts as closed there. `text`: title and body, as they stand there. */
export type SeenIssue = { key: string; url: string; state: string; over: boolean; text: string };

/** A list of work outside: the issues of a repository or a project. Throws ConnectorError. */
export interface IssueTracker {
  /** Throws when nothing may be written there. Called once before anything else. */
  check(signal: AbortSignal): Promise<void>;
  create(text: IssueText, signal: AbortSignal): Promise<SeenIssue>;
  /** The one that was created with this marker, `since` at the earliest (epoch ms); null: there is none. */
  marked(marker: string, since: number, signal: AbortSignal): Promise<SeenIssue | null>;
  /** Null: it is gone. */
  read(key: string, signal: AbortSignal): Promise<SeenIssue | null>;
  write(key: string, text: IssueText, signal: AbortSignal): Promise<void>;
  /** Closes it, or opens it again. */
  end(key: string, over: boolean, signal: AbortSignal): Promise<void>;
}

export type { CapabilityProvider };
