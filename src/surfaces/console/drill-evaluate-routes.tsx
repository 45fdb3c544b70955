import { ExerciseMessage } from '../../incident/exercise-messages.ts';
import { namesFor } from '../../incident/wording.ts';
import { evaluationOf } from '../drills/evaluation.ts';
import { type App, type Ctx, whoIs } from '../http/context.ts';
import { everyStepOf } from '../model/plans.ts';
import { Problem } from '../problem.ts';
import { untilShown } from '../watch.ts';
import { type Again, idOf, mainPage, NOTHING, type Played, playedFor } from './drill-play-routes.tsx';
import { readForm } from './form.ts';
import { EvaluatePage, type EvaluateProps } from './pages/drill-evaluate.tsx';
import type { Draft } from './pages/drill-play.tsx';
import { drillAddress } from './parts/drill.tsx';
import { anchorOf } from './parts/observe-form.tsx';
import { fresh, namesOf, type Site, show } from './site.ts';

/** What people think of a drill: evaluators on their guide, and everybody in the hot wash. */
export function drillEvaluateRoutes(routes: App, site: Site): void {
  routes.get('/drills/:id/evaluate', (c) => evaluatePage(site, c, NOTHING));
  routes.post('/drills/:id/evaluate', (c) => observe(site, c));
  routes.post('/drills/:id/hot-wash', (c) => answer(site, c));
  // Whoever asks anew for the page that told them of a refusal.
  routes.get('/drills/:id/hot-wash', (c) => c.redirect(drillAddress(idOf(c)), 303));
}

async function evaluatePage(site: Site, c: Ctx, again: Again) {
  const drill = await site.drills.find(idOf(c));
  const played = await playedFor(site, c, drill);
  if (!played) return c.redirect(drillAddress(drill.id), 303);
  return show(c, <EvaluatePage {...(await evaluateProps(site, c, played))} {...again} />, again.problem?.status);
}

export async function evaluateProps(site: Site, c: Ctx, played: Played): Promise<EvaluateProps> {
  const { drill, place, exercise, incident } = played;
  const evaluation = await evaluationOf(site, whoIs(c), drill.id);
  const names = namesOf(site);
  return {
    ...{ frame: incident.frame, drill, exercise, incident, place, evaluation, me: incident.me.id, names },
    says: namesFor(names, incident.view, everyStepOf(incident)),
    ...{ ...NOTHING, once: fresh() },
  };
}

async function observe(site: Site, c: Ctx) {
  const form = await readForm(c);
  const id = idOf(c);
  try {
    const said = observation(form);
    const before = (await site.reader.incident(id))?.view.seq ?? 0;
    await site.drills.tell(whoIs(c), id, said, `${form.get('once') ?? fresh()}\n${JSON.stringify(said)}`);
    await untilShown(site.reader, id, (view) => view.seq > before);
    return c.redirect(drillAddress(id, `/evaluate#${anchorOf(said)}`), 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return evaluatePage(site, c, { draft: form, problem: error });
  }
}

function observation(form: Draft) {
  const orNull = (name: string): string | null => form.get(name)?.trim() || null;
  const expectation = orNull('expectation');
  if (expectation !== null && orNull('verdict') === null)
    throw unwritten('Choose a verdict: met, met late, missed or not observed.');
  const said = ExerciseMessage.safeParse({
    ...{ type: 'observe', id: 'form', person: 'form', at: 0 },
    ...{ objective: form.get('objective'), task: orNull('task'), expectation },
    ...{ kind: form.get('kind'), rating: orNull('rating'), verdict: orNull('verdict') },
    text: form.get('text') ?? '',
    about: eventsIn(form.get('about') ?? ''),
  });
  if (!said.success || said.data.type !== 'observe')
    throw unwritten('Write what you saw; at most 10,000 characters, and 50 events that it rests on.');
  const { id: _, person: __, at: ___, ...command } = said.data;
  return command;
}

/** `12, 14` or `#12 #14`. */
function eventsIn(text: string): number[] {
  const numbers = text.split(/[\s,;#]+/).filter((word) => word !== '');
  const strange = numbers.find((word) => !/^[1-9]\d{0,8}$/.test(word));
  if (strange !== undefined) throw unwritten(`“${strange}” is no number of an event. Write them as 12, 14.`);
  return [...new Set(numbers.map(Number))];
}

const unwritten = (message: string): Problem =>
  new Problem({
    status: 422,
    code: 'invalid',
    message,
    notDone: 'Nothing was written down.',
    next: 'What you wrote is kept.',
  });

async function answer(site: Site, c: Ctx) {
  const form = await readForm(c);
  const id = idOf(c);
  const number = Number(form.get('question') ?? '');
  const question = Number.isSafeInteger(number) && number > 0 ? number : null;
  const text = (form.get('text') ?? '').trim();
  try {
    if (text === '' || text.length > 10_000)
      throw new Problem({
        status: 422,
        code: 'invalid',
        message: 'Write something; at most 10,000 characters.',
        notDone: 'Nothing was added.',
        next: 'Or pass the question over.',
      });
    const before = (await site.reader.incident(id))?.view.seq ?? 0;
    const said = { question, text, anonymous: form.has('anonymous') };
    await site.drills.hotWash(whoIs(c), id, said, `${form.get('once') ?? fresh()}\n${JSON.stringify(said)}`);
    await untilShown(site.reader, id, (view) => view.seq > before);
    return c.redirect(drillAddress(id, `${readAddress(form.get('read') ?? '', question)}`), 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return mainPage(site, c, { draft: form, problem: error });
  }
}

/** The page on which the answers to this question are read, as those before it. 0: the open one. */
function readAddress(read: string, question: number | null): string {
  const numbers = new Set([...readQuestions(read), question ?? 0]);
  return `?read=${[...numbers].join('.')}#question-${question ?? 0}`;
}

export const readQuestions = (read: string): ReadonlySet<number> =>
  new Set(
    read
      .split('.')
      .filter((word) => /^\d{1,3}$/.test(word))
      .map(Number),
  );
