// Draws docs/pictures/story.svg from what `tocsin demo story --auto` printed: node scripts/story-picture.mjs < story.txt
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './set-up.mjs';

const FILE = join(root, 'docs', 'pictures', 'story.svg');
const [COLUMN, LINE, MARGIN, SIZE] = [8.4, 19, 24, 14];
const LABEL_END = 14;

/** Paragraphs of the story: a line with what hangs under it. */
function paragraphs(text) {
  const found = [];
  for (const line of text.split('\n')) {
    const isChapter = /^\d {2}\S/.test(line);
    const label = isChapter ? 'chapter' : /^ {2}\S/.test(line) ? line.slice(2, LABEL_END).trim() : null;
    if (label !== null) found.push({ label, lines: [line] });
    else if (line.startsWith(' '.repeat(LABEL_END)) && found.length > 0) found.at(-1).lines.push(line);
  }
  return found;
}

/** What fits into one picture: the first question whole, of the others only what was decided. */
function excerpt(all) {
  const told = all.slice(all.findIndex(({ lines: [line] }) => /^\d {2}Version 2/.test(line)));
  let questions = 0;
  const kept = told.filter(({ label, lines }) => {
    if (label === 'question') questions += 1;
    if (['question', 'asked', 'or else'].includes(label)) return questions <= 1;
    if (label === 'mail') return /Art\. 33/.test(lines.join(' '));
    if (/^\d\d:\d\d:\d\d$/.test(label)) return !/Decided by|carried out, not yet|no longer fires/.test(lines.join(' '));
    return ['chapter', 'user', 'gateway', 'opened', 'verified'].includes(label) || label.startsWith('support-v');
  });
  return kept.flatMap(({ label, lines }) => (label === 'chapter' ? ['', lines[0], ''] : lines)).slice(1);
}

const quoted = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function drawn(line, i) {
  const y = MARGIN + SIZE + i * LINE;
  // Every font is as wide as ours, so that what stands in columns stays in them.
  const put = (text, column, kind) =>
    `<text x="${(MARGIN + column * COLUMN).toFixed(1)}" y="${y}" textLength="${(text.length * COLUMN).toFixed(1)}"${kind ? ` class="${kind}"` : ''}>${quoted(text)}</text>`;
  if (line.trim() === '') return '';
  if (/^\d {2}\S/.test(line)) return put(line, 0, 'title');
  const label = line.slice(2, LABEL_END).trimEnd();
  const words = line.slice(LABEL_END);
  const wrong = /A LEAK|does NOT verify/.test(words);
  const kind = label === 'question' ? 'title' : wrong ? 'act' : '';
  return [label && put(label, 2, label === 'question' ? 'soon' : 'label'), words && put(words, LABEL_END, kind)]
    .filter(Boolean)
    .join('');
}

const lines = excerpt(paragraphs(readFileSync(0, 'utf8')));
if (lines.length < 20) throw new Error('that is not what `tocsin demo story --auto` prints');
const [width, height] = [2 * MARGIN + 80 * COLUMN, 2 * MARGIN + lines.length * LINE];
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t">
<title id="t">The story in a terminal: a model leaks, two people agree to cut its traffic, the cut is proved, the last known good version comes back, the authority is told, the timeline verifies</title>
<style>
svg { --paper: #f3f5f1; --ink: #1c2420; --label: #5a665f; --act: #a8201a; --soon: #805400; --edge: #c9d1ca }
@media (prefers-color-scheme: dark) { svg { --paper: #151b18; --ink: #e4eae5; --label: #93a098; --act: #ff9187; --soon: #e9b454; --edge: #36413b } }
rect { fill: var(--paper); stroke: var(--edge) }
text { font: ${SIZE}px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--ink); white-space: pre }
.title { font-weight: 700 } .label { fill: var(--label) } .act { fill: var(--act); font-weight: 700 } .soon { fill: var(--soon); font-weight: 700 }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="3"/>
${lines.map(drawn).filter(Boolean).join('\n')}
</svg>
`;
mkdirSync(dirname(FILE), { recursive: true });
writeFileSync(FILE, svg);
console.log(`${FILE}: ${lines.length} lines`);
