import { z } from 'zod';
import { CHANNELS, eventData } from './events.ts';
import { Name } from './ids.ts';
import { sender } from './messages.ts';

/** What those who run and play a drill tell it, besides what anybody tells an incident. One Update takes either. */
const Reason = z.string().trim().min(1).max(2_000);
const Text = z.string().trim().min(1).max(10_000);
const Line = z.string().trim().min(1).max(300);
/** Roles, or `everybody`. */
const To = z.array(Name).min(1).max(50);

/** Who says NO DUFF when Tocsin does so by itself: no person's id begins like that. */
export const BY_ITSELF = '~tocsin';

/** Who speaks in the hot wash without giving a name. Only servers say so, for somebody on the roster. */
export const ANONYMOUS = '~anonymous';

/** Faster than an hour a minute nobody can follow. */
export const RATE_MAX = 60;

/** What the facilitator may still say otherwise. Absent: as it is. `dueAt`: scenario time, epoch ms. */
export const InjectEdit = z.strictObject({
  title: Line.optional(),
  from: Line.optional(),
  to: To.optional(),
  subject: Line.optional(),
  text: z.string().max(10_000).optional(),
  dueAt: z.number().int().optional(),
});
export type InjectEdit = z.infer<typeof InjectEdit>;

/** An inject that is thought up in mid-drill. It changes nothing in the world. `dueAt`: scenario time; null: now. */
export const NewInject = z.strictObject({
  title: Line,
  by: z.enum(CHANNELS).exclude(['alert']),
  from: Line,
  to: To,
  subject: Line,
  text: z.string().max(10_000),
  dueAt: z.number().int().nullable(),
});
export type NewInject = z.infer<typeof NewInject>;

const types = {
  /** Of whoever runs the drill. */
  'drill-pause': { reason: Reason.nullable() },
  'drill-resume': {},
  'drill-pace': { rate: z.number().min(1).max(RATE_MAX) },
  /** `to`: scenario time; null: to what is due next. Never over the time to answer of somebody who is asked. */
  'drill-jump': { to: z.number().int().nullable() },
  /** `real`: a real incident was declared, NO DUFF; everybody on the roster may say so. */
  endex: { because: z.enum(['facilitator', 'real']), reason: Reason.nullable(), incident: z.string().nullable() },
  /** After ENDEX: nothing more is noted, the hot wash is over. */
  'drill-close': {},
  // Of the facilitator.
  'inject-now': { inject: Name },
  'inject-skip': { inject: Name, reason: Reason },
  'inject-edit': { inject: Name, edit: InjectEdit },
  'inject-add': { inject: NewInject },
  hint: { to: To, text: Text, about: Name.nullable() },
  voice: { as: Line, by: z.enum(CHANNELS).exclude(['alert']), to: To, text: Text },
  // Of evaluators, and in the hot wash too.
  observe: {
    ...eventData['observation.recorded'].shape,
    text: Text,
    about: z.array(z.number().int().positive()).max(50),
  },
  /** Of everybody on the roster, after ENDEX. */
  'hot-wash': { ...eventData['hot-wash.answered'].shape, text: Text },
  // Of players.
  seen: { inject: Name },
  'answer-voice': { to: Line, text: Text, about: Name.nullable() },
  /** A player opens the incident, before an alert does or instead of one. */
  'drill-open': { title: Line, system: Name.nullable() },
} as const;

const of = <T extends keyof typeof types>(type: T) =>
  z.strictObject({ ...sender, type: z.literal(type), ...types[type] });

export const ExerciseMessage = z.discriminatedUnion('type', [
  of('drill-pause'),
  of('drill-resume'),
  of('drill-pace'),
  of('drill-jump'),
  of('endex'),
  of('drill-close'),
  of('inject-now'),
  of('inject-skip'),
  of('inject-edit'),
  of('inject-add'),
  of('hint'),
  of('voice'),
  of('observe'),
  of('hot-wash'),
  of('seen'),
  of('answer-voice'),
  of('drill-open'),
]);
export type ExerciseMessage = z.infer<typeof ExerciseMessage>;

/** What is said without `id`, `person` and `at`, which the surface adds. */
export type ExerciseCommand = ExerciseMessage extends infer M
  ? M extends M
    ? Omit<M, keyof typeof sender>
    : never
  : never;

export const isForDrills = (message: { type: string }): message is ExerciseMessage => message.type in types;
