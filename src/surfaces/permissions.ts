import { seatsOf } from '../incident/exercise-view.ts';
import type { IncidentView } from '../incident/view.ts';
import type { Person } from './ports.ts';

/**
 * What a route asks of whoever calls it.
 * - `public`: anybody. `signed-in`: a person of the inventory.
 * - `read`, `open`, `note`: every person of the inventory.
 * - `drill`: every person of the inventory; a drill touches nothing. Who may do what in one is told by its roster.
 * - `decide`: every person who holds a role; the question itself says which role may answer it, the duty to notify who may settle it.
 * - `alert`: a token made for alerts, or a person.
 * - `command`: role incident-commander, held by the inventory or assigned in this incident.
 * - `publish`, `admin`: by role, see `grants`.
 * - `slack`: nobody's; the request was signed by Slack, and who is behind it is the Slack surface's matter.
 * - `mlflow`: nobody's; the request was signed by the MLflow of a connection.
 */
export type Permission =
  | 'public'
  | 'signed-in'
  | 'read'
  | 'open'
  | 'note'
  | 'drill'
  | 'decide'
  | 'alert'
  | 'command'
  | 'publish'
  | 'admin'
  | 'slack'
  | 'mlflow';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Every route of API and console, as Hono spells its path. A route that is missing here stops the server from starting. */
export const permissions = {
  // Health: loopback or token for metrics is checked by the route itself.
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /metrics': 'public',

  // API
  'GET /api/openapi.json': 'public',
  'GET /api/me': 'signed-in',
  'GET /api/incidents': 'read',
  'POST /api/incidents': 'open',
  'GET /api/incidents/:id': 'read',
  'GET /api/incidents/:id/events': 'read',
  'GET /api/incidents/:id/stream': 'read',
  'GET /api/incidents/:id/plan': 'read',
  'GET /api/incidents/:id/timeline': 'read',
  'POST /api/incidents/:id/decisions/:number': 'decide',
  'GET /api/incidents/:id/obligations': 'read',
  'POST /api/incidents/:id/obligations/:number': 'decide',
  'POST /api/incidents/:id/notes': 'note',
  'POST /api/incidents/:id/role': 'command',
  'POST /api/incidents/:id/playbooks': 'command',
  'POST /api/incidents/:id/severity': 'command',
  'POST /api/incidents/:id/pause': 'command',
  'POST /api/incidents/:id/resume': 'command',
  'POST /api/incidents/:id/skip': 'decide',
  'POST /api/incidents/:id/retry': 'decide',
  'POST /api/incidents/:id/stand-down': 'command',
  'POST /api/incidents/:id/resolve': 'command',
  'POST /api/incidents/:id/close': 'command',
  'POST /api/incidents/:id/reopen': 'command',
  'GET /api/playbooks': 'read',
  'GET /api/playbooks/:name': 'read',
  'POST /api/playbooks/check': 'read',
  'POST /api/playbooks/publish': 'publish',
  'POST /api/alerts': 'alert',
  'GET /api/alerts': 'read',
  'GET /api/alerts/:id': 'read',
  'GET /api/checks': 'read',
  // It changes nothing, and what it finds may open an incident, which everybody may.
  'POST /api/systems/:id/checks': 'open',
  'GET /api/simulations': 'read',
  'GET /api/drills': 'read',
  'POST /api/drills': 'drill',
  'GET /api/drills/trends': 'read',
  'GET /api/drills/coverage': 'read',
  'GET /api/drills/:id': 'read',
  'PATCH /api/drills/:id': 'drill',
  'POST /api/drills/:id/start': 'drill',
  'POST /api/drills/:id/cancel': 'drill',
  'POST /api/drills/:id/commands': 'drill',
  'GET /api/drills/:id/board': 'read',
  'GET /api/drills/:id/notes': 'read',
  'POST /api/drills/:id/notes': 'drill',
  'GET /api/drills/:id/evaluation': 'read',
  'GET /api/drills/:id/score': 'read',
  'GET /api/drills/:id/hot-wash': 'read',
  'POST /api/drills/:id/hot-wash': 'drill',
  'GET /api/drills/:id/calendar.ics': 'read',
  'GET /api/drills/:id/briefing': 'read',
  'GET /api/drills/:id/report': 'read',
  'GET /api/drills/:id/evidence': 'read',
  'GET /api/drills/:id/evidence.zip': 'read',
  'GET /api/drills/:id/injects/:inject/attachments/:number': 'read',
  // Who may change one is told by the item: its owner, its author, the staff of its drill, commanders.
  'GET /api/improvements': 'read',
  'POST /api/improvements': 'note',
  'POST /api/improvements/sync': 'note',
  'GET /api/improvements/:id': 'read',
  'PATCH /api/improvements/:id': 'note',
  'POST /api/improvements/:id/notes': 'note',
  'POST /api/improvements/:id/done': 'note',
  'POST /api/improvements/:id/close': 'note',
  'POST /api/improvements/:id/reopen': 'note',
  'POST /api/improvements/:id/redrill': 'drill',
  'GET /api/tokens': 'signed-in',
  'POST /api/tokens': 'signed-in',
  'DELETE /api/tokens/:id': 'signed-in',
  'POST /api/sign-in-links': 'admin',
  'GET /api/inventory': 'read',

  // Doors for monitors
  'POST /hooks/alertmanager': 'alert',
  'POST /hooks/mlflow/:connection': 'mlflow',

  // Slack over HTTP
  'POST /slack/events': 'slack',

  // Console (the console's builder keeps this part)
  'GET /sign-in': 'public',
  'POST /sign-in': 'public',
  'GET /sign-in/:token': 'public',
  'POST /sign-in/:token': 'public',
  'POST /sign-out': 'public',
  'GET /assets/:hash/:file': 'public',
  'GET /': 'read',
  'GET /stream': 'read',
  'GET /incidents': 'read',
  'GET /incidents/new': 'open',
  'POST /incidents': 'open',
  'GET /incidents/:id': 'read',
  'GET /incidents/:id/stream': 'read',
  'GET /incidents/:id/decisions/:number': 'read',
  'POST /incidents/:id/decisions/:number': 'decide',
  'GET /incidents/:id/obligations/:number': 'read',
  'POST /incidents/:id/obligations/:number': 'decide',
  'POST /incidents/:id/notes': 'note',
  'POST /incidents/:id/commands': 'command',
  'GET /incidents/:id/add-playbook': 'command',
  'POST /incidents/:id/add-playbook': 'command',
  'GET /alerts': 'read',
  'GET /alerts/:id': 'read',
  'POST /alerts/:id': 'open',
  'GET /checks': 'read',
  'POST /checks/:id': 'open',
  'GET /drills': 'read',
  'POST /drills': 'drill',
  'POST /drills/alone': 'drill',
  'GET /drills/new': 'drill',
  'GET /drills/trends': 'read',
  'GET /drills/coverage': 'read',
  'GET /drills/:id': 'read',
  'GET /drills/:id/stream': 'read',
  'GET /drills/:id/change': 'drill',
  'POST /drills/:id/change': 'drill',
  'POST /drills/:id/start': 'drill',
  'POST /drills/:id/cancel': 'drill',
  'GET /drills/:id/board': 'read',
  'GET /drills/:id/report': 'read',
  'GET /drills/:id/evidence': 'read',
  'GET /drills/:id/evidence.zip': 'read',
  'GET /drills/:id/evaluate': 'read',
  'POST /drills/:id/evaluate': 'drill',
  'GET /drills/:id/hot-wash': 'read',
  'POST /drills/:id/hot-wash': 'drill',
  'GET /drills/:id/add-inject': 'drill',
  'GET /drills/:id/injects/:inject': 'read',
  'GET /drills/:id/check': 'drill',
  'GET /drills/:id/commands': 'read',
  'POST /drills/:id/commands': 'drill',
  'POST /drills/:id/notes': 'drill',
  'GET /improvements': 'read',
  'POST /improvements': 'note',
  'GET /improvements/new': 'note',
  'GET /improvements/:id': 'read',
  'POST /improvements/:id': 'note',
  'GET /playbooks': 'read',
  'GET /playbooks/:name': 'read',
  'GET /playbooks/:name/graph.svg': 'read',
} as const satisfies Record<`${Method} /${string}`, Permission>;

