import { z } from 'zod';

/** sev1 is the worst. */
export const Severity = z.enum(['sev1', 'sev2', 'sev3', 'sev4']);
export type Severity = z.infer<typeof Severity>;

export const severityLabel = (severity: Severity): string => `SEV ${severity.slice(3)}`;
