import type { NumberedEvent } from '../../incident/events.ts';
import { planPath } from '../../incident/step-path.ts';
import { milliseconds } from '../../playbook/duration.ts';
import { span } from '../../playbook/graph/words.ts';
import type { Played } from './play.ts';
import type { Expect, ExpectedMail } from './scenario.ts';

/** An expectation that does not hold. `seq`: the event of the timeline that tells most about it. */
export type Mismatch = { expected: string; seen: string; seq: number | null };

/** Everything in which a played scenario is not as expected. */
export function compare(expect: Expect, played: Played): Mismatch[] {
  const found = played.refused.map(({ path, message }) => ({
    expected: 'that all it gives and says comes to bear',
    seen: message,
    seq: last(played, (event) => event.path === path),
  }));
  // A step that fails unexpectedly is a surprise in every scenario.
  const all: Expect = { failed: [], ...expect };
  for (const key of Object.keys(CHECKS) as (keyof Expect)[])
    if (all[key] !== undefined) found.push(...(CHECKS[key] as Check<keyof Expect>)(all[key] as never, played));
  return found;
}

type Check<K extends keyof Expect> = (wanted: NonNullable<Expect[K]>, played: Played) => Mismatch[];

const CHECKS: { readonly [K in keyof Expect]-?: Check<K> } = {
  // Looked at before anything is played.
  opens: () => [],
  outcome: (wanted, played) => {
    const seen = played.view.plan?.outcome ?? 'it has not ended';
    return seen === wanted ? [] : [{ expected: `outcome ${wanted}`, seen, seq: last(played, isEnd) }];
  },
  acts: (wanted, played) => inOrder(wanted, acts(played, 'act.done'), played),
  'acts-in-any-order': (wanted, played) => {
    const done = acts(played, 'act.done');
    return wanted.flatMap((name) =>
      done.some((act) => isAct(act, name, played))
        ? []
        : [{ expected: `act ${name}`, seen: shownActs(done), seq: null }],
    );
  },
  'no-acts': (wanted, played) =>
    wanted.flatMap((name) => {
      const begun = acts(played, 'act.started').find((act) => isAct(act, name, played));
      return begun
        ? [{ expected: `no act ${name}`, seen: `${begun.capability} at ${begun.path}`, seq: begun.seq }]
        : [];
    }),
  'changes-nothing': (_, played) =>
    played.events.flatMap((event) => {
      const { type, path, seq } = event;
      if (type !== 'act.started') return [];
      const { risk, capability } = event.data;
      const harmless = risk === 'read' || capability.startsWith('notify.');
      return harmless ? [] : [{ expected: 'that nothing is changed', seen: `${capability} at ${path} was begun`, seq }];
    }),
  undone: (wanted, played) => {
    const paths = played.events.flatMap((event) =>
      event.type === 'act.done' && event.data.purpose === 'undo' ? [planPath(event.path)] : [],
    );
    return sameList('undone', wanted, paths, played);
  },
  done: (wanted, played) => been(wanted, ['done', 'taken-over', 'undone'], 'done', played),
  skipped: (wanted, played) => been(wanted, ['skipped'], 'skipped', played),
  failed: (wanted, played) => {
    const meant = wanted.map((name) => played.steps.path(name));
    const failed = [...played.been].flatMap(([path, statuses]) => (statuses.has('failed') ? [path] : []));
    const surprises = failed.filter((path) => !meant.includes(path) && isSurprise(path, played));
    return [
      ...been(wanted, ['failed'], 'failed', played),
      ...surprises.map((path) => {
        const event = played.events.find((one) => one.type === 'step.failed' && planPath(one.path) === path);
        const why = event?.type === 'step.failed' ? event.data.message : '';
        return { expected: `that ${path} does not fail`, seen: `it failed: ${why}`, seq: event?.seq ?? null };
      }),
    ];
  },
  'not-reached': (wanted, played) =>
    wanted.flatMap((name) => {
      const path = played.steps.path(name);
      const event = played.events.find((one) => isIn(one, path) && one.type !== 'step.skipped');
      return event ? [{ expected: `that ${name} is not reached`, seen: 'it was', seq: event.seq }] : [];
    }),
  asked: (wanted, played) =>
    Object.entries(wanted).flatMap(([name, roles]): Mismatch[] => {
      const asked = question(played, name);
      if (!asked) return [{ expected: `a question at ${name}`, seen: 'none was asked', seq: null }];
      const seen = asked.data.by.map(({ role }) => role);
      return sameSet(roles, seen)
        ? []
        : [{ expected: `${name} asks ${roles.join(', ')}`, seen: seen.join(', '), seq: asked.seq }];
    }),
  'not-asked': (wanted, played) =>
    wanted.flatMap((name) => {
      const asked = question(played, name);
      return asked ? [{ expected: `no question at ${name}`, seen: 'it was asked', seq: asked.seq }] : [];
    }),
  escalated: (wanted, played) =>
    wanted.flatMap((name) => {
      const path = played.steps.path(name);
      const did = played.events.some((event) => event.type === 'decision.escalated' && planPath(event.path) === path);
      return did
        ? []
        : [{ expected: `${name} is escalated`, seen: 'it is not', seq: question(played, name)?.seq ?? null }];
    }),
  decided: (wanted, played) =>
    Object.entries(wanted).flatMap(([name, outcome]) => {
      const made = decision(played, name);
      const seen = made?.data.outcome ?? 'nothing was decided';
      return seen === outcome ? [] : [{ expected: `${name} comes to ${outcome}`, seen, seq: made?.seq ?? null }];
    }),
  'by-silence': (wanted, played) =>
    wanted.flatMap((name) => {
      const made = decision(played, name);
      if (made?.data.by === 'default') return [];
      const seen = made ? `${made.data.people.join(', ')} decided it` : 'nothing was decided';
      return [{ expected: `nobody decides ${name}`, seen, seq: made?.seq ?? null }];
    }),
  mails: (wanted, played) =>
    wanted.flatMap((mail) =>
      sent(mail, played)
        ? []
        : [{ expected: `a mail ${mailInWords(mail)}`, seen: mailsSeen(mail, played), seq: last(played, isMail) }],
    ),
  'no-mails': (wanted, played) =>
    wanted.flatMap((mail) => {
      const found = sent(mail, played);
      return found
        ? [
            {
              expected: `no mail ${mailInWords(mail)}`,
              seen: `“${found.subject}” to ${found.to}`,
              seq: last(played, isMail),
            },
          ]
        : [];
    }),
  duties: (wanted, played) =>
    Object.entries(wanted).flatMap(([rule, state]) => {
      const seen = dutyState(rule, played);
      const seq = last(played, (event) => event.type.startsWith('obligation.'));
      return seen === state ? [] : [{ expected: `duty ${rule} is ${state}`, seen, seq }];
    }),
  serving: (wanted, played) => system(wanted, played.world.systems[played.system]?.serving, 'serving version', played),
  traffic: (wanted, played) => system(wanted, played.world.systems[played.system]?.traffic, 'traffic', played),
  around: (wanted, played) => {
    const around = played.world.systems[played.system]?.around;
    return Object.entries(wanted).flatMap(([key, value]) =>
      value === undefined ? [] : system(value, around?.[key as keyof typeof around], key, played),
    );
  },
  within: (wanted, played) => {
    const end = played.view.plan?.finishedAt;
    const took = end === undefined ? null : end - played.openedAt;
    if (took !== null && took <= milliseconds(wanted)) return [];
    const seen = took === null ? 'it has not ended' : `after ${span(took)}`;
    return [{ expected: `the end within ${wanted}`, seen, seq: last(played, isEnd) }];
  },
  'done-within': (wanted, played) =>
    Object.entries(wanted).flatMap(([name, limit]) => {
      const endedAt = played.view.steps[played.steps.path(name)]?.endedAt;
      const took = endedAt === undefined ? null : endedAt - played.openedAt;
      if (took !== null && took <= milliseconds(limit)) return [];
      const seen = took === null ? 'it is not done' : `after ${span(took)}`;
      return [{ expected: `${name} done within ${limit}`, seen, seq: lastAt(played, name) }];
    }),
};

