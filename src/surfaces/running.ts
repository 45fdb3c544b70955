import type { IncidentView } from '../incident/view.ts';
import type { Reader } from './ports.ts';

/** One playbook that an incident runs, as it was when it was started. */
export type Running = { incident: string; title: string; playbook: string; version: number; hash: string };

/** More incidents than this are not open at once; a list of playbooks need not name them all. */
const INCIDENTS_MAX = 1_000;

/** Which playbooks, in which versions, the incidents run that are not closed. */
export async function runningPlaybooks(reader: Pick<Reader, 'incidents'>): Promise<Running[]> {
  const views = await reader.incidents({ status: ['open', 'resolved'], limit: INCIDENTS_MAX });
  return views.flatMap((view) =>
    playbooksOf(view).map(({ id, version, hash }) => ({
      incident: view.id,
      title: view.title,
      playbook: id,
      version,
      hash,
    })),
  );
}

function playbooksOf(view: IncidentView): NonNullable<IncidentView['playbook']>[] {
  return [...(view.playbook ? [view.playbook] : []), ...view.added.map(({ playbook }) => playbook)];
}
