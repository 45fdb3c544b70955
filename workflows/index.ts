/** Every workflow there is: Temporal registers what this file exports. The one barrel, because Temporal asks for it. */

export { check } from './check.ts';
export { drill } from './drill.ts';
export { incident } from './incident.ts';
