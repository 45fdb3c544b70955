/** Incidents, checks and drills in one bundle: a test house has one worker for all of them. */

export { drill } from '../../../workflows/drills.ts';
export { check, incident, planDrill, sweepImprovements } from '../../../workflows/index.ts';
