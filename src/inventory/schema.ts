import { z } from 'zod';
import { areHours, isDate, isZone, Weekday } from '../capabilities/business-time.ts';
import { SystemSnapshot } from '../incident/events.ts';
import { Name } from '../incident/ids.ts';
import { Severity } from '../incident/severity.ts';
import { Duration } from '../playbook/duration.ts';
import { Connection, Reference } from './connections.ts';
import { DrillScheduleEntry } from './drill-schema.ts';
import { Tracker } from './tracker.ts';

/** The shape of `tocsin.yaml`. The JSON Schema for editors is made from it; names and references are checked in inventory.ts. */
const Text = z.string().trim().min(1).max(200);

/** What serves a capability: a connection of this file by its name, or the simulated world. */
export const SIMULATED = 'simulated';
export const BoundTo = Name.describe('a connection of this file, or `simulated`');

const CapabilityPattern = z
  .string()
  .regex(/^[a-z]+\.([a-z][a-z-]*|\*)$/, 'write a capability such as model.isolate, or model.* for all of model')
  .describe('a capability, or `model.*`; the more exact one wins');
export const Bindings = z.record(CapabilityPattern, BoundTo);
export type Bindings = z.infer<typeof Bindings>;

const PersonEntry = z.strictObject({
  name: Text.describe('as colleagues know them'),
  email: z.email().max(254).optional().describe('where mail to their roles goes'),
  roles: z.array(Name).default([]).describe('what they may be asked to decide'),
  slack: z
    .string()
    .regex(
      /^[UW][A-Z0-9]{2,30}$/,
      'a Slack member id looks like U0123ABCD; it stands in the profile, under "Copy member ID"',
    )
    .optional()
    .describe('their Slack member id; without it they are found by their e-mail address'),
});

const RoleEntry = z.strictObject({
  title: Text.describe('as surfaces show it'),
  description: z.string().max(1000).optional().describe('what the role decides and does'),
  'slack-group': z
    .string()
    .regex(
      /^(@?[a-z0-9][a-z0-9._-]{0,20}|S[A-Z0-9]{2,30})$/,
      'a Slack user group is its handle, such as ml-on-call, or its id, such as S0123ABCD',
    )
    .optional()
    .describe('a Slack user group whose members hold the role too: its handle or its id'),
});

const Model = z.strictObject({
  name: Text.describe('as the registry names it'),
  'last-known-good': z.string().min(1).max(200).optional().describe('the version to go back to; quote it ("4.10")'),
  versions: z.array(z.string().min(1).max(200)).optional().describe('versions that can be deployed, oldest first'),
});

const Serving = z.strictObject({
  endpoint: Text.describe('the endpoint through which people reach it, as the gateway names it'),
  alias: Text.default('production').describe('the alias in the registry that says which version is live'),
  definitions: z
    .record(z.string().min(1).max(200), Text)
    .optional()
    .describe('what the gateway calls each version; `<model>-v<version>` if absent'),
  'ask-through': Name.optional().describe('the connection, of kind openai, through which it is asked and probed'),
  'signed-by': Name.optional().describe(
    'the connection, of kind model-signing, whose keys its artefacts must be signed with',
  ),
  settle: Duration.default('75s').describe('how long a change may take until traffic shows it'),
});

const GoldenQuestion = z.strictObject({
  id: Name.describe('names it in findings'),
  ask: z.string().min(1).max(4_000).describe('what the model is asked'),
  'must-contain': z.string().min(1).max(1_000).describe('the answer is good when it contains this, whatever the case'),
});

const Canary = z.strictObject({
  id: Name.describe('names it in findings'),
  ask: z.array(z.string().min(1).max(4_000)).min(1).max(50).describe('what an attacker would ask'),
  secret: Reference.describe('the planted secret that no answer may contain, by reference'),
});

const Checks = z.strictObject({
  every: Duration.optional().describe('how often signature and canaries are checked; only on demand if absent'),
  golden: z.array(GoldenQuestion).max(500).default([]).describe('questions whose answers are known'),
  canaries: z.array(Canary).max(100).default([]).describe('planted secrets'),
});

