import type { Delivery, Shared } from '../contract.ts';
import { createInteractions } from '../interactions/interactions.ts';
import { respond } from '../interactions/respond.ts';
import { type Courier, createCourier } from './courier.ts';

/** With what the control API needs besides: the lines to the app themselves. */
export type LocalDelivery = Delivery & { courier: Omit<Courier, 'stop'> };

/** How the app hears what people did, and answers where they did it. */
export function createDelivery(shared: Shared): LocalDelivery {
  const courier = createCourier(shared);
  const interactions = createInteractions(shared, courier);
  return {
    courier,
    interactions,
    connect: (request, socket, head) => courier.sockets.connect(request, socket, head),
    respond: (request, response, token) => respond(shared.workspace, request, response, token),
    stop: courier.stop,
  };
}