/** What a role gives beyond what every person of the inventory may do. */
export const grants: Readonly<Record<string, readonly Permission[]>> = {
  'incident-commander': ['command', 'publish'],
  'engineering-manager': ['publish', 'admin'],
  admin: ['publish', 'admin'],
};

const everybody: readonly Permission[] = ['public', 'signed-in', 'read', 'open', 'note', 'drill', 'alert'];

/**
 * Whether `person` may do it. `roles`: what they hold; for a request about one incident `rolesIn` adds what they were assigned
 * there.
 */
export function may(
  person: Person | null,
  permission: Permission,
  roles: readonly string[] = person?.roles ?? [],
): boolean {
  if (permission === 'public') return true;
  if (person === null) return false;
  if (everybody.includes(permission)) return true;
  if (permission === 'decide') return roles.length > 0;
  return roles.some((role) => grants[role]?.includes(permission) ?? false);
}

/**
 * The roles a person holds in one incident: those of the inventory and those assigned to them in it. In a drill those of their seats count
 * in place of the inventory's: who is not on the roster decides nothing, and anybody can learn any seat.
 */
export function rolesIn(person: Person, { roles, exercise }: Pick<IncidentView, 'roles' | 'exercise'>): string[] {
  const assigned = Object.keys(roles).filter((role) => roles[role] === person.id);
  const own = exercise ? seatsOf(exercise, person.id) : person.roles;
  return [...new Set([...own, ...assigned])];
}

/** The roles that give a permission, for messages ("ask somebody who is …"). */
export const rolesWith = (permission: Permission): string[] =>
  Object.keys(grants).filter((role) => grants[role]?.includes(permission));
