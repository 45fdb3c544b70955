/** A refusal as Slack words it: `{ok: false, error: code}`. Programs branch on `code`. */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly code: string;
  /** What is wrong in detail: `must be less than 151 characters [json-pointer:/blocks/0/text/text]`. */
  readonly details: readonly string[];
  /** More fields of the answer, such as `needed` and `provided`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** For `ratelimited`. */
  readonly retryAfterS: number | null;

  constructor(
    code: string,
    more: { details?: readonly string[]; fields?: Record<string, unknown>; retryAfterS?: number } = {},
  ) {
    super(more.details?.length ? `${code}: ${more.details.join('; ')}` : code);
    this.code = code;
    this.details = more.details ?? [];
    this.fields = more.fields ?? {};
    this.retryAfterS = more.retryAfterS ?? null;
  }
}
