import { plainText } from '../../incident/phrases.ts';

/** Text from outside on one line of Markdown: it cannot become a heading, a link or HTML. */
export function markdownText(text: string): string {
  return plainText(
    text
      .replace(/\s*\n\s*/g, ' ')
      .replace(/\t/g, ' ')
      .trim(),
  )
    .replace(/[\\`*_{}[\]#|~!]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}
