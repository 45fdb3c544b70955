/** An incident as people write it, `INC-2026-0147`, or `147` for this year's; an exercise, `EX-2026-12`; null when it is neither. */
export function readIncidentName(text: string, now: number): string | null {
  const found = /^(?:(inc|ex)-(\d{4})-)?(\d{1,12})$/i.exec(text.trim());
  if (!found) return null;
  const [, kind = 'INC', year = String(new Date(now).getUTCFullYear()), number = ''] = found;
  return `${kind.toUpperCase()}-${year}-${number.replace(/^0+(?=\d)/, '').padStart(4, '0')}`;
}
