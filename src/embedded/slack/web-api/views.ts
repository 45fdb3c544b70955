import { z } from 'zod';
import { readView } from '../blocks/read.ts';
import { SlackError } from '../slack-error.ts';
import { type Answer, argumentsOf, type Call, json, type Method } from './call.ts';
import { showView } from './show.ts';

const Trigger = z.object({
  trigger_id: z.string().optional(),
  interactivity_pointer: z.string().optional(),
  view: json,
});

function trigger(args: z.output<typeof Trigger>): string {
  const id = args.trigger_id ?? args.interactivity_pointer;
  if (!id) throw new SlackError('invalid_arguments', { details: ['missing required field: trigger_id'] });
  return id;
}

function open(call: Call): Answer {
  const args = argumentsOf(call, Trigger);
  const draft = readView(args.view, 'modal');
  const { user } = call.workspace.useTrigger(trigger(args));
  return { view: showView(call.workspace, call.workspace.openModal(user, draft)) };
}

function push(call: Call): Answer {
  const args = argumentsOf(call, Trigger);
  const draft = readView(args.view, 'modal');
  const { user, view } = call.workspace.useTrigger(trigger(args));
  if (view === null) {
    throw new SlackError('invalid_trigger_id', { details: ['this trigger did not come out of a modal'] });
  }
  return { view: showView(call.workspace, call.workspace.pushModal(user, draft)) };
}

const Update = z.object({
  view: json,
  view_id: z.string().optional(),
  external_id: z.string().optional(),
  hash: z.string().optional(),
});

function update(call: Call): Answer {
  const args = argumentsOf(call, Update);
  const id = args.view_id ?? args.external_id;
  if (!id) throw new SlackError('invalid_arguments', { details: ['missing required field: view_id or external_id'] });
  const draft = readView(args.view);
  return { view: showView(call.workspace, call.workspace.updateView(id, draft, args.hash)) };
}

const Publish = z.object({ user_id: z.string(), view: json, hash: z.string().optional() });

function publish(call: Call): Answer {
  const { user_id, view, hash } = argumentsOf(call, Publish);
  const draft = readView(view, 'home');
  if (!call.workspace.user(user_id)) {
    throw new SlackError('invalid_arguments', { details: ['invalid `user_id` [json-pointer:/user_id]'] });
  }
  return { view: showView(call.workspace, call.workspace.publishHome(user_id, draft, hash)) };
}

const limited = { token: 'bot', scopes: [], tier: 'tier4' } as const;

export const viewMethods: Record<string, Method> = {
  'views.open': { ...limited, run: open },
  'views.push': { ...limited, run: push },
  'views.update': { ...limited, run: update },
  'views.publish': { ...limited, run: publish },
};
