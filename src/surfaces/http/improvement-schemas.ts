import { z } from '@hono/zod-openapi';
import { Rating } from '../../incident/events.ts';
import { Name, TimelineId } from '../../incident/ids.ts';
import { Staff, Taken } from '../drills/contract.ts';
import {
  ImprovementEdit,
  type ImprovementStatus,
  NewImprovement,
  RedrillGoal,
  Remark,
} from '../improvements/contract.ts';

/** The shapes of improvement items in the HTTP API. */

const millis = z.number().openapi({ description: 'epoch milliseconds', example: 1795312800000 });
const day = z.string().openapi({ description: 'A day of the calendar.', example: '2026-12-01' });

export const ImprovementParams = z.object({
  id: z
    .string()
    .regex(/^IMP-\d{4}-\d{4,}$/, 'an improvement item looks like IMP-2026-0004')
    .openapi({ param: { name: 'id', in: 'path' }, example: 'IMP-2026-0004' }),
});

const Status = z.enum(['open', 'done', 'closed'] satisfies ImprovementStatus[]);

export const ImprovementsQuery = z.object({
  from: TimelineId.optional().openapi({ description: 'Where it was learnt.', example: 'EX-2026-0003' }),
  owner: Name.optional(),
  redrill: TimelineId.optional().openapi({ description: 'The drill that was planned for it.' }),
  status: z
    .string()
    .optional()
    .transform((text) => text?.split(',').map((one) => one.trim()))
    .pipe(z.array(Status).optional())
    .openapi({ type: 'string', description: 'open, done, closed; several joined by commas', example: 'open,done' }),
  limit: z.coerce.number().int().min(1).max(500).default(500),
});

const seen = z.number().int().positive().optional().openapi({
  description: 'The version that was looked at: refused if it was changed since. Left out: however it stands now.',
});

export const NewImprovementBody = NewImprovement.clone().openapi('NewImprovement');
export const EditImprovementBody = z
  .strictObject({ ...ImprovementEdit.shape, version: seen })
  .openapi('EditImprovement', { description: 'What is left out stays as it is.' });
export const SeenBody = z.strictObject({ version: seen }).openapi('SeenImprovement');
export const NoteImprovementBody = z.strictObject({ text: Remark }).openapi('NoteImprovement');
export const ReopenBody = z.strictObject({ because: Remark, version: seen }).openapi('ReopenImprovement');
export const CloseBody = z
  .strictObject({
    drill: TimelineId.optional().openapi({ description: 'A drill that reached its goal.', example: 'EX-2026-0009' }),
    because: Remark.optional().openapi({ description: 'Why it is closed without one.' }),
    version: seen,
  })
  .refine(({ drill, because }) => (drill === undefined) !== (because === undefined), {
    message: 'Name a drill that reached its goal, or say why it is closed without one.',
  })
  .openapi('CloseImprovement');
export const RedrillBody = z
  .strictObject({
    length: z.string().max(20).optional(),
    at: z.number().int().nullable().optional().openapi({ description: 'When it is to begin; epoch milliseconds.' }),
    players: z.array(Taken).max(50).optional(),
    staff: z.array(Staff).max(50).optional(),
  })
  .openapi('Redrill', { description: 'What is left out is as in the drill where it was learnt.' });

export const ImprovementBody = z
  .strictObject({
    id: z.string(),
    status: Status,
    version: z.number().int().openapi({ description: 'Grows with every change.' }),
    overdue: z.boolean(),
    from: z.string(),
    objective: z.string().nullable(),
    about: z.array(z.number().int()).openapi({ description: 'Events of that timeline that it rests on.' }),
    issue: z.string(),
    action: z.string(),
    owner: z.string(),
    start: day.nullable(),
    due: day,
    goal: z.strictObject(RedrillGoal.shape).nullable(),
    reached: z
      .strictObject({ drill: z.string(), rating: Rating })
      .nullable()
      .openapi({ description: 'A drill that reached its goal since; somebody may close it.' }),
    redrills: z.array(z.string()).openapi({ description: 'Drills that were planned for it.' }),
    createdAt: millis,
    createdBy: z.string(),
    closed: z
      .strictObject({ at: millis, by: z.string(), drill: z.string().nullable(), reason: z.string().nullable() })
      .nullable(),
    linked: z
      .strictObject({
        system: z.enum(['github', 'jira']),
        key: z.string(),
        url: z.string(),
        state: z.string().openapi({ description: 'As that system calls it.' }),
        syncedAt: millis,
      })
      .nullable(),
    unsynced: z.string().nullable().openapi({ description: 'Why it could not be synced when that was tried last.' }),
    history: z.array(z.strictObject({ at: millis, by: z.string(), what: z.string() })),
    link: z.string().openapi({ description: 'Its page in the console.' }),
  })
  .openapi('Improvement');
export type ImprovementBody = z.infer<typeof ImprovementBody>;
