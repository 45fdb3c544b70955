/** The line at which a text stops being JSON. Its parser does not say: the shortest beginning that cannot be completed ends there. */
export function lineOfJson(text: string): number {
  let [good, bad] = [0, text.length];
  while (good < bad) {
    const middle = Math.floor((good + bad) / 2);
    if (isWrong(text.slice(0, middle))) bad = middle;
    else good = middle + 1;
  }
  return text.slice(0, good).split('\n').length;
}

function isWrong(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return false;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /position (\d+)/.exec(message)?.[1];
    if (/end of JSON input|Unterminated/.test(message)) return false;
    return position === undefined || Number(position) < beginning.length;
  }
}
