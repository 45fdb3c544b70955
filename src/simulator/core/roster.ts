import type { IncidentEvent } from '../../incident/events.ts';
import { mayRun, seatsOf, staffRolesOf } from '../../incident/exercise-view.ts';
import type { DrillPeople } from './drill.ts';

/** Who takes part in a drill besides bots, and as what. */
export class Roster {
  readonly #seats: { role: string; person: string; persona: null }[];
  readonly #staff: DrillPeople['staff'];
  /** Roles that were given to somebody since STARTEX. */
  readonly #assigned: Record<string, string>;
  readonly seating = new Map<string, readonly string[]>();

  constructor({ players, staff }: DrillPeople, assigned: Record<string, string>) {
    this.#seats = players.map((player) => ({ ...player, persona: null }));
    this.#staff = staff;
    this.#assigned = assigned;
    this.#seat();
  }

  see(event: IncidentEvent): void {
    if (event.type !== 'role.assigned') return;
    this.#assigned[event.data.role] = event.data.assignee;
    this.#seat();
  }

  #seat(): void {
    for (const { person } of this.#seats) {
      const given = Object.keys(this.#assigned).filter((role) => this.#assigned[role] === person);
      this.seating.set(person, [...new Set([...seatsOf({ seats: this.#seats }, person), ...given])]);
    }
  }

  has(person: string): boolean {
    return this.plays(person) || staffRolesOf({ staff: [...this.#staff] }, person).length > 0;
  }

  plays(person: string): boolean {
    return this.seating.has(person);
  }

  rolesOf(person: string): readonly string[] {
    return this.seating.get(person) ?? [];
  }

  facilitates(person: string): boolean {
    return staffRolesOf({ staff: [...this.#staff] }, person).includes('facilitator');
  }

  evaluates(person: string): boolean {
    return staffRolesOf({ staff: [...this.#staff] }, person).some((role) => role !== 'observer');
  }

  mayRun(person: string): boolean {
    return mayRun({ seats: this.#seats, staff: [...this.#staff] }, person);
  }

  get facilitated(): boolean {
    return this.#staff.some(({ role }) => role === 'facilitator');
  }
}