/** What a playbook that is run answers by itself is the matter of its own scenarios; what it leaves to people is not. */
const isSurprise = (path: string, { steps, events }: Played): boolean =>
  steps.isOwn(path) ||
  events.some(
    (event) => event.type === 'decision.asked' && event.data.kind === 'failure' && planPath(event.path) === path,
  );

type Act = { path: string; capability: string; seq: number };

function acts(played: Played, type: 'act.started' | 'act.done'): Act[] {
  return played.events.flatMap((event) =>
    event.type === type && event.data.purpose === 'act'
      ? [{ path: planPath(event.path), capability: event.data.capability, seq: event.seq }]
      : [],
  );
}

const isAct = (act: Act, name: string, { steps }: Played): boolean =>
  name.includes('.') ? act.capability === name : act.path === steps.path(name);

function inOrder(wanted: readonly string[], done: readonly Act[], played: Played): Mismatch[] {
  let from = 0;
  for (const [i, name] of wanted.entries()) {
    const at = done.findIndex((act, place) => place >= from && isAct(act, name, played));
    if (at < 0) {
      const before = i === 0 ? '' : ` after ${wanted.slice(0, i).join(', ')}`;
      return [{ expected: `act ${name}${before}`, seen: shownActs(done), seq: done[from - 1]?.seq ?? null }];
    }
    from = at + 1;
  }
  return [];
}

