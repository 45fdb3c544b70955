import type { SlackView, ViewDraft, WorkspaceState } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { newId, secret } from './ids.ts';
import { type Site, userOf } from './site.ts';
import { carriedValues, initialValues } from './view-state.ts';

type Views = Pick<
  WorkspaceState,
  | 'modals'
  | 'home'
  | 'view'
  | 'openModal'
  | 'pushModal'
  | 'updateView'
  | 'publishHome'
  | 'fillView'
  | 'closeModal'
  | 'closeModals'
>;

const STACK_MAX = 3;

export function viewsOf(site: Site): Views & { clear(): void } {
  const stacks = new Map<string, SlackView[]>();
  const homes = new Map<string, SlackView>();
  const stackOf = (user: string) => stacks.get(user) ?? [];
  const all = () => [...[...stacks.values()].flat(), ...homes.values()];
  const find = (id: string) => all().find((view) => view.id === id);

  function put(view: SlackView): SlackView {
    if (view.type === 'home') {
      homes.set(view.user, view);
      site.tell({ kind: 'home', user: view.user });
    } else {
      const stack = stackOf(view.user);
      const at = stack.findIndex(({ id }) => id === view.id);
      stacks.set(view.user, at < 0 ? [...stack, view] : stack.with(at, view));
      site.tell({ kind: 'view', user: view.user });
    }
    return view;
  }

  function made(user: string, draft: ViewDraft, previous: SlackView | null): SlackView {
    userOf(site, user);
    checkExternalId(draft.external_id, null);
    const id = newId('V');
    return {
      ...draft,
      id,
      user,
      hash: newHash(site),
      root_view_id: previous?.root_view_id ?? id,
      previous_view_id: previous?.id ?? null,
      app_id: site.app.id,
      state: { values: initialValues(draft.blocks) },
    };
  }

  function changed(view: SlackView, draft: ViewDraft, hash: string | undefined): SlackView {
    if (hash !== undefined && hash !== view.hash) throw new SlackError('hash_conflict');
    if (draft.type !== view.type) {
      throw new SlackError('invalid_arguments', {
        details: [`a ${view.type} view cannot become a ${draft.type} view`],
      });
    }
    checkExternalId(draft.external_id, view.id);
    const values = carriedValues(draft.blocks, view.state.values);
    return put({ ...view, ...draft, hash: newHash(site), state: { values } });
  }

  function checkExternalId(externalId: string, own: string | null): void {
    if (externalId !== '' && all().some((view) => view.external_id === externalId && view.id !== own)) {
      throw new SlackError('duplicate_external_id');
    }
  }

  function close(user: string, from: number): SlackView[] {
    const stack = stackOf(user);
    const closed = stack.slice(from).reverse();
    if (closed.length === 0) return [];
    stacks.set(user, stack.slice(0, from));
    site.tell({ kind: 'view', user });
    return closed;
  }

  return {
    modals: stackOf,
    home: (user) => homes.get(user) ?? null,
    view: (id) => find(id) ?? null,
    openModal(user, draft) {
      const view = made(user, draft, null);
      // A person has one window: what was open gives way.
      stacks.set(user, []);
      return put(view);
    },
    pushModal(user, draft) {
      const stack = stackOf(user);
      const top = stack.at(-1);
      if (!top) throw new SlackError('invalid_trigger_id', { details: ['there is no modal to push onto'] });
      if (stack.length >= STACK_MAX) throw new SlackError('push_limit_reached');
      return put(made(user, draft, top));
    },
    updateView(id, draft, hash) {
      const view = find(id) ?? all().find(({ external_id }) => external_id !== '' && external_id === id);
      if (!view) throw new SlackError('not_found');
      return changed(view, draft, hash);
    },
    publishHome(user, draft, hash) {
      const before = homes.get(user);
      if (before) return changed(before, draft, hash);
      if (hash !== undefined) throw new SlackError('hash_conflict');
      return put(made(user, draft, null));
    },
    fillView(id, values) {
      const view = find(id);
      if (!view) throw new SlackError('not_found');
      const merged = { ...view.state.values };
      for (const [block, actions] of Object.entries(values)) merged[block] = { ...merged[block], ...actions };
      return put({ ...view, state: { values: merged } });
    },
    closeModal(id) {
      const view = find(id);
      if (view?.type !== 'modal') throw new SlackError('not_found');
      return close(view.user, stackOf(view.user).indexOf(view));
    },
    closeModals: (user) => close(user, 0),
    clear() {
      stacks.clear();
      homes.clear();
    },
  };
}

/** Of this state of the view: whoever names an older one is told. */
function newHash(site: Site): string {
  return `${Math.floor(site.clock.now() / 1000)}.${secret(4)}`;
}
