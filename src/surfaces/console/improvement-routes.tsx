import type { z } from 'zod';
import { messageId } from '../commands.ts';
import { assertMayRead } from '../drills/spoilers.ts';
import { type App, type Ctx, whoIs } from '../http/context.ts';
import { ImprovementEdit, NewImprovement, Remark, type ShownImprovement } from '../improvements/contract.ts';
import { notFound, Problem } from '../problem.ts';
import { readForm } from './form.ts';
import { ImprovementPage } from './pages/improvement.tsx';
import { ImprovementsPage, NewImprovementPage } from './pages/improvements.tsx';
import { drillAddress } from './parts/drill.tsx';
import { draftOf, type ImprovementDraft } from './parts/improvement-fields.tsx';
import { improvementAddress } from './parts/improvements.tsx';
import { frameOf, fresh, namesOf, type Site, show } from './site.ts';

/** Improvement items: the list, one of them, writing one down. */
export function improvementRoutes(routes: App, site: Site): void {
  routes.get('/improvements', (c) => listPage(site, c));
  routes.get('/improvements/new', (c) => newPage(site, c, new Map([['from', c.req.query('from') ?? '']]), null));
  routes.post('/improvements', (c) => create(site, c));
  routes.get('/improvements/:id', (c) => itemPage(site, c, null, null));
  routes.post('/improvements/:id', (c) => act(site, c));
}

async function listPage(site: Site, c: Ctx) {
  const asked = (name: string) => c.req.query(name) || null;
  const [owner, from] = [asked('owner'), asked('from')];
  const items = await site.improvements.list({ ...(owner && { owner }), ...(from && { from }) });
  const me = whoIs(c);
  const props = { items, me: me.id, people: site.directory.people(), names: namesOf(site), owner, from };
  return show(c, <ImprovementsPage frame={frameOf(site, me)} {...props} />);
}

async function newPage(site: Site, c: Ctx, draft: ImprovementDraft, problem: Problem | null) {
  const me = whoIs(c);
  const from = draft.get('from') ?? '';
  const found = await site.reader.incident(from);
  if (!found) throw notFound(`drill or incident "${from}"`, 'Begin on its page.');
  assertMayRead(found.view, from, me.id);
  const { exercise, title } = found.view;
  const offered = await site.improvements.goals();
  // Of the same simulation first: that is what was not yet good enough.
  const goals = offered.toSorted(
    (a, b) => Number(b.simulation === exercise?.simulation) - Number(a.simulation === exercise?.simulation),
  );
  const objectives = offered.find(({ simulation }) => simulation === exercise?.simulation)?.objectives ?? [];
  const props = { from, title: exercise?.title ?? title, objectives, people: site.directory.people(), goals, draft };
  const once = draft.get('once') ?? fresh();
  return show(c, <NewImprovementPage frame={frameOf(site, me)} {...props} {...{ problem, once }} />, problem?.status);
}

async function create(site: Site, c: Ctx) {
  const form = await readForm(c);
  const me = whoIs(c);
  try {
    const about = (form.get('about') ?? '').split(/[\s,;]+/).filter((part) => part !== '');
    const said = { ...wordsIn(form), from: form.get('from'), objective: form.get('objective') || null };
    const wanted = parsed(NewImprovement, { ...said, about: about.map(Number) }, 'No improvement item was made.');
    const { id } = await site.improvements.create(me, wanted, form.get('once') ?? fresh());
    return c.redirect(improvementAddress(id), 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 404) throw error;
    return newPage(site, c, form, error);
  }
}

async function itemPage(site: Site, c: Ctx, typed: ImprovementDraft | null, problem: Problem | null) {
  const me = whoIs(c);
  const item = await site.improvements.find(c.req.param('id') ?? '');
  const [goals, mayChange] = await Promise.all([site.improvements.goals(), site.improvements.mayChange(me, item)]);
  const props = { item, me: me.id, mayChange, people: site.directory.people(), goals, names: namesOf(site), problem };
  const draft = typed?.has('issue') ? new Map([...typed, ['edited', 'yes']]) : draftOf(item);
  const page = <ImprovementPage frame={frameOf(site, me)} {...props} draft={draft} once={fresh()} />;
  return show(c, page, problem?.status);
}

