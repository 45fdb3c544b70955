import { z } from '@hono/zod-openapi';
import { type ExerciseCommand, ExerciseMessage, RATE_MAX } from '../../incident/exercise-messages.ts';
import { ExerciseId, Name } from '../../incident/ids.ts';
import { type DrillStatus, Staff, Taken } from '../drills/contract.ts';
import { PAPERS } from '../drills/shown.ts';
import { AnyObject } from './schemas.ts';

/** The shapes of drills in the HTTP API. Times of a plan are on the clock on the wall, those of a timeline the scenario's. */

const millis = z.number().openapi({ description: 'epoch milliseconds', example: 1795312800000 });
const wallTime = millis.nullable();

export const AttachmentParams = z.object({
  id: ExerciseId,
  inject: Name,
  number: z.coerce.number().int().positive(),
});
export const DrillParams = z.object({
  id: ExerciseId.clone().openapi({ param: { name: 'id', in: 'path' }, example: 'EX-2026-0003' }),
});

const players = z.array(Taken).max(50);
const staff = z.array(Staff).max(50);
const note = z.string().trim().min(1).max(2_000).nullable();
const rate = z.number().min(1).max(RATE_MAX).openapi({
  description: 'How fast the scenario’s clock runs while nobody is asked.',
});

export const PlanDrillBody = z
  .strictObject({
    simulation: Name,
    length: z.string().max(20).optional().openapi({ description: 'Left out: the longest.', example: '15m' }),
    players: players.default([]).openapi({ description: 'Seats that nobody takes are played by bots.' }),
    staff: staff.default([]),
    at: z.number().int().nullable().default(null).openapi({ description: 'When it is to begin; epoch milliseconds.' }),
    seed: z.number().int().min(0).max(2_147_483_647).optional(),
    rate: rate.default(1),
    note: note.default(null),
  })
  .openapi('PlanDrill');

export const ChangeDrillBody = z
  .strictObject({
    players: players.optional(),
    staff: staff.optional(),
    at: z.number().int().nullable().optional(),
    rate: rate.optional(),
    note: note.optional(),
  })
  .openapi('ChangeDrill', { description: 'What is left out stays as it is.' });

export const CancelDrillBody = z.strictObject({ because: z.string().trim().min(1).max(2_000) }).openapi('CancelDrill');
export const StaffNoteBody = z.strictObject({ text: z.string().trim().min(1).max(10_000) }).openapi('AddStaffNote');

const sender = { id: true, person: true, at: true } as const;
const commands = ExerciseMessage.options.map((one) => (one as z.ZodObject<z.ZodRawShape>).omit(sender));
type Commands = [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]];
/** The same without who says it: that is whoever calls. */
export const CommandBody = z
  .discriminatedUnion('type', commands as unknown as Commands)
  .openapi('DrillCommand') as unknown as z.ZodType<ExerciseCommand>;

const Status = z.enum(['planned', 'running', 'ended', 'cancelled'] satisfies DrillStatus[]);

const Length = z.strictObject({ name: z.string(), title: z.string(), ms: z.number().int() });
const PlaybookRef = z.strictObject({
  id: z.string(),
  version: z.number().int(),
  title: z.string(),
  hash: z.string().openapi({ description: 'SHA-256 of the plan that is played.' }),
});

export const DrillBody = z
  .strictObject({
    id: z.string(),
    status: Status,
    simulation: z.string(),
    version: z.number().int(),
    title: z.string(),
    about: z.string(),
    length: Length,
    playbook: PlaybookRef,
    seats: z.array(
      z.strictObject({
        role: z.string(),
        needed: z.boolean(),
        players: z.array(z.string()),
        bot: z.boolean().openapi({ description: 'A bot plays it.' }),
      }),
    ),
    players: players.readonly(),
    staff: staff.readonly(),
    at: wallTime.openapi({ description: 'When it is to begin; null: not settled.' }),
    rate,
    note: z.string().nullable(),
    revision: z.number().int().openapi({ description: 'Grows with every change.' }),
    plannedBy: z.string(),
    plannedAt: millis,
    startedAt: wallTime,
    startedBy: z.string().nullable(),
    cancelledAt: wallTime,
    cancelledBecause: z.string().nullable(),
    you: z
      .strictObject({
        plays: z.array(z.string()),
        staff: z.array(z.string()),
        briefs: z.array(z.strictObject({ role: z.string(), brief: z.string() })),
        mayStart: z.boolean(),
        mayArrange: z.boolean(),
        mayRun: z.boolean(),
        readsScript: z.boolean(),
      })
      .openapi({ description: 'What whoever asks is in it, and may do.' }),
    script: AnyObject.nullable().openapi({ description: 'What is played; for its staff alone until it is over.' }),
    seed: z.number().int().nullable(),
    link: z.string().openapi({ description: 'Its page in the console.' }),
  })
  .openapi('Drill');

const Diagnostic = z.looseObject({ severity: z.enum(['error', 'warning']), code: z.string(), message: z.string() });
export const SimulationBody = z
  .object({
    simulation: z.string(),
    title: z.string(),
    version: z.number().int(),
    about: z.string(),
    playbook: z.string(),
    lengths: z.array(Length),
    seats: z.array(z.object({ role: z.string(), needed: z.boolean() })),
    references: z.array(z.string()),
    problems: z.array(Diagnostic).openapi({ description: 'With an error among them it cannot be played.' }),
  })
  .openapi('Simulation');

export const StaffNote = z
  .object({
    person: z.string(),
    at: millis,
    scenarioAt: z.number().nullable().openapi({ description: 'What the scenario’s clock showed, if it ran.' }),
    text: z.string(),
  })
  .openapi('StaffNote');

export const DrillsQuery = z.object({
  status: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(Status))
    .optional()
    .openapi({ type: 'string', description: 'planned, running, ended, cancelled; several joined by commas' }),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const BriefingQuery = z.object({
  paper: z.enum(PAPERS).optional().openapi({ description: 'Left out: what whoever asks needs.' }),
  role: Name.clone().optional().openapi({ description: 'With player: whose seat; left out: the first of one’s own.' }),
});
