import { everyPlanStep } from '../../playbook/plan.ts';
import { answersOf } from '../script/checking.ts';
import { alertKindOf, asksOf, planOf, type Setting, systemIdOf, wiseAnswer } from './frame.ts';

/** A small simulation that holds, with comments for whoever writes one for the first time. Null: the playbook has errors. */
export function newSimulation(setting: Setting, title: string): string | null {
  const plan = planOf(setting);
  if (!plan) return null;
  const system = systemIdOf(setting);
  const kind = alertKindOf(plan);
  const asks = asksOf(plan);
  // The decision to take something away, where the playbook has one.
  const contains = [...everyPlanStep(plan)].find(
    (step) =>
      step.kind === 'do' &&
      step.coveredBy !== null &&
      setting.ground.contracts[step.use.capability]?.effect === 'contains',
  );
  const decides =
    asks.find(({ path }) => contains?.kind === 'do' && path === contains.coveredBy) ??
    asks.find(({ covers }) => covers.length > 0) ??
    asks[0];
  const cut = contains?.kind === 'do' && contains.coveredBy === decides?.path ? contains.use.capability : null;
  const seats = [...new Set(asks.flatMap(({ by }) => by.map(({ role }) => role)))];
  const players = seats.length > 0 ? seats : ['incident-commander'];
  const good = setting.ground.systems[system]?.lastKnownGood ?? '1.0.0';
  return `# yaml-language-server: $schema=../schemas/simulation.schema.json
# The line above lets editors complete and explain what is written here. After each change:
#   tocsin simulation check, then tocsin rehearse: bots play it, and show what mostly happens.
simulation: ${setting.name}
title: ${JSON.stringify(title)}
# Raise it with every change: results are compared within one version.
version: 1
playbook: ${setting.playbook}

# What everybody may read before the drill. It says where the story begins, and gives nothing away.
about: |
  Tuesday morning. ${nameOf(setting, system)} has answered since midnight with a new version. Nobody has complained yet.
# What really happened. Only facilitators and evaluators read it.
truth: |
  The version that serves is not the one that was built: somebody replaced it after it was checked.
  The version before it is sound.

# The scenario's clock at STARTEX.
starts: 2026-03-03T09:00Z
# One file can be played in several lengths. A time below is one for all of them, or one for each: { 15m: 2m, 60m: 10m }.
lengths:
  15m: { title: Warm-up, lasts: 15m }
  60m: { title: Tabletop, lasts: 60m }

# What the team shows: a capability, with the critical tasks that evaluators look for.
objectives:
  respond:
    title: See the alarm for what it is, and decide in time
    capability: Incident response
    tasks:
      open: An incident is open within minutes of the alarm
${decides ? '      decide: The decision is taken on the facts at hand\n' : ''}
# The simulated world. Nothing outside it is touched.
world:
  systems:
    ${system}:
${setting.ground.systems[system] ? `      # Name, tier, owner and dependants come from the inventory.\n      like: ${system}` : '      name: Our model\n      tier: standard\n      owner: ml-on-call'}
      # The hidden truth about each version: what looking at it finds.
      versions:
        ${JSON.stringify(good)}: {}
        suspect: { signature: invalid, validation: fails }
      serving: suspect
      last-known-good: ${JSON.stringify(good)}

# The seats, by role: everybody whom the playbook asks. An empty one is played by a bot; persona says how.
players:
${players.map((role) => `  ${role}:\n    brief: You are the ${role.replaceAll('-', ' ')}. Say here what this player knows, and the others need not.`).join('\n')}

${asks.length > 0 ? `# What a bot that knows its trade answers, by the step that asks.\nanswers:\n${asks.map((ask) => `  ${JSON.stringify(ask.path)}: ${wiseAnswer(ask)}`).join('\n')}\n` : ''}
# The MSEL: what reaches the players, and when.
injects:
  # contextual: it sets the scene.
  - id: scene
    title: An ordinary morning
    kind: contextual
    at: 1m
    by: slack
    from: A colleague
    text: Good morning. The new version is quick; is it me, or does it answer differently than yesterday?
    objective: respond

  # expected-action: it wants a response. expects says which, and their time counts from it.
  - id: alarm
    title: A monitor raises the alarm
    kind: expected-action
    at: { 15m: 2m, 60m: 5m }
${
  kind === null
    ? `    by: phone
    from: Somebody who noticed
    text: Something is wrong with ${system}. Who looks at it?`
    : `    by: alert
    from: Monitoring
    # What the monitor sends. This kind opens an incident with the playbook.
    alert:
      kind: ${kind}
      system: ${system}
      title: ${JSON.stringify(`${system}: ${kind}`)}`
}
    objective: respond
    expects: [opened${decides ? ', decided' : ''}]
    # What the facilitator may say when players are stuck.
    hint: What was served yesterday?

  # contingency: it comes only when the response did not.
  - id: impatience
    title: Somebody asks why nothing happens
    kind: contingency
    after: { inject: alarm, delay: { 15m: 8m, 60m: 25m } }
    unless-met: ${decides ? 'decided' : 'opened'}
    by: slack
    from: A colleague
    text: It still answers as if nothing were wrong. Is anybody on it?
    objective: respond

# What is looked for on the timeline. gate says what missing it means for the objective; achieve if it is not there.
# never: true with trap: WHAT TEMPTS THEM is what a team does that falls for it: tocsin simulation prove wants one at every length.
expectations:
  # An alert opens an incident by itself. This one needs somebody who is there.
  - id: looked
    title: Somebody who plays has looked at it
    objective: respond
    task: open
    acknowledged: true
    since: alarm
    within: { 15m: 8m, 60m: 30m }
  - id: opened
    title: An incident is opened within minutes of the alarm
    objective: respond
    task: open
    opened: true
    within: { 15m: 3m, 60m: 10m }
${
  decides
    ? `  - id: decided
    title: ${JSON.stringify(`The question of "${decides.path}" is answered`)}
    objective: respond
    task: decide
    # ${answersOf(decides).join(', ')}: any of them counts, if no answer is named.
    decided: { step: ${JSON.stringify(decides.path)} }
    within: { 15m: 8m, 60m: 30m }
    gate: timely
`
    : ''
}${
  cut === null || !decides
    ? ''
    : `  # never: it must not happen, here before people have decided.
  - id: not-before
    title: Nothing is cut before somebody has decided
    objective: respond
    act: ${cut}
    never: true
    before: decided
`
}  # No machine can see this: an evaluator judges it.
  - id: facts-first
    title: The facts are said before the decision
    objective: respond
    judged: Did somebody say what is known, and what is not, before the decision?
    gate: timely

debrief:
  - When did you first believe that something was wrong, and what told you?
  - What did you miss that somebody knew?
  - Which of today's decisions would you rather have had written down beforehand?

# How to facilitate it: what to watch for, where teams go wrong.
guide: |
  Let them read the alarm for themselves. Give the hint when nobody has looked at the version after half of the time.
`;
}

const nameOf = ({ ground }: Setting, system: string): string => ground.systems[system]?.name ?? 'Our model';
