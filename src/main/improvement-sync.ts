import { createHash } from 'node:crypto';
import { ConnectorError, type IssueText, type IssueTracker, type SeenIssue } from '../connectors/contract.ts';
import { createEgress } from '../connectors/egress/egress.ts';
import { createGithubIssues } from '../connectors/github/issues.ts';
import { STOPS } from '../connectors/issues/answer.ts';
import { createJiraIssues } from '../connectors/jira/issues.ts';
import { rememberingSecrets } from '../connectors/secrets/redactor.ts';
import { createSecrets } from '../connectors/secrets/secrets.ts';
import { shown } from '../connectors/text.ts';
import { type Inventory, personById } from '../inventory/inventory.ts';
import type { Tracker } from '../inventory/tracker.ts';
import type { ImprovementLinks, LinkState, Place } from '../store/improvement-links.ts';
import type { Improvement, ImprovementStore } from '../surfaces/improvements/contract.ts';
import { reconcile, TRACKER_NAMES } from '../surfaces/improvements/reconcile.ts';
import type { Log } from './log.ts';

export type ImprovementSyncDeps = {
  items: Pick<ImprovementStore, 'list' | 'find' | 'change'>;
  links: ImprovementLinks;
  publicUrl: string;
  log: Log;
  now(): number;
  env?: NodeJS.ProcessEnv;
};

/** One item, with every call that it takes. */
const WITHIN_MS = 120_000;
const SYNCED_MAX = 5_000;
/** So long after it was closed here somebody may open its issue again, and is told. */
const LOOKED_AFTER_MS = 30 * 86_400_000;
const TITLE_MAX = 200;
const QUOTED_MAX = 1_500;

/**
 * Makes improvement items and issues of the tracker the same: what is new is written there, what was closed there is done here. Everything
 * may be done again: an issue is found by its marker before it is created. What fails is said on the item, and tried at the next turn.
 */
export function createImprovementSync(deps: ImprovementSyncDeps): (inventory: Inventory) => Promise<void> {
  return async (inventory) => {
    const { tracker } = inventory;
    if (!tracker) return;
    const all = await deps.items.list({ limit: SYNCED_MAX });
    const items = all.filter((item) => isLookedAfter(item, deps.now()));
    if (items.length === 0) return;
    const opened = open(tracker, deps);
    try {
      await through(deps, inventory, items, opened);
    } finally {
      await opened.close();
    }
  };
}

const isLookedAfter = ({ closed, linked }: Improvement, now: number): boolean =>
  closed === null || (linked !== null && now - closed.at < LOOKED_AFTER_MS);

type Opened = Place & { issues: IssueTracker; redact(text: string): string; close(): Promise<void> };

function open(tracker: Tracker, { env = process.env }: ImprovementSyncDeps): Opened {
  const { secrets, redact } = rememberingSecrets(createSecrets(env));
  const egress = createEgress({ origin: tracker.url, private: tracker.private });
  const { close } = egress;
  if (tracker.kind === 'github')
    return {
      system: 'github',
      place: tracker.repository,
      issues: createGithubIssues(tracker, egress, secrets),
      redact,
      close,
    };
  return { system: 'jira', place: tracker.project, issues: createJiraIssues(tracker, egress, secrets), redact, close };
}

/** Where no other call would fare better, the rest is told the same and waits for the next turn. */
async function through(deps: ImprovementSyncDeps, inventory: Inventory, items: readonly Improvement[], opened: Opened) {
  const { links, log } = deps;
  let stopped = await failing(opened, () => opened.issues.check(AbortSignal.timeout(WITHIN_MS)));
  for (const item of items) {
    const problem = stopped ?? (await failing(opened, () => syncOne(deps, inventory, item, opened)));
    if (problem === null) continue;
    await links.fail(item.id, opened, problem.words);
    log.warn({ improvement: item.id, code: problem.code, why: problem.words }, 'an improvement item was not synced');
    if (STOPS.has(problem.code)) stopped = problem;
  }
}

type Failing = { code: string; words: string };

/** Null when it went well. What is thrown else means that our own database is away. */
async function failing({ redact, system }: Opened, work: () => Promise<void>): Promise<Failing | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof ConnectorError) return { code: error.code, words: redact(error.message) };
    if (error instanceof DOMException) return { code: 'timeout', words: `${TRACKER_NAMES[system]} took too long.` };
    throw error;
  }
}

