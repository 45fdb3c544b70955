import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { SystemSnapshot } from '../../incident/events.ts';
import type { ApiDeps } from './api.ts';
import type { AppEnv } from './context.ts';
import { json, problems } from './schemas.ts';

/** What is in tocsin.yaml, without secrets: people with their roles, AI systems. */
export function inventoryRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, (c) => {
    const { directory } = deps;
    return c.json(
      {
        people: directory.people().map(({ id, name, roles }) => ({ id, name, roles })),
        roles: directory.roles().map((role) => ({
          ...role,
          holders: directory.people().flatMap((person) => (person.roles.includes(role.id) ? [person.id] : [])),
        })),
        systems: directory.systems().map((system) => ({ ...system, simulated: directory.simulated(system.id) })),
        simulated: directory.simulated(null),
      },
      200,
    );
  });
}

const route = createRoute({
  method: 'get',
  path: '/api/inventory',
  summary: 'People, roles and AI systems',
  tags: ['inventory'],
  responses: {
    200: json(
      z.object({
        people: z.array(z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()) })),
        roles: z.array(
          z.object({
            id: z.string(),
            title: z.string(),
            holders: z.array(z.string()).openapi({ description: 'Empty: nobody can answer what asks for this role.' }),
          }),
        ),
        systems: z.array(z.strictObject({ ...SystemSnapshot.shape, simulated: z.boolean() })),
        simulated: z.boolean(),
      }),
      'The inventory',
    ),
    ...problems,
  },
});
