import type { Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import { COMMAND, type SlackPost } from '../contract.ts';
import type { HandlerDeps } from './deps.ts';
import { type PlanSaid, wrong } from './drill-plan-text.ts';
import { personMeant, type Speaker } from './tell-incident.ts';

/** What can be played, what is planned and what runs. */
export async function listDrills(deps: HandlerDeps): Promise<SlackPost> {
  const [offers, drills] = await Promise.all([
    deps.drills.offers(),
    deps.drills.list({ status: ['planned', 'running'], limit: LISTED_MAX }),
  ]);
  return deps.replies.drillList({ offers, drills, people: deps.directory.names(), now: deps.now() });
}

const LISTED_MAX = 20;

/** A drill whose people are named in one line; `start`: it begins at once. */
export async function planDrill(deps: HandlerDeps, by: Speaker, said: PlanSaid, start: boolean): Promise<SlackPost> {
  const notDone = start ? 'No drill was started.' : 'No drill was planned.';
  assertKnown(deps, by.person, notDone);
  const { simulation, length } = said;
  const whom = async <P extends { who: string }>({ who, ...part }: P) => ({
    ...part,
    person: await personMeant(deps, by.person, who, { cannot: 'take part in a drill', notDone }),
  });
  const plan = {
    ...{ simulation, at: null, rate: 1, note: null },
    ...(length === null ? {} : { length }),
    players: await Promise.all(said.players.map(whom)),
    staff: await Promise.all(said.staff.map(whom)),
  };
  const planned = await deps.drills.plan(by.person, plan, `slack drill ${by.gesture}`);
  return start ? startDrill(deps, by, planned.id) : shown(deps, planned);
}

/** One that is planned. `drill`: named, or the one of this channel. */
export async function startDrill(deps: HandlerDeps, by: Speaker, drill: string | null): Promise<SlackPost> {
  assertKnown(deps, by.person, 'No drill was started.');
  if (drill === null)
    throw wrong(
      `Say what is played, and your seat; or which drill begins: ${COMMAND} drill list.`,
      'drill start pii-leak-output as legal-counsel 15m',
    );
  return shown(deps, await deps.drills.start(by.person, drill));
}

const shown = (deps: HandlerDeps, drill: Awaited<ReturnType<HandlerDeps['drills']['start']>>): SlackPost =>
  deps.replies.drillPlanned({
    drill,
    people: deps.directory.names(),
    url: `${deps.publicUrl.replace(/\/$/, '')}/drills/${drill.id}`,
  });

/** Every person of the inventory may plan and start drills, and nobody else. */
function assertKnown({ directory }: HandlerDeps, { id }: Person, notDone: string): void {
  if (directory.person(id)) return;
  throw new Problem({
    status: 403,
    code: 'not-entitled',
    message: 'Only people of the inventory plan and start drills.',
    notDone,
    next: 'Ask whoever looks after tocsin.yaml to write your member ID beside your name there (slack: U…).',
  });
}
