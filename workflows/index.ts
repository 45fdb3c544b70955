/** Every workflow of the workers of incidents: Temporal registers what this file exports. The one barrel, because Temporal asks for it. */

export { check } from './check.ts';
export { sweepImprovements } from './improvements.ts';
export { incident } from './incident.ts';
export { planDrill } from './plan-drill.ts';
