import { appMethods } from './apps.ts';
import type { Method } from './call.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { markMethods } from './marks.ts';
import { memberMethods } from './members.ts';
import { groupMethods, userMethods } from './users.ts';
import { viewMethods } from './views.ts';

/** Everything an app can call. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...appMethods,
    ...chatMethods,
    ...conversationMethods,
    ...memberMethods,
    ...userMethods,
    ...groupMethods,
    ...viewMethods,
    ...markMethods,
    ...fileMethods,
  }),
);
