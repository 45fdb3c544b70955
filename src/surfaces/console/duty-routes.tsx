import { type FormField, readField } from '../../incident/form.ts';
import { moment } from '../../incident/moment.ts';
import { incidentOr404, messageId, settleObligation } from '../commands.ts';
import { assertMayRead } from '../drills/spoilers.ts';
import { type App, type Ctx, whoIs } from '../http/context.ts';
import { dutyOf } from '../model/duties.ts';
import { notFound, Problem } from '../problem.ts';
import { untilShown } from '../watch.ts';
import { readForm } from './form.ts';
import { type DutyDraft, DutyPage, type DutyProps, isSettling } from './pages/duty.tsx';
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
    const draft = { text, given: (form.get('given') ?? '').trim() };
    const props = { ...(await dutyProps(site, c)), draft, once: form.get('once') ?? fresh() };
    if (!isSettling(outcome)) return show(c, <DutyPage {...props} />, 422);
    const errors = faultsIn(draft);
    if (errors) return show(c, <DutyPage {...props} check={outcome} errors={errors} />, 422);
    const { duty } = props;
    const me = whoIs(c);
    try {
      const id = messageId(me.id, form.get('once'));
      const givenAt = outcome === 'met' ? givenIn(draft) : null;
      await settleObligation(site, me, { incident: duty.incident, number: duty.number, outcome, text, givenAt, id });
    } catch (error) {
      const problem = notTaken(site, c, error);
      return show(c, <DutyPage {...(await dutyProps(site, c))} draft={draft} problem={problem} />, problem.status);
    }
    await untilShown(site.reader, duty.incident, (view) =>
      view.obligations.some((one) => one.number === duty.number && (one.met ?? one.waived) !== undefined),
    );
    return c.redirect(dutyAddress(duty), 303);
  });
}

function faultsIn(draft: DutyDraft): DutyProps['errors'] {
  const { text, given } = draft;
  const errors = {
    ...(text === '' && { text: 'Say it in one line at least.' }),
    ...(text.length > TEXT_LENGTH_MAX && { text: 'This is longer than 2,000 characters.' }),
    ...(given !== '' && givenIn(draft) === null && { given: 'Write a moment such as 2026-11-22T08:30Z.' }),
  };
  return Object.keys(errors).length > 0 ? errors : null;
}

const GIVEN: FormField = { id: 'given', label: 'When was it given?', type: 'date-time', required: false };

/** Null: nothing was filled in, or what is no moment. */
function givenIn({ given }: DutyDraft): number | null {
  const read = readField(GIVEN, given);
  return typeof read === 'string' ? moment(read) : null;
}

async function dutyProps(site: Site, c: Ctx): Promise<DutyProps> {
  const [id, number] = [c.req.param('id') ?? '', c.req.param('number') ?? ''];
  const { view } = await incidentOr404(site.reader, id);
  assertMayRead(view, id, whoIs(c).id);
  const found = view.obligations.find((one) => String(one.number) === number);
  if (!found) throw notFound(`duty ${number} in ${id}`, 'See the duties of the incident.');
  const frame = frameOf(site, whoIs(c), view);
  return {
    frame,
    view,
    duty: dutyOf(id, found, frame.now),
    me: lookerIn(whoIs(c), view),
    names: namesOf(site),
    timezone: site.directory.timezone(),
    check: null,
    draft: { text: '', given: '' },
    errors: null,
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
