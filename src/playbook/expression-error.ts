/** Whatever can go wrong with an expression, the same on every replay. The engine turns it into a failed step. */
export class ExpressionError extends Error {
  readonly code = 'expression' as const;
  override readonly name = 'ExpressionError';
}