const shownActs = (done: readonly Act[]): string =>
  done.length === 0 ? 'no act' : done.map(({ capability }) => capability).join(', ');

function been(names: readonly string[], statuses: readonly string[], word: string, played: Played): Mismatch[] {
  return names.flatMap((name) => {
    const path = played.steps.path(name);
    const was = [...(played.been.get(path) ?? [])];
    const reached = was.length > 0 ? was : heldSteps(played, path) ? ['done'] : [];
    if (reached.some((status) => statuses.includes(status))) return [];
    return [{ expected: `${name} ${word}`, seen: reached.at(-1) ?? 'it was not reached', seq: lastAt(played, name) }];
  });
}

/** A parallel or a try has no event of its own: it is done when something in it was. */
const heldSteps = (played: Played, path: string): boolean =>
  [...played.been].some(([other, statuses]) => other.startsWith(`${path}/`) && statuses.has('done'));

function sameList(what: string, wanted: readonly string[], seen: readonly string[], played: Played): Mismatch[] {
  const paths = wanted.map((name) => played.steps.path(name));
  if (paths.join() === seen.join()) return [];
  const words = (list: readonly string[]) => (list.length > 0 ? list.join(', ') : 'nothing');
  return [
    { expected: `${what}: ${words(paths)}`, seen: words(seen), seq: last(played, (e) => e.type === 'undo.finished') },
  ];
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join() === [...b].sort().join();

function question(played: Played, name: string) {
  const path = played.steps.path(name);
  for (const event of played.events)
    if (event.type === 'decision.asked' && event.data.kind !== 'failure' && planPath(event.path) === path) return event;
  return undefined;
}

function decision(played: Played, name: string) {
  const number = question(played, name)?.data.number;
  for (const event of played.events) if (event.type === 'decision.made' && event.data.number === number) return event;
  return undefined;
}

function sent({ to, subject = '', contains = [] }: ExpectedMail, { world }: Played) {
  const parts = typeof contains === 'string' ? [contains] : contains;
  return world.mailbox.find(
    (mail) => mail.to === to && mail.subject.includes(subject) && parts.every((part) => mail.text.includes(part)),
  );
}

function mailInWords({ to, subject, contains }: ExpectedMail): string {
  const parts = contains === undefined ? [] : [contains].flat();
  const about = subject === undefined ? '' : `, about “${subject}”`;
  return `to ${to}${about}${parts.map((part) => `, with “${part}”`).join('')}`;
}

function mailsSeen({ to }: ExpectedMail, { world }: Played): string {
  const those = world.mailbox.filter((mail) => mail.to === to);
  if (those.length === 0) return `no mail to ${to}`;
  return those.map(({ subject, text }) => `“${subject}”: ${text.replace(/\s+/g, ' ').slice(0, 300)}`).join(' · ');
}

function dutyState(rule: string, { view }: Played): string {
  const duty = view.obligations.find((one) => one.rule.id === rule);
  if (!duty) return 'none';
  if (duty.met) return duty.met.late ? 'late' : 'met';
  return duty.waived ? 'waived' : 'open';
}

function system(wanted: unknown, seen: unknown, what: string, played: Played): Mismatch[] {
  const [a, b] = [JSON.stringify(wanted), JSON.stringify(seen ?? null)];
  if (a === b) return [];
  return [{ expected: `${what} ${a} at the end`, seen: b, seq: last(played, (event) => event.type === 'act.done') }];
}

const isEnd = (event: NumberedEvent): boolean => event.type === 'plan.finished';
const isMail = (event: NumberedEvent): boolean =>
  event.type === 'act.done' && event.data.capability.startsWith('notify.');
const isIn = (event: NumberedEvent, path: string): boolean => {
  const at = planPath(event.path);
  return at === path || at.startsWith(`${path}/`);
};
const last = ({ events }: Played, test: (event: NumberedEvent) => boolean): number | null =>
  events.findLast(test)?.seq ?? null;
const lastAt = (played: Played, name: string): number | null => {
  const path = played.steps.path(name);
  return last(played, (event) => planPath(event.path) === path);
};
