import { incidentOr404, messageId, settleObligation } from '../commands.ts';
import { type App, type Ctx, whoIs } from '../http/context.ts';
import { dutyOf } from '../model/duties.ts';
import { notFound, Problem } from '../problem.ts';
import { untilShown } from '../watch.ts';
import { readForm } from './form.ts';
import { DutyPage, type DutyProps, isSettling } from './pages/duty.tsx';
import { dutyAddress } from './parts/duties.tsx';
import { frameOf, fresh, lookerIn, namesOf, type Site, show } from './site.ts';

const TEXT_LENGTH_MAX = 2_000;

/** One duty to notify. Plain form posts and redirects; the server asks again who may settle it. */
export function dutyRoutes(routes: App, site: Site): void {
  routes.get('/incidents/:id/obligations/:number', async (c) => {
    const check = c.req.query('check');
    const props = await dutyProps(site, c);
    return show(c, <DutyPage {...props} check={isSettling(check) ? check : null} />);
  });

  routes.post('/incidents/:id/obligations/:number', async (c) => {
    const form = await readForm(c);
    const outcome = form.get('outcome');
    const text = (form.get('text') ?? '').trim();
    const props = { ...(await dutyProps(site, c)), draft: text, once: form.get('once') ?? fresh() };
    if (!isSettling(outcome)) return show(c, <DutyPage {...props} />, 422);
    const error = faultIn(text);
    if (error) return show(c, <DutyPage {...props} check={outcome} error={error} />, 422);
    const { duty } = props;
    const me = whoIs(c);
    try {
      const id = messageId(me.id, form.get('once'));
      await settleObligation(site, me, { incident: duty.incident, number: duty.number, outcome, text, id });
    } catch (error) {
      const problem = notTaken(site, c, error);
      return show(c, <DutyPage {...(await dutyProps(site, c))} draft={text} problem={problem} />, problem.status);
    }
    await untilShown(site.reader, duty.incident, (view) =>
      view.obligations.some((one) => one.number === duty.number && (one.met ?? one.waived) !== undefined),
    );
    return c.redirect(dutyAddress(duty), 303);
  });
}

function faultIn(text: string): string | null {
  if (text === '') return 'Say it in one line at least.';
  return text.length > TEXT_LENGTH_MAX ? 'This is longer than 2,000 characters.' : null;
}

async function dutyProps(site: Site, c: Ctx): Promise<DutyProps> {
  const [id, number] = [c.req.param('id') ?? '', c.req.param('number') ?? ''];
  const { view } = await incidentOr404(site.reader, id);
  const found = view.obligations.find((one) => String(one.number) === number);
  if (!found) throw notFound(`duty ${number} in ${id}`, 'See the duties of the incident.');
  return {
    frame: frameOf(site, whoIs(c)),
    view,
    duty: dutyOf(id, found, site.now()),
    me: lookerIn(whoIs(c), view),
    names: namesOf(site),
    timezone: site.directory.timezone(),
    check: null,
    draft: '',
    error: null,
    problem: null,
    once: fresh(),
  };
}

/** Refused: as it was said. Not reached: it is not known whether it counted. */
function notTaken(site: Site, c: Ctx, error: unknown): Problem {
  if (error instanceof Problem) return error;
  site.failed(error, { method: c.req.method, path: c.req.path });
  return new Problem({
    status: 503,
    code: 'unreachable',
    message: 'Tocsin could not reach the running incident.',
    notDone: 'It is not known whether it was recorded.',
    next: 'Look at the timeline; if it is not there, send it again. Sending the same form twice counts once.',
  });
}
