import type { Question } from '../incident/decision.ts';
import type { DecisionView } from '../incident/view.ts';
import { type Inventory, peopleByRole } from '../inventory/inventory.ts';
import type { Api } from './api.ts';
import type { Hands } from './slack-hands.ts';
import type { StoryWorld } from './story-world.ts';
import type { Teller } from './teller.ts';

/** All that the story is told with. */
export type Cast = {
  teller: Teller;
  inventory: Inventory;
  /** Null: the world is simulated. */
  world: StoryWorld | null;
  /** As the operator of this machine, who administers it. */
  api: Api;
  /** Links into local Slack, by person: whoever opens one is them. */
  slack: Readonly<Record<string, string>>;
  /** Signs the incident commander in to the console. */
  console: string;
  hands: Hands;
  /** Answers by itself, without waiting for people. */
  auto: boolean;
  /** Resolves when somebody presses Enter. */
  enter(): Promise<void>;
  playbook: { file: string; source: string };
  /** Checks an export and says what came of it, in one line; throws when it does not verify. */
  verify(file: string): Promise<string>;
  /** Where what is left of the story goes. */
  out: string;
  signal: AbortSignal;
};

/** People, one for each voice that the question still needs. */
export function voicesFor(
  inventory: Inventory,
  question: Question,
  votes: DecisionView['votes'],
): { id: string; name: string; role: string }[] {
  const chosen: { id: string; name: string; role: string }[] = [];
  const taken = new Set([...question.excluded, ...votes.map(({ person }) => person)]);
  for (const { role, count } of question.by) {
    const have = votes.filter(({ roles }) => roles.includes(role)).length;
    for (const { id, name } of peopleByRole(inventory, role).filter((person) => !taken.has(person.id))) {
      if (chosen.filter((one) => one.role === role).length + have >= count) break;
      chosen.push({ id, name, role });
      taken.add(id);
    }
  }
  return chosen;
}

export const titleOf = (inventory: Inventory, role: string): string =>
  inventory.roles.find(({ id }) => id === role)?.title ?? role;
