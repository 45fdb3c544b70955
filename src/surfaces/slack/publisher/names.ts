import type { IncidentView } from '../../../incident/view.ts';

const NAME_LENGTH_MAX = 80;
const SLUG_LENGTH_MAX = 40;

const PREFIX: Readonly<Record<IncidentView['mode'], string>> = {
  live: '',
  'simulated-inventory': 'sim-',
  exercise: 'exercise-',
};

/**
 * `inc-2026-0147-model-artefact-tampered`: lower case, letters, digits and hyphens, as Slack wants names. By the playbook or the AI
 * system, never by words of a report, and of a drill by its title, as the playbook would tell what happens in it: everybody sees a name, and it stays. `turn`: when one is taken.
 */
export function channelName(
  view: Pick<IncidentView, 'id' | 'mode' | 'playbook' | 'system' | 'exercise'>,
  turn = 1,
): string {
  const tail = turn > 1 ? `-${turn}` : '';
  const name = [
    `${PREFIX[view.mode]}${view.id.toLowerCase()}`,
    slug(view.exercise?.title ?? view.playbook?.title ?? view.system?.name ?? ''),
  ]
    .filter(Boolean)
    .join('-');
  return `${name.slice(0, NAME_LENGTH_MAX - tail.length)}${tail}`;
}

/** The first words of a title that are left in plain letters; whole words, as far as they fit. */
function slug(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  let text = '';
  for (const word of words) {
    const longer = text === '' ? word.slice(0, SLUG_LENGTH_MAX) : `${text}-${word}`;
    if (longer.length > SLUG_LENGTH_MAX) break;
    text = longer;
  }
  return text;
}
