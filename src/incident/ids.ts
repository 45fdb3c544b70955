import { z } from 'zod';

/** An incident's public name, `INC-2026-0147`: year of opening (UTC) and a number that starts at 1 each year. */
export const IncidentId = z.string().regex(/^INC-\d{4}-\d{4,}$/, 'an incident id looks like INC-2026-0147');
export type IncidentId = z.infer<typeof IncidentId>;

/** A drill's: its incident goes by the same name, so that nobody takes it for a real one. */
export const ExerciseId = z.string().regex(/^EX-\d{4}-\d{4,}$/, 'an exercise id looks like EX-2026-0012');
export type ExerciseId = z.infer<typeof ExerciseId>;

/** Whose timeline it is: an incident's or a drill's. */
export const TimelineId = z
  .string()
  .regex(/^(INC|EX)-\d{4}-\d{4,}$/, 'an incident id looks like INC-2026-0147, an exercise id like EX-2026-0012');

/** Such an id within an address or another text. */
export const idIn = (text: string): string | undefined => /\b(?:INC|EX)-\d{4}-\d{4,}\b/.exec(text)?.[0];

export const isExercise = (id: string): boolean => ExerciseId.safeParse(id).success;

/** Names an author or an operator chooses: people, roles, systems, playbooks, steps. Kebab case, 1 to 64 characters. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'use lower-case words joined by hyphens')
  .max(64);

export function exerciseId(year: number, number: number): ExerciseId {
  return `EX-${year}-${String(number).padStart(4, '0')}`;
}

export function incidentId(year: number, number: number): IncidentId {
  return `INC-${year}-${String(number).padStart(4, '0')}`;
}
