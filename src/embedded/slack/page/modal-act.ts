import type { Context } from 'hono';
import type { Eye } from './eye.ts';
import { field, press, told } from './press.ts';
import { backOf, leadBack, type Site } from './site.ts';
import { knownTo, readForm } from './values.ts';

/** The form of the top modal: submitted, closed, or a button within it pressed. */
export async function modalRoute(site: Site, c: Context, eye: Eye, form: FormData): Promise<Response> {
  const back = backOf(eye, form.get('back'));
  const user = eye.me.id;
  const view = site.workspace.modals(user).at(-1);
  // It was closed or covered meanwhile, in another tab or by the app: what was pressed is not there any more.
  if (view === undefined || view.id !== field(form, 'view')) {
    const gone = {
      ok: false,
      reason: 'not-there',
      detail: 'Another window has taken its place, or it was closed.',
    } as const;
    return leadBack(c, back, told(site, eye, gone, { where: view ? 'modal' : 'composer' }));
  }
  const act = field(form, 'act');
  const wish = field(form, 'do');
  if (act === '' && wish !== 'submit') {
    const outcome = await site.interactions.dismiss({ user, all: wish === 'dismiss-all' });
    // The window is closed whatever the app says, as in Slack: there is no place left to show it but the page.
    return leadBack(c, back, told(site, eye, outcome, { where: 'composer' }));
  }
  const filled = readForm(view, form, { tz: eye.me.tz, known: knownTo(site.workspace) });
  const invalid = (errors: Record<string, string>): Response =>
    leadBack(c, back, site.notes.put(user, { kind: 'invalid', view: view.id, errors, raw: filled.raw }));

  if (act !== '') {
    // The app is told of all that has been filled in so far.
    site.workspace.fillView(view.id, filled.values);
    const [, block = '', action = '', option] = act.split('/').map((part) => decodeURIComponent(part));
    const value = option === undefined ? (filled.raw[act] ?? []) : [option];
    return press(site, c, eye, { on: 'modal', channel: '', ts: '', block, action, value, back }, false);
  }
  if (Object.keys(filled.errors).length > 0) return invalid(filled.errors);
  const outcome = await site.interactions.submit({ user, values: filled.values });
  if (outcome.ok && outcome.errors && Object.keys(outcome.errors).length > 0) return invalid(outcome.errors);
  return leadBack(c, back, told(site, eye, outcome, { where: 'modal' }));
}
