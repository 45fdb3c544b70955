import { ExpressionError } from './expression-error.ts';

/** A text with `${…}` in it, taken apart. `offset`: where the expression begins in the text. `$${` stands for a literal `${`. */
export type Part = { text: string } | { cel: string; offset: number };

export class TemplateError extends ExpressionError {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Throws TemplateError when an expression is not closed. */
export function takeApart(text: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  let i = 0;
  while (i < text.length) {
    if (text.startsWith('$${', i)) {
      literal += '${';
      i += 3;
    } else if (text.startsWith('${', i)) {
      const end = closing(text, i + 2);
      if (literal) parts.push({ text: literal });
      literal = '';
      const inside = text.slice(i + 2, end);
      const indent = inside.length - inside.trimStart().length;
      if (!inside.trim()) throw new TemplateError('there is no expression between the braces', i);
      parts.push({ cel: inside.trim(), offset: i + 2 + indent });
      i = end + 1;
    } else literal += text[i++];
  }
  if (literal || parts.length === 0) parts.push({ text: literal });
  return parts;
}

/** The brace that closes the expression; braces of maps and inside quotes do not count. */
function closing(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const char = text[i] as string;
    if (quote) {
      if (char === '\\') i++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '{') depth++;
    else if (char === '}' && depth-- === 0) return i;
  }
  throw new TemplateError('this expression is not closed by a brace', from - 2);
}
