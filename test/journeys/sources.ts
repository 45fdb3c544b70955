/** The house of the journeys. All of it is simulated. An incident holds its system until it is closed: one for each story. */
export const tocsinYaml = (): string =>
  JSON.stringify({
    organisation: { name: 'Journeys', timezone: 'UTC', stakeholders: ['incident-commander'] },
    roles: {
      'incident-commander': { title: 'Incident commander' },
      'ml-on-call': { title: 'ML on-call' },
      'communications-lead': { title: 'Communications lead' },
      'engineering-manager': { title: 'Engineering manager' },
    },
    people: {
      cara: { name: 'Cara Lundqvist', email: 'cara@journeys.example', roles: ['incident-commander'] },
      carl: { name: 'Carl Ostrowski', email: 'carl@journeys.example', roles: ['incident-commander'] },
      milo: { name: 'Milo Brandstetter', email: 'milo@journeys.example', roles: ['ml-on-call'] },
      kit: { name: 'Kit Sanderson', email: 'kit@journeys.example', roles: ['communications-lead'] },
      rhea: { name: 'Rhea Quistgaard', email: 'rhea@journeys.example', roles: ['engineering-manager'] },
    },
    systems: Object.fromEntries(SYSTEMS.map((id) => [id, systemCalled(id)])),
    bindings: { 'notify.mail': 'simulated' },
  });

export const SYSTEMS = Array.from({ length: 16 }, (_, i) => `system-${i + 1}`);

const systemCalled = (id: string) => ({
  name: id,
  tier: 'critical',
  owner: 'ml-on-call',
  model: { name: id, 'last-known-good': '1', versions: ['1', '2'] },
  bindings: { 'model.*': 'simulated' },
});

const head = (name: string): string => `playbook: ${name}\ntitle: ${name}\nversion: 1\n`;
const inputs = 'inputs:\n  system: { type: ai-system, from: alert.system }\nsteps:\n';

export const PLAYBOOKS: Record<string, string> = {
  /** Two people decide, traffic is cut and proved cut, one decides to put it back, a mail says so. */
  contain: `${head('contain')}${inputs}
  - { id: assess, do: model.inspect }
  - id: contain
    ask: Cut traffic to \${inputs.system.name}?
    by: [{ role: incident-commander }, { role: ml-on-call }]
    within: 10m
    on-deny: []
  - { id: isolate, do: model.isolate, prove: model.probe }
  - id: reopen
    ask: Put traffic back?
    by: [{ role: incident-commander }]
    within: 10m
    on-deny: []
  - { id: restore, do: model.restore, prove: model.probe }
finally:
  - { id: brief, say: It is over., to: stakeholders, subject: "\${incident.id}" }
`,
  /** Nobody answers: the answer by default counts after two seconds. */
  silence: `${head('silence')}${inputs}
  - { id: assess, do: model.inspect }
  - id: contain
    ask: Cut traffic?
    by: [{ role: incident-commander }]
    within: 2s
    on-deny: []
finally:
  - { id: brief, say: Nobody answered., to: stakeholders, subject: "\${incident.id}" }
`,
  /** Holds when it is checked, and fails step by step on the alert that the test sends. */
  faulty: `${head('faulty')}opens-on: alert.kind == "faulty"
${inputs}
  - { id: compare, if: alert.reading > 3, then: [{ id: high, say: High., to: stakeholders, subject: High }] }
  - { id: divide, say: "It is \${1 / alert.zero}.", to: stakeholders, subject: Divided }
  - id: endless
    if: alert.list.all(a, alert.list.all(b, alert.list.all(c, a + b + c >= 0)))
    then: [{ id: low, say: Low., to: stakeholders, subject: Low }]
  - id: stop
    ask: Stop \${alert.missing.name}?
    by: [{ role: incident-commander }]
    within: 10m
    on-deny: []
`,
};