async function syncOne(
  deps: ImprovementSyncDeps,
  inventory: Inventory,
  item: Improvement,
  opened: Opened,
): Promise<void> {
  const { links, now } = deps;
  const { issues, system, place } = opened;
  const claimed = await links.claim(item.id, { system, place }, now());
  if (claimed === null) return;
  const signal = AbortSignal.timeout(WITHIN_MS);
  const text = textOf(deps, inventory, item);
  const { found, known } = await issueOf(opened, item, claimed, text, signal);
  const words = await wordsThere(deps, item, { opened, known, text, found, signal });
  const { set, end, what } = reconcile({ system, status: item.status, before: known.over, over: found.over });
  if (set !== null || what !== null) {
    const changed = await deps.items.change(item.id, words.version, set === null ? {} : { status: set }, {
      at: now(),
      by: system,
      what: what ?? '',
    });
    // Somebody changed it meanwhile: the next turn looks at both anew.
    if (changed === null) throw new ConnectorError('changed', 'It was changed here meanwhile.', { retryable: true });
  }
  if (end !== null) await issues.end(found.key, end, signal);
  const last = end !== null || words.written ? ((await issues.read(found.key, signal)) ?? found) : found;
  const { key, url, state, over } = last;
  // Another edit there, which ours did not touch, stays: it is compared with as it stands when ours changes.
  const theirs = words.written || known.textHash === null ? hashOf(last.text) : hashesIn(known.textHash).theirs;
  await links.keep(item.id, {
    key,
    url,
    state,
    over,
    textHash: `${hashOf(JSON.stringify(text))}:${theirs}`,
    at: now(),
  });
}

const NEW: LinkState = { key: null, over: null, textHash: null };

/** As it is there, with what is known of it; created, where it is not. One that was deleted there is created again, and nothing is known of it. */
async function issueOf(
  { issues }: Opened,
  item: Improvement,
  known: LinkState,
  text: IssueText,
  signal: AbortSignal,
): Promise<{ found: SeenIssue; known: LinkState }> {
  const there = known.key === null ? null : await issues.read(known.key, signal);
  if (there) return { found: there, known };
  const marked = known.key === null ? await issues.marked(text.marker, item.createdAt, signal) : null;
  return { found: marked ?? (await issues.create(text, signal)), known: NEW };
}

type Words = { opened: Opened; known: LinkState; text: IssueText; found: SeenIssue; signal: AbortSignal };

/** Ours, where they have changed; what somebody else had written there meanwhile is kept here. */
async function wordsThere(deps: ImprovementSyncDeps, item: Improvement, { opened, known, text, found, signal }: Words) {
  if (known.textHash === null) return { version: item.version, written: false };
  const before = hashesIn(known.textHash);
  if (before.ours === hashOf(JSON.stringify(text))) return { version: item.version, written: false };
  let { version } = item;
  if (before.theirs !== hashOf(found.text)) {
    const name = TRACKER_NAMES[opened.system];
    const what = `changed here, and by others in ${name}: what stands here was written there. There it said: “${shown(found.text, QUOTED_MAX)}”`;
    const told = await deps.items.change(item.id, version, {}, { at: deps.now(), by: opened.system, what });
    if (told === null) throw new ConnectorError('changed', 'It was changed here meanwhile.', { retryable: true });
    version = told.version;
  }
  await opened.issues.write(found.key, text, signal);
  return { version, written: true };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const hashesIn = (both: string) => {
  const [ours = '', theirs = ''] = both.split(':');
  return { ours, theirs };
};

/** What leaves the house: the words of the item, its owner's name and its day. Nothing of the incident or the drill but its number. */
function textOf({ publicUrl }: ImprovementSyncDeps, inventory: Inventory, item: Improvement): IssueText {
  const { id, action, issue, owner, due, from } = item;
  const base = publicUrl.replace(/\/$/, '');
  // Two installations may share a project, and on two machines of developers an address as well.
  const house = hashOf(`${base} ${item.createdAt} ${item.createdBy}`).slice(0, 8);
  return {
    title: `${id}: ${shown(action, TITLE_MAX)}`,
    parts: [
      { label: 'What is to be done', text: action },
      { label: 'Because', text: issue },
      { label: 'Owner', text: personById(inventory, owner)?.name ?? owner },
      { label: 'Due', text: due },
      { label: 'Learnt in', text: from.startsWith('EX-') ? `the exercise ${from}` : from },
    ],
    link: `${base}/improvements/${id}`,
    marker: `tocsin-${id.toLowerCase()}-${house}`,
  };
}
