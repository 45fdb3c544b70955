import { hasForm, needsReason } from '../../incident/decision.ts';
import { formProblems } from '../../incident/form.ts';
import { decide, incidentOr404, messageId } from '../commands.ts';
import { assertMayRead } from '../drills/spoilers.ts';
import { type App, type Ctx, whoIs } from '../http/context.ts';
import { readAnswers } from '../model/answers.ts';
import { parseOutputs } from '../model/outputs.ts';
import { planFor } from '../model/plans.ts';
import { lastVote, needsCheck } from '../model/standing.ts';
import { notFound, Problem } from '../problem.ts';
import { untilShown } from '../watch.ts';
import { readForm } from './form.ts';
import { checkable, DecidePage } from './pages/decide.tsx';
import type { DecideProps } from './pages/decide-parts.tsx';
import { frameOf, fresh, lookerIn, namesOf, type Site, show } from './site.ts';

/** Decide on a phone: plain form posts and redirects. The server asks again at every click who may answer. */
export function decideRoutes(routes: App, site: Site): void {
  routes.get('/incidents/:id/decisions/:number', async (c) => {
    const props = await decideProps(site, c, c.req.param('id'), c.req.param('number'));
    const check = checkable(props.decision, c.req.query('check'));
    return show(c, <DecidePage {...props} check={check} change={c.req.query('change') !== undefined} />);
  });

  routes.post('/incidents/:id/decisions/:number', async (c) => {
    const form = await readForm(c);
    const props = { ...(await decideProps(site, c, c.req.param('id'), c.req.param('number'))), draft: form };
    const answer = form.get('answer') ?? '';
    const again = withErrors(props, answer, form);
    if (again) return show(c, <DecidePage {...again} />, 422);
    // An approve of a risky act without the check (a form made by hand, an old page) gets the check.
    if (needsCheck(props.decision.question, answer) && form.get('confirm') !== 'yes')
      return show(c, <DecidePage {...props} check={checkable(props.decision, answer)} />, 409);
    return answerIt(site, c, props, answer, form);
  });
}

async function decideProps(site: Site, c: Ctx, id: string, number: string): Promise<DecideProps> {
  const found = await incidentOr404(site.reader, id);
  const { view } = found;
  assertMayRead(view, id, whoIs(c).id);
  const decision = view.decisions.find((one) => String(one.question.number) === number);
  if (!decision) throw notFound(`decision ${number} in ${id}`, 'See the decisions of the incident.');
  return {
    frame: frameOf(site, whoIs(c), view),
    view,
    plan: planFor(found, decision.question.path),
    decision,
    me: lookerIn(whoIs(c), view),
    people: site.directory.people(),
    names: namesOf(site),
    check: null,
    change: false,
    tap: null,
    draft: new Map(),
    errors: new Map(),
    once: fresh(),
  };
}

/** What the form lacks; null when it can be sent. */
function withErrors(props: DecideProps, answer: string, form: ReadonlyMap<string, string>): DecideProps | null {
  const errors = new Map<string, string>();
  const { question } = props.decision;
  if (form.get('confirm') === 'yes' && needsReason(question, answer) && !form.get('reason')?.trim())
    errors.set('reason', 'Say why in one line; it goes on the timeline.');
  if ((form.get('reason')?.length ?? 0) > 2_000) errors.set('reason', 'The reason is longer than 2,000 characters.');
  if (form.get('confirm') === 'yes' && hasForm(question, answer))
    for (const [name, message] of formProblems(question.form ?? [], readAnswers(question.form ?? [], form)))
      errors.set(name, message);
  const supplies = answer === 'skip' || answer === 'take-over';
  if (supplies)
    for (const [name, message] of parseOutputs(question, props.plan, form).errors) errors.set(name, message);
  return errors.size === 0 ? null : { ...props, check: checkable(props.decision, answer), errors };
}

async function answerIt(site: Site, c: Ctx, props: DecideProps, answer: string, form: ReadonlyMap<string, string>) {
  const me = whoIs(c);
  const { view, decision } = props;
  const { number } = decision.question;
  try {
    await decide(site, me, {
      incident: view.id,
      number,
      answer,
      reason: form.get('reason')?.trim() || undefined,
      outputs: outputsIn(props, answer, form),
      confirmed: form.get('confirm') === 'yes',
      surface: 'console',
      id: messageId(me.id, form.get('once')),
    });
  } catch (error) {
    return notTaken(site, c, answer, form, error);
  }
  const shown = await untilShown(site.reader, view.id, (now) => {
    const fresh = now.decisions.find((one) => one.question.number === number);
    return fresh !== undefined && (fresh.made !== undefined || lastVote(fresh, me.id)?.answer === answer);
  });
  if (shown) return c.redirect(`/incidents/${view.id}/decisions/${number}`, 303);
  const later = await decideProps(site, c, view.id, String(number));
  return show(c, <DecidePage {...later} tap={{ kind: 'pending', answer }} />, 202);
}

function outputsIn({ decision, plan }: DecideProps, answer: string, form: ReadonlyMap<string, string>) {
  const { question } = decision;
  if (hasForm(question, answer)) return readAnswers(question.form ?? [], form);
  return answer === 'skip' || answer === 'take-over' ? parseOutputs(question, plan, form).outputs : undefined;
}

/** Refused by the incident: say how things stand now. Not reached: say that it is not known. */
async function notTaken(site: Site, c: Ctx, answer: string, form: ReadonlyMap<string, string>, error: unknown) {
  const props = await decideProps(site, c, c.req.param('id') ?? '', c.req.param('number') ?? '');
  if (error instanceof Problem && error.status < 500) {
    const tap = { kind: 'refused' as const, code: error.code, message: error.message };
    return show(c, <DecidePage {...props} tap={tap} draft={form} />, error.status);
  }
  if (!(error instanceof Problem)) site.failed(error, { method: c.req.method, path: c.req.path });
  return show(
    c,
    <DecidePage {...props} tap={{ kind: 'unsure', answer }} draft={form} once={form.get('once') ?? fresh()} />,
    503,
  );
}
