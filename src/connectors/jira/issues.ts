import { z } from 'zod';
import type { TrackerOf } from '../../inventory/tracker.ts';
import {
  ConnectorError,
  type Egress,
  type IssueText,
  type IssueTracker,
  type Secrets,
  type SeenIssue,
} from '../contract.ts';
import { callTracker, read } from '../issues/answer.ts';
import { shown } from '../text.ts';

/** Issues of a Jira Cloud project, by its REST API, version 3: texts are documents (ADF), states change by transitions. */

const NAME = 'Jira';
const Status = z.looseObject({ name: z.string(), statusCategory: z.looseObject({ key: z.string() }) });
/** `AIR-147` */
const Key = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*-\d+$/)
  .max(300);
const Issue = z.looseObject({
  key: Key,
  fields: z.looseObject({ summary: z.string(), status: Status, description: z.unknown().optional() }),
});
type Issue = z.infer<typeof Issue>;
const Transitions = z.looseObject({ transitions: z.array(z.looseObject({ id: z.string(), to: Status })) });

/** Of the three categories of states in Jira, the one that counts as closed. */
const OVER = 'done';
const STATE_MAX = 100;
const FIELDS = ['summary', 'status', 'description'];

export function createJiraIssues(
  { url, project, type, email, token }: TrackerOf<'jira'>,
  egress: Egress,
  secrets: Secrets,
): IssueTracker {
  const site = url.replace(/\/$/, '');
  const call = (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    signal: AbortSignal,
    body?: unknown,
    also: readonly number[] = [],
  ) =>
    callTracker(
      egress,
      NAME,
      {
        ...{ method, url: `${site}/rest/api/3${path}`, body },
        headers: {
          accept: 'application/json',
          authorization: `Basic ${Buffer.from(`${email}:${secrets(token)}`).toString('base64')}`,
        },
      },
      { signal, also },
    );
  const path = (key: string): string => `/issue/${encodeURIComponent(key)}`;
  const seen = ({ key, fields: { summary, status, description } }: Issue): SeenIssue => ({
    key,
    url: `${site}/browse/${encodeURIComponent(key)}`,
    state: shown(status.name, STATE_MAX),
    over: status.statusCategory.key === OVER,
    text: `${summary}\n\n${JSON.stringify(description ?? null)}`,
  });
  const readIssue = async (key: string, signal: AbortSignal): Promise<SeenIssue | null> => {
    const answer = await call('GET', `${path(key)}?fields=${FIELDS.join(',')}`, signal, undefined, [404]);
    return answer.status === 404 ? null : seen(read(NAME, Issue, answer));
  };

  return {
    async check(signal) {
      const { status } = await call('GET', `/project/${encodeURIComponent(project)}`, signal, undefined, [404]);
      if (status === 404)
        throw new ConnectorError(
          'no-place',
          `${NAME} has no project ${project}, or does not show it to ${email} (404).`,
        );
    },
    async create(text, signal) {
      const fields = {
        project: { key: project },
        issuetype: { name: type },
        ...{ summary: text.title, description: documentOf(text), labels: ['tocsin', text.marker] },
      };
      const { key } = read(NAME, z.looseObject({ key: Key }), await call('POST', '/issue', signal, { fields }));
      const made = await readIssue(key, signal);
      if (made === null)
        throw new ConnectorError('not-there', `${NAME} made ${key} and does not show it to ${email}.`, {
          effect: 'unknown',
        });
      return made;
    },
    async marked(marker, _, signal) {
      // Of our own making, and free of quotes: nothing of it can end the string.
      const jql = `project = "${project}" AND labels = "${marker}" ORDER BY created ASC`;
      const answer = await call('POST', '/search/jql', signal, { jql, fields: FIELDS, maxResults: 1 });
      const [found] = read(NAME, z.looseObject({ issues: z.array(Issue) }), answer).issues;
      return found ? seen(found) : null;
    },
    read: readIssue,
    async write(key, text, signal) {
      await call('PUT', path(key), signal, { fields: { summary: text.title, description: documentOf(text) } });
    },
    async end(key, over, signal) {
      const { transitions } = read(NAME, Transitions, await call('GET', `${path(key)}/transitions`, signal));
      const way = transitions.find(({ to }) => (to.statusCategory.key === OVER) === over);
      if (!way)
        throw new ConnectorError(
          'no-transition',
          `${NAME} offers ${email} no transition of ${key} to a state that is ${over ? 'done' : 'open'}.`,
        );
      await call('POST', `${path(key)}/transitions`, signal, { transition: { id: way.id } });
    },
  };
}

const textNode = (text: string, marks: readonly object[] = []) => ({
  type: 'text',
  text,
  ...(marks.length > 0 && { marks }),
});
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });

/** A document of Atlassian's format: text in it is text. */
const documentOf = ({ parts, link }: IssueText) => ({
  type: 'doc',
  version: 1,
  content: [
    ...parts.flatMap(({ label, text }) => [
      paragraph(textNode(label, [{ type: 'strong' }])),
      ...text
        .split(/\r\n?|\n/)
        .filter((line) => line.trim() !== '')
        .map((line) => paragraph(textNode(line))),
    ]),
    paragraph(textNode(link, [{ type: 'link', attrs: { href: link } }])),
  ],
});
