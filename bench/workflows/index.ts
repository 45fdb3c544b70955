/** The product's workflow and what it is measured against, in one bundle: the same worker runs both. */

export { incident } from '../../workflows/incident.ts';
export { handWritten, handWrittenRecorded } from './hand-written.ts';