const UNCHANGED = 'Nothing was changed.';

async function act(site: Site, c: Ctx) {
  const form = await readForm(c);
  const id = c.req.param('id') ?? '';
  try {
    const drill = await acted(site, c, id, form);
    return c.redirect(drill === null ? improvementAddress(id) : drillAddress(drill), 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 404) throw error;
    return itemPage(site, c, form, error);
  }
}

/** Answers with the drill to go on with, if that is what was wanted. */
async function acted(site: Site, c: Ctx, id: string, form: ReadonlyMap<string, string>): Promise<string | null> {
  const { improvements } = site;
  const me = whoIs(c);
  const seen = Number(form.get('version')) || null;
  const text = (name: string): string => parsed(Remark, form.get(name) ?? '', UNCHANGED);
  switch (form.get('do')) {
    case 'edit':
      await improvements.edit(me, id, changedIn(await improvements.find(id), form), seen);
      return null;
    case 'note':
      await improvements.note(me, id, text('text'));
      return null;
    case 'done':
      await improvements.done(me, id, seen);
      return null;
    case 'close': {
      const drill = form.get('drill');
      await improvements.close(me, id, drill === undefined ? { reason: text('because') } : { drill }, seen);
      return null;
    }
    case 'reopen':
      await improvements.reopen(me, id, text('because'), seen);
      return null;
    case 'redrill':
      return (await improvements.redrill(me, id, {}, messageId(me.id, form.get('once')))).drill.id;
    default:
      throw new Problem({
        status: 422,
        code: 'invalid',
        message: 'The form does not say what is to be done.',
        notDone: UNCHANGED,
        next: 'Go back to the item.',
      });
  }
}

function wordsIn(form: ReadonlyMap<string, string>) {
  const [simulation, objective] = (form.get('goal') ?? '').split('/');
  return {
    ...{ issue: form.get('issue') ?? '', action: form.get('action') ?? '', owner: form.get('owner') ?? '' },
    ...{ due: form.get('due') ?? '', start: form.get('start') || null },
    goal: simulation && objective ? { simulation, objective, atLeast: form.get('atLeast') ?? 'P' } : null,
  };
}

/** What is as it was is not said: a person who has left may still own it. */
function changedIn(item: ShownImprovement, form: ReadonlyMap<string, string>): ImprovementEdit {
  const to = parsed(ImprovementEdit, wordsIn(form), UNCHANGED);
  const changed = Object.entries(to).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(item[name as keyof ImprovementEdit]),
  );
  return Object.fromEntries(changed) as ImprovementEdit;
}

const WORDS: Readonly<Record<string, string>> = {
  issue: 'Say what went wrong, or could be better: at most 2,000 characters.',
  action: 'Say what is to be done about it: at most 2,000 characters.',
  owner: 'Choose who sees to it.',
  due: 'Choose the day by which it is done.',
  start: 'Choose a day on which it starts, or none.',
  about: 'Write the numbers of events, such as 14, 22.',
};

function parsed<T extends z.ZodType>(schema: T, said: unknown, notDone: string): z.output<T> {
  const read = schema.safeParse(said);
  if (read.success) return read.data;
  const fields = [...new Set(read.error.issues.map(({ path }) => String(path[0] ?? '')))];
  const words = fields.flatMap((field) => WORDS[field] ?? []);
  throw new Problem({
    status: 422,
    code: 'invalid',
    message: words.length > 0 ? words.join(' ') : 'Write something: at most 2,000 characters.',
    notDone,
    next: 'What you wrote is kept.',
  });
}
