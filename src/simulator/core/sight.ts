import type { IncidentEvent } from '../../incident/events.ts';
import type { Json } from '../../incident/json.ts';
import { evaluateCondition } from '../../playbook/cel.ts';
import { stepsNamed } from '../../playbook/cel-reads.ts';
import { WELL } from './around.ts';
import { type Facts, foldFacts } from './facts.ts';
import type { World } from './world.ts';

/** What conditions can name. */
export type Root = 'world' | 'incident' | 'steps' | 'injects' | 'minutes';
type Roots = Record<Root, boolean>;
const none = (): Roots => ({ world: false, incident: false, steps: false, injects: false, minutes: false });

/** A condition, and what it looked at when it was last looked at: nothing else can change what it comes to. Null: it was not yet. */
export type Condition = { readonly cel: string; looked: Roots | null; steps?: ReadonlySet<string> | 'all' };

/** What conditions may see otherwise. `done`: the steps that are done since. */
type News = { world: boolean; incident: boolean; injects: boolean; minutes: boolean; done: string[] };
const noNews = (): News => ({ world: false, incident: false, injects: false, minutes: false, done: [] });

type Scene = { world: () => World; sinceMs: () => number; injects: readonly string[] };

/** What conditions of a script see: the timeline, the world, and how late it is. A drill looks often, and little is new each time. */
export class Sight {
  readonly #facts: Facts;
  readonly #scene: Scene;
  readonly #done: Set<string>;
  readonly #delivered: Record<string, { delivered: boolean }>;
  readonly #names: Parameters<typeof evaluateCondition>[1];
  #looked = none();
  #news = noNews();
  #isNew = true;
  #systems: World['systems'] | null = null;
  #sinceMs = -1;

  constructor(facts: Facts, scene: Scene) {
    this.#facts = facts;
    this.#scene = scene;
    this.#done = new Set(facts.steps);
    this.#delivered = Object.fromEntries(
      scene.injects.map((id) => [id, { delivered: Object.hasOwn(facts.delivered, id) }]),
    );
    this.#names = this.#named() as unknown as Parameters<typeof evaluateCondition>[1];
  }

  /** To be told of every event as it is recorded. */
  see(event: IncidentEvent): void {
    const root = foldFacts(this.#facts, this.#done, event);
    if (!root) return;
    this.#isNew = true;
    if (root === 'steps') this.#news.done.push(event.path);
    else this.#news[root] = true;
    if (event.type === 'inject.delivered') this.#delivered[event.data.id] = { delivered: true };
  }

  /** What is new since this was last asked; null: nothing. */
  takeNews(): News | null {
    const { systems } = this.#scene.world();
    const sinceMs = this.#scene.sinceMs();
    const [world, minutes] = [systems !== this.#systems, sinceMs !== this.#sinceMs];
    if (!this.#isNew && !world && !minutes) return null;
    const news = this.#news;
    news.world = world;
    news.minutes = minutes;
    this.#systems = systems;
    this.#sinceMs = sinceMs;
    this.#news = noNews();
    this.#isNew = false;
    return news;
  }

  /** Whether a condition holds. Throws ExpressionError. */
  holds(condition: Condition): boolean {
    this.#looked = none();
    condition.looked = this.#looked;
    return evaluateCondition(condition.cel, this.#names);
  }

  /** Each is made out when it is looked at, which is noted. */
  #named(): { readonly [root in Root]: Json } {
    const look = (root: Root): void => {
      this.#looked[root] = true;
    };
    const facts = this.#facts;
    const delivered = this.#delivered;
    const { world, sinceMs } = this.#scene;
    return {
      get world() {
        look('world');
        return { systems: systemsSeen(world()) };
      },
      get incident() {
        look('incident');
        const { opened, status, severity, asked } = facts;
        return { opened, status, severity, asked: Object.values(asked) };
      },
      get steps() {
        look('steps');
        return facts.steps;
      },
      get injects() {
        look('injects');
        return delivered;
      },
      get minutes() {
        look('minutes');
        return sinceMs() / 60_000;
      },
    };
  }
}

/** Whether news can have changed what a condition comes to. */
export function concerns({ world, incident, injects, minutes, done }: News, condition: Condition): boolean {
  const { looked } = condition;
  if (!looked) return true;
  if ((looked.world && world) || (looked.incident && incident) || (looked.injects && injects)) return true;
  if (looked.minutes && minutes) return true;
  if (!looked.steps || done.length === 0) return false;
  condition.steps ??= stepsNamed(condition.cel);
  const { steps } = condition;
  return steps === 'all' || done.some((path) => steps.has(path));
}

/** Worlds are never changed in place but for what was applied, so what is seen of one is kept with it. */
const seen = new WeakMap<World['systems'], Json>();
function systemsSeen({ systems }: World): Json {
  const known = seen.get(systems);
  if (known !== undefined) return known;
  const now = Object.fromEntries(
    Object.entries(systems).map(([id, { serving, traffic, lastKnownGood, around }]) => [
      id,
      { serving, traffic, lastKnownGood, around: around ?? WELL },
    ]),
  );
  seen.set(systems, now);
  return now;
}
