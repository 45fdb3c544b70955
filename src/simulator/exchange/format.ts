import { type FormattedText, formatSource, type Language } from '../../playbook/format.ts';
import { SimulationSource } from '../script/source.ts';

const SIMULATIONS: Language = {
  schema: SimulationSource,
  prose: new Set(['about', 'truth', 'brief', 'text', 'hint', 'notes', 'guide', 'why', 'judged']),
};

/** The same simulation in its canonical form; what it says, its comments and its texts stay. */
export const formatSimulation = (text: string, file: string): FormattedText => formatSource(text, file, SIMULATIONS);
