import { z } from 'zod';
import { Name } from '../incident/ids.ts';
import { Json } from '../incident/json.ts';
import { Severity } from '../incident/severity.ts';
import { Duration } from './duration.ts';
import { InputType, OutputType } from './plan.ts';
import { By, Cel, Escalate, nonEmpty, steps } from './step-source.ts';

/**
 * A playbook as people write it. The JSON Schema for editors is made from this; what a schema cannot say (names, types of
 * expressions, cover by decisions) is checked in check.ts.
 */
const InputSource = z.strictObject({
  type: InputType.describe('ai-system: one of the inventory’s systems, with its facts'),
  from: Cel.optional().describe('where the value comes from when an alert opens the incident: CEL over alert'),
  default: Json.optional().describe('when nothing is given'),
});

const Ids = z.array(z.string().min(1).max(60)).min(1).max(40);

const ReferencesSource = z.strictObject({
  atlas: Ids.optional().describe('techniques, mitigations and case studies of MITRE ATLAS, such as AML.T0051.001'),
  owasp: Ids.optional().describe('risks of OWASP’s top tens for LLM and agentic applications, such as LLM01 or ASI02'),
  cosai: Ids.optional().describe(
    'types and sections of CoSAI’s incident response framework, such as prompt-injection or 4.3.2',
  ),
  sources: z
    .array(z.string().min(1).max(300))
    .min(1)
    .max(20)
    .optional()
    .describe('what it was written from, as people would cite it'),
});

export const PlaybookSource = z
  .strictObject({
    playbook: Name.describe('its name; the file is called after it'),
    title: z.string().min(1).max(200).describe('how people read it; the title of incidents that it opens'),
    version: z.number().int().positive().describe('raise it with every published change'),
    'opens-on': Cel.optional().describe('CEL over alert: which alerts open an incident with this playbook'),
    'joins-on': Cel.optional().describe(
      'CEL over alert: which alerts about the same AI system join an open incident of this playbook; as opens-on if absent',
    ),
    priority: z
      .number()
      .int()
      .min(-1000)
      .max(1000)
      .optional()
      .describe('when several playbooks match an alert the highest wins; 0 if absent'),
    references: ReferencesSource.optional().describe('what it answers and rests on, by the ids of the frameworks'),
    severity: z
      .strictObject({
        default: Severity.describe('how bad an incident is until something is known that makes it worse'),
        'raise-to': z
          .strictObject(
            Object.fromEntries(Severity.options.map((level) => [level, Cel.optional()])) as Record<
              Severity,
              z.ZodOptional<typeof Cel>
            >,
          )
          .optional()
          .describe('a worse severity, when its CEL over inputs and alert is true; the worst that holds counts'),
      })
      .optional()
      .describe('sev3 if absent'),
    inputs: z.record(Name, InputSource).optional().describe('what must be known when it starts'),
    outputs: z
      .record(
        Name,
        z.strictObject({
          type: OutputType.describe('what its value is'),
          value: Json.describe('looked at when its steps are completed; CEL between dollar-brace and brace'),
        }),
      )
      .optional()
      .describe('what it leaves to a playbook that runs it: steps.<id>.<name>, null when it did not complete'),
    'on-failed-step': z
      .strictObject({
        by: By,
        within: Duration.describe('when nobody has answered by then, the plan stops where it is'),
        remind: z.array(Duration).max(10).optional().describe('when to remind, counted from the asking'),
        escalate: Escalate.optional().describe('who else may answer, and from when'),
      })
      .optional()
      .describe('who decides what to do about a failed step; the incident commander within 30m if absent'),
    steps: nonEmpty.describe('in order'),
    finally: steps.optional().describe('run whatever happened to the steps'),
  })
  .describe('Tocsin playbook: how to respond to one kind of incident.');
export type PlaybookSource = z.infer<typeof PlaybookSource>;
