import type { Step } from '../src/playbook/plan.ts';
import { rehearseScript } from '../src/simulator/core/rehearse-script.ts';
import { resultsOf } from '../src/simulator/core/results.ts';
import type { Expectation, Inject, Script, Trigger } from '../src/simulator/core/script.ts';
import { PERSONAS } from '../src/simulator/script/personas.ts';
import { act, ask, MINUTE, opening, parallel, planOf, START, world } from '../test/support/plans.ts';
import { atLeast, type Measure, shown } from './measure.ts';

/** Whole drills in memory: the script with its conditions, the engine, three bots, and how the expectations stand at the end. */

const INJECTS = 60;
const QUESTIONS = 10;
const STEPS = 200;
const STEPS_A_QUESTION = STEPS / QUESTIONS;
const ROLES = ['incident-commander', 'ml-on-call', 'legal-counsel'];
const DRILL_MS = 90 * MINUTE;
/** However late a bot answers, it is counted. */
const PATIENT = { withinMs: DRILL_MS, remindMs: [], escalate: null };

export async function benchRehearsal(seconds: number): Promise<Measure[]> {
  const { script, plan } = generatedDrill();
  const once = async (seed: number): Promise<number> => {
    const { events } = await rehearseScript({ script, plan, seed });
    const results = resultsOf(script, events);
    const delivered = events.filter(({ type }) => type === 'inject.delivered' || type === 'inject.skipped').length;
    const decided = events.filter(({ type }) => type === 'decision.made').length;
    if (delivered !== INJECTS || decided !== QUESTIONS || results.some(({ result }) => result !== 'met'))
      throw new Error(`seed ${seed}: ${delivered} injects, ${decided} decisions, ${JSON.stringify(results)}`);
    return events.length;
  };
  for (let seed = 1; seed <= 50; seed++) await once(seed);
  const started = performance.now();
  let runs = 0;
  let events = 0;
  while (performance.now() - started < seconds * 1_000) {
    runs++;
    events += await once(runs);
  }
  const tookMs = performance.now() - started;
  return [
    atLeast('rehearsals of 60 injects, 200 steps, 10 decisions', (runs * 1_000) / tookMs, 'runs/s', 1_000),
    shown('events of one of them', events / runs, 'events'),
  ];
}

/** Two branches of acts with questions between them, each of which allows the risky ones up to the next. Every other act changes the world. */
export function generatedDrill() {
  const branch = (side: string, letter: string): Step[] =>
    Array.from({ length: STEPS / 2 }, (_, i) => {
      const id = `${letter}-${i}`;
      const asks = i - (i % STEPS_A_QUESTION);
      if (i === asks) return ask(id, { ...PATIENT, by: [{ role: ROLES[i % 3] as string, count: 1 }] });
      const capability = ['model.inspect', 'model.isolate', 'model.probe', 'model.restore'][i % 4] as string;
      return act(id, capability, { coveredBy: `both/${side}/${letter}-${asks}` });
    });
  const plan = {
    ...planOf([parallel('both', { left: branch('left', 'l'), right: branch('right', 'r') })]),
    opensOn: 'alert.kind == "model.signature-invalid"',
  };
  return { plan, script: generatedScript() };
}

/** Half by the clock, a third after another, the rest by conditions; some of them only if a response did not come. */
function generatedScript(): Script {
  const injects = Array.from({ length: INJECTS }, (_, i) => injectOf(i));
  const { system } = opening;
  if (!system) throw new Error('the sample opening is about a system');
  const [truth] = Object.values(world().systems);
  return {
    format: 1,
    simulation: 'generated',
    title: 'Generated',
    version: 1,
    hash: '0'.repeat(64),
    length: { name: '90m', title: 'Generated', ms: DRILL_MS },
    playbook: 'tested',
    references: [],
    about: 'About.',
    truth: 'Truth.',
    startsAt: START,
    objectives: [{ id: 'all', title: 'All', capability: 'All', tasks: [] }],
    systems: truth ? [{ snapshot: system, truth }] : [],
    tookMs: {},
    faults: [],
    seats: ROLES.map((role) => ({ role, brief: 'Play.', needed: true, persona: 'steady' })),
    personas: [...PERSONAS],
    away: [],
    answers: {},
    injects,
    expectations: expectations(),
    debrief: ['What now?'],
    guide: null,
  };
}

function triggerOf(i: number): Trigger {
  if (i % 6 === 5) {
    const cel =
      i % 4 === 1
        ? `"both/left/l-${i}" in steps && world.systems["support-assistant"].lastKnownGood == "v40"`
        : `injects["inject-${i - 5}"].delivered && incident.opened`;
    return { on: 'condition', cel, delayMs: 10_000 };
  }
  if (i % 3 === 1) return { on: 'inject', inject: `inject-${i - 1}`, delayMs: 30_000 };
  return { on: 'time', atMs: (i + 1) * MINUTE };
}

const injectOf = (i: number): Inject => ({
  id: `inject-${i}`,
  title: `Inject ${i}`,
  kind: i % 12 === 8 ? 'contingency' : 'contextual',
  trigger: triggerOf(i),
  unless: i % 10 === 8 ? 'incident.status == "resolved" && minutes > 10.0' : null,
  unlessMet: i % 12 === 8 ? 'opened' : null,
  by: i === 0 ? 'alert' : 'slack',
  from: 'Somebody',
  to: ['everybody'],
  subject: `Inject ${i}`,
  text: 'Something has happened that somebody should look at before it happens again.',
  alert: i === 0 ? { kind: 'model.signature-invalid', system: 'support-assistant' } : null,
  attachments: [],
  objective: 'all',
  expects: [],
  changes: null,
  hint: null,
  notes: null,
});

function expectations(): Expectation[] {
  const one = (id: string, sought: Expectation['sought'], more: Partial<Expectation> = {}): Expectation => ({
    id,
    title: id,
    objective: 'all',
    task: null,
    sought,
    never: false,
    since: null,
    withinMs: null,
    before: null,
    gate: 'achieve',
    ...more,
  });
  return [
    one('opened', { what: 'opened' }, { since: 'inject-0', withinMs: MINUTE }),
    ...['model.isolate', 'model.restore', 'model.probe'].map((capability) =>
      one(capability.replace('.', '-'), { what: 'act', capability, system: 'support-assistant' }),
    ),
    ...[0, 20, 40, 60].map((i) =>
      one(`decided-${i}`, { what: 'decided', step: `both/left/l-${i}`, answer: 'approve', people: 1 }),
    ),
    one('never-failed', { what: 'event', cel: 'event.type == "step.failed"' }, { never: true }),
    one('resolved-early', { what: 'resolved' }, { never: true }),
  ];
}
