// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import fc from 'fast-check';

/** Source of a step before it has an id; `risky` ones are only put where a question covers them. */
type Source = Record<string, unknown>;

const seats = fc.constantFrom(
  [{ role: 'ml-on-call' }],
  [{ role: 'incident-commander', count: 2 }],
  [{ role: 'incident-commander' }, { role: 'ml-on-call' }],
);
const when = fc.constantFrom(
  {},
  {},
  {},
  { when: 'has(alert.kind) && alert.kind == "a"' },
  { when: 'inputs.count + 1 > 2' },
);

const read: fc.Arbitrary<Source> = fc.constantFrom(
  { do: 'model.inspect' },
  { do: 'model.validate', with: { system: '${inputs.system}' }, timeout: '2m' },
  { do: 'model.probe', with: { expect: 'cut' }, retry: { attempts: 4, delay: '1s', on: ['timeout', 'busy'] } },
);
const risky: fc.Arbitrary<Source> = fc.constantFrom(
  { do: 'model.rollback', with: { to: 'last-known-good' }, prove: 'model.probe' },
  { do: 'model.restore', prove: 'model.probe' },
  { do: 'notify.mail', with: { to: 'a@b.example', subject: 'About ${inputs.system.name}', text: 'x' } },
);
const quiet: fc.Arbitrary<Source> = fc.oneof(
  read,
  fc.constant({ say: 'Now at ${inputs.system.tier}, ${incident.severity}', to: 'ml-on-call' }),
  fc.constant({ wait: '90s' }),
  fc.constantFrom<Source>(
    { wait: { until: 'has(alert.over)', within: '5m' } },
    { wait: { business: '1d2h30m' } },
    { wait: { alert: 'alert.kind == "calm" && alert.level > inputs.count', within: '2h' } },
    { wait: { 'alert-resolved': 'alert.kind == "loud"', within: '1d', since: 'opening' } },
  ),
  fc.constant({
    task: 'Look at ${inputs.system.name}',
    details: 'At its logs.',
    by: [{ role: 'ml-on-call' }],
    within: '1h',
  }),
  fc.constant({
    task: 'Fill in the facts',
    by: [{ role: 'incident-commander' }],
    within: '2h',
    remind: ['1h'],
    form: { facts: { label: 'Facts', type: 'long-text' } },
  }),
  fc.constant({ run: 'inform', with: { note: 'n' } }),
  fc.constant({ oblige: 'eu-72h', by: 'ml-on-call', aware: '${has(alert.since) ? alert.since : ""}', remind: ['1h'] }),
);

const ask = (covered: fc.Arbitrary<Source[]>): fc.Arbitrary<Source[]> =>
  fc.tuple(seats, fc.boolean(), fc.array(quiet, { maxLength: 2 }), covered).map(([by, escalates, denied, steps]) => [
    {
      ask: 'May we touch ${inputs.system.name}?',
      by,
      within: '1h',
      remind: ['10m'],
      'on-deny': denied,
      ...(escalates && { escalate: { after: '30m', to: 'engineering-manager' } }),
    },
    ...steps,
  ]);

/** A block: quiet steps, branches and questions with the risky acts they cover. Only one branch of a parallel is risky. */
const block: (depth: number) => fc.Arbitrary<Source[]> = fc.memo((depth) => {
  const flat = fc.array(
    fc.tuple(quiet, when).map(([step, condition]) => ({ ...step, ...condition })),
    { minLength: 1, maxLength: 3 },
  );
  const covered = ask(fc.array(fc.oneof(risky, quiet), { minLength: 1, maxLength: 3 }));
  if (depth <= 1) return fc.oneof(flat, covered);
  const inner = block(depth - 1);
  return fc.oneof(
    flat,
    covered,
    fc.tuple(inner, flat, flat).map(([steps, failed, last]) => [{ try: steps, 'on-failure': failed, finally: last }]),
    fc
      .tuple(flat, fc.constantFrom('[1, 2]', 'alert.kinds'))
      .map(([steps, list]) => [{ each: list, 'at-once': 2, steps }]),
    inner.map((steps) => [{ repeat: { until: 'inputs.count > 3', times: 3, every: '1m' }, steps }]),
    fc.tuple(inner, inner).map(([yes, no]) => [{ if: 'inputs.count > 3', then: yes, else: no }]),
    fc
      .tuple(
        inner,
        flat,
        fc.constantFrom({}, {}, { until: 'any' }, { 'fail-fast': true }, { until: 'any', 'fail-fast': true }),
      )
      .map(([one, two, more]) => [{ parallel: { 'branch-b': one, 'branch-a': two }, ...more }]),
    fc.tuple(read, flat).map(([step, failure]) => [{ ...step, 'on-failure': failure }]),
    flat.map((failure) => [{ task: 'Revoke it', by: [{ role: 'ml-on-call' }], within: '1h', 'on-failure': failure }]),
    fc.tuple(inner, flat).map(([a, b]) => [...b, ...a]),
  );
});

/** Gives every step an id of its own, in the order of the text. */
function withIds(value: unknown, next: { id: number }): unknown {
  if (Array.isArray(value))
    return value.map((item) =>
      item !== null && typeof item === 'object' && !('role' in item) && !Array.isArray(item)
        ? { id: `s${next.id++}`, ...(withIds(item, next) as object) }
        : item,
    );
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withIds(item, next)]));
  return value;
}

/** Source objects of playbooks that the checker must take, over the test's surroundings. */
export const validPlaybook: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(block(3), fc.array(quiet, { maxLength: 2 }), fc.integer({ min: 1, max: 99 }))
  .map(([steps, last, version]) => {
    const next = { id: 1 };
    return {
      playbook: 'generated',
      title: 'Generated',
      version,
      inputs: { system: { type: 'ai-system' }, count: { type: 'number', default: 1 } },
      ...(version % 2 === 0 && {
        outputs: { count: { type: 'number', value: '${inputs.count + 1}' }, words: { type: 'string', value: 'w' } },
      }),
      steps: withIds(steps, next),
      ...(last.length > 0 && { finally: withIds(last, next) }),
    } as Record<string, unknown>;
  });

/** The same source with the keys of every map in another order. */
export function reordered(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => reordered(item, order));
  if (value === null || typeof value !== 'object') return value;
  const map = value as Record<string, unknown>;
  return Object.fromEntries(order(Object.keys(map)).map((key) => [key, reordered(map[key], order)]));
}
