/** The one workflow of drill workers, which offer no other. */

export { drill } from './drill.ts';
