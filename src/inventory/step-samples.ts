// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import type { Kind } from '../playbook/step-source.ts';

/** What a step of each kind looks like, on the reference page. A test has the checker look at each, inside `SAMPLE_HEAD`. */
export const SAMPLES: Readonly<Record<Kind, string>> = {
  do: `- id: isolate
  do: model.isolate
  prove: model.probe
  unattended: Nobody uses this model at night.
  timeout: 90s`,
  ask: `- id: contain
  ask: Cut traffic to \${inputs.system.name}?
  details: Users will see an apology until it is back.
  by: [{ role: incident-commander }, { role: ml-on-call }]
  within: 15m
  remind: [5m, 10m]
  escalate: { after: 10m, to: engineering-manager }
  on-deny:
    - { id: kept-up, say: It stays up by decision., to: stakeholders }`,
  task: `- id: look-through
  task: Read the last hundred answers and count those that were harmful.
  by: [{ role: ml-on-call }]
  within: 1h
  form:
    harmful: { label: How many were harmful?, type: number }`,
  say: `- id: inform
  say: 'Work on \${inputs.system.name} has begun: \${incident.title}.'
  to: stakeholders
  subject: 'Incident \${incident.id}'`,
  wait: `- { id: settle, wait: 10m }
- id: quiet
  wait: { until: incident.severity == "sev4", within: 2h }`,
  if: `- id: how-bad
  if: inputs.system.tier == "critical"
  then:
    - { id: all, say: A critical system is affected., to: stakeholders }
  else:
    - { id: few, say: A system is affected., to: incident-commander }`,
  parallel: `- id: at-once
  parallel:
    people:
      - { id: tell, say: Work has begun., to: stakeholders }
    model:
      - { id: look, do: model.inspect }`,
  run: `- id: law
  run: notify-legal
  with: { system: '\${inputs.system}' }`,
  oblige: `- id: gdpr
  oblige: eu-gdpr-33
  by: legal-counsel
  remind: [24h, 6h]`,
  try: `- id: bring-back
  try:
    - { id: validate, do: model.validate }
  on-failure:
    - { id: told, say: 'Validation failed: \${failure.message}', to: incident-commander }
  finally:
    - { id: looked, do: model.inspect }`,
  each: `- id: everywhere
  each: '["eu", "us"]'
  as: region
  at-once: 2
  steps:
    - { id: told-region, say: 'Work has begun in \${region}.', to: incident-commander }`,
  repeat: `- id: until-up
  repeat: { until: 'steps["look-again"].traffic == "serving"', times: 5, every: 2m }
  steps:
    - { id: look-again, do: model.inspect }`,
};

/** What stands around a sample when it is checked. */
export const SAMPLE_HEAD = `playbook: sample
title: Sample
version: 1
inputs:
  system: { type: ai-system }
steps:
`;