const SystemEntry = z.strictObject({
  name: Text.describe('as people know it'),
  tier: SystemSnapshot.shape.tier.describe('how much harm its failure does'),
  owner: Name.describe('the role or person that answers for it'),
  model: Model.describe('the model behind it, as the registry knows it'),
  'data-classes': z.array(Text).default([]).describe('kinds of data it touches, such as `personal` or `health`'),
  jurisdictions: z
    .array(Text)
    .default([])
    .describe('where it is used, such as `EU` or `US-CA`: they decide which laws apply'),
  dependants: z.array(Name).default([]).describe('systems of this inventory that rely on it'),
  bindings: Bindings.default({}).describe('which connection serves which capability for this system'),
  serving: Serving.optional().describe('how it is served, where its connections are real'),
  checks: Checks.prefault({}).describe('how it is checked, on a schedule and before traffic comes back'),
});

const Contact = z.strictObject({
  name: Text.describe('who they are, such as Datatilsynet'),
  email: z.email().max(254).describe('where notices to them go'),
});

const Organisation = z.strictObject({
  name: Text.describe('as it stands in messages'),
  timezone: z
    .string()
    .refine(isTimezone, 'use an IANA time zone such as Europe/Berlin')
    .describe('IANA name; how times are shown to people'),
  stakeholders: z.array(Name).default([]).describe('roles and people that a playbook means by `to: stakeholders`'),
});

const Calendar = z.strictObject({
  zone: z
    .string()
    .refine(isZone, 'use an IANA time zone such as Europe/Berlin')
    .describe('IANA name: by its clocks people work'),
  days: z.array(Weekday).min(1, 'name at least one working day, such as mon').describe('the days on which people work'),
  hours: z
    .string()
    .refine(areHours, 'write working hours such as 09:00-17:00: both with two digits, and the end after the beginning')
    .describe('from when to when, such as 09:00-17:00; 24:00 is the end of a day'),
  holidays: z
    .array(z.string().refine(isDate, 'write a day that there is, such as 2026-12-25'))
    .max(2_000)
    .default([])
    .describe('days on which nobody works, such as 2026-12-25'),
});

const SlackChannel = z.string().regex(
  // Names may be of any script, but have no capitals, spaces or signs.
  /^(#?[^\sA-Z#@.,:;!?'"`()[\]{}<>&/\\|*]{1,80}|[CG][A-Z0-9]{2,30})$/,
  'a Slack channel is its name in lower case, such as incidents, or its id, such as C0123ABCD',
);

const Slack = z.strictObject({
  channel: SlackChannel.default('incidents').describe('where incidents are announced: the name of a channel or its id'),
  drills: SlackChannel.optional().describe(
    'where drills are played, never the channel of incidents; if absent, each drill gets a channel of its own',
  ),
  'own-channel-for': z
    .array(Severity)
    .default(['sev1', 'sev2'])
    .describe('severities whose incidents get a channel of their own; the others keep to a thread'),
  'own-channels': z
    .enum(['public', 'private'])
    .default('public')
    .describe('private: only those who are asked, command or reported see the channel of an incident'),
});

const Drills = z.strictObject({
  mail: Name.optional().describe('the connection, of kind smtp, through which players get the mails of a drill'),
  schedules: z.array(DrillScheduleEntry).max(100).default([]).describe('drills that come round by themselves'),
});

const Improvements = z.strictObject({
  tracker: Tracker.optional().describe('the list of work outside in which improvement items stand as well'),
});

export const InventorySource = z
  .strictObject({
    organisation: Organisation.describe('whose systems these are'),
    roles: z.record(Name, RoleEntry).describe('roles by id'),
    people: z.record(Name, PersonEntry).describe('people by id'),
    contacts: z
      .record(Name, Contact)
      .default({})
      .describe('outsiders to whom notices go, by the name that playbooks use, such as supervisory-authority'),
    systems: z.record(Name, SystemEntry).describe('AI systems by id'),
    connections: z
      .record(Name, Connection)
      .default({})
      .describe('real systems by name: what bindings, paging and `serving` refer to'),
    bindings: Bindings.default({}).describe('capabilities that serve the organisation as a whole, such as notify.mail'),
    calendar: Calendar.optional().describe('when people work: what playbooks count by with `wait: { business: … }`'),
    paging: z.array(Name).default([]).describe('connections of kind smtp or webhook through which people are paged'),
    slack: Slack.prefault({}).describe('where incidents show in Slack'),
    improvements: Improvements.prefault({}).describe('what becomes of improvement items outside'),
    drills: Drills.prefault({}).describe('how drills reach those who play them, and which come round by themselves'),
  })
  .describe('Tocsin inventory: the AI systems, the people, and which connection serves which capability.');
export type InventorySource = z.infer<typeof InventorySource>;

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
