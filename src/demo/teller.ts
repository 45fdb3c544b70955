/** Tells a story in a terminal: plain lines of 80 columns, and one line at the end that lives while something is awaited. */
export type Terminal = {
  out(text: string): void;
  /** Somebody watches: the last line may be rewritten, and they may press Enter. */
  live: boolean;
  colour: boolean;
  now(): number;
};

export type Teller = {
  chapter(title: string): void;
  /** A paragraph. */
  say(text: string): void;
  /** What somebody says or does, under who it is. */
  line(who: string, text: string): void;
  /** Something to go to or to read as it is: never wrapped. */
  item(text: string): void;
  bold(text: string): string;
  /** Shows that something is awaited, and for how long, until the answer is called. */
  awaiting(what: string): () => void;
  /** The same until the promise settles. */
  waiting<T>(what: string, promise: Promise<T>): Promise<T>;
};

const COLUMNS = 80;
const INDENT = 2;
const WHO = 12;
const FRAMES = ['·  ', '·· ', '···', ' ··', '  ·', '   '];
const FRAME_MS = 160;

export function createTeller({ out, live, colour, now }: Terminal): Teller {
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const awaited: { what: string; since: number }[] = [];
  let timer: NodeJS.Timeout | null = null;
  let frame = 0;
  const wipe = (): void => {
    if (timer !== null) out('\r\u001b[K');
  };
  const draw = (): void => {
    const last = awaited.at(-1);
    if (last === undefined) return;
    const text = `${FRAMES[frame % FRAMES.length]} ${last.what} ${Math.floor((now() - last.since) / 1_000)} s`;
    out(`\r\u001b[K${' '.repeat(INDENT)}${paint(2, text.slice(0, COLUMNS - INDENT - 1))}`);
  };
  const lines = (text: string): void => {
    wipe();
    out(`${text}\n`);
    if (timer !== null) draw();
  };
  const stop = (): void => {
    if (timer === null) return;
    wipe();
    clearInterval(timer);
    timer = null;
  };
  const awaiting = (what: string): (() => void) => {
    if (!live) return () => undefined;
    const one = { what, since: now() };
    awaited.push(one);
    timer ??= setInterval(() => {
      frame += 1;
      draw();
    }, FRAME_MS).unref();
    draw();
    return () => {
      const at = awaited.indexOf(one);
      if (at >= 0) awaited.splice(at, 1);
      if (awaited.length === 0) stop();
    };
  };
  return {
    chapter: (title) => lines(`\n${paint(1, title)}\n`),
    say: (text) =>
      lines(
        wrap(text, COLUMNS - INDENT)
          .map(indented(INDENT))
          .join('\n'),
      ),
    line: (who, text) => {
      const label = who.length < WHO ? who.padEnd(WHO) : `${who} `;
      const [first = '', ...rest] = wrap(text, COLUMNS - INDENT - label.length);
      lines(
        [`${' '.repeat(INDENT)}${paint(2, label)}${first}`, ...rest.map(indented(INDENT + label.length))].join('\n'),
      );
    },
    item: (text) => lines(`${' '.repeat(2 * INDENT)}${text}`),
    bold: (text) => paint(1, text),
    awaiting,
    async waiting(what, promise) {
      const done = awaiting(what);
      try {
        return await promise;
      } finally {
        done();
      }
    },
  };
}

const indented =
  (columns: number) =>
  (line: string): string =>
    line === '' ? '' : `${' '.repeat(columns)}${line}`;

/** Breaks a text at spaces; what is longer than a line stays whole. */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > columns) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}
