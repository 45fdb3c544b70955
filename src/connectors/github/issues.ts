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
import { callTracker, read, WebAddress } from '../issues/answer.ts';

/** Issues of a GitHub repository, by its REST API (version 2022-11-28). */

const NAME = 'GitHub';
const Issue = z.looseObject({
  number: z.number().int(),
  html_url: WebAddress,
  state: z.enum(['open', 'closed']),
  title: z.string(),
  body: z.string().nullable().default(null),
  pull_request: z.unknown().optional(),
});
type Issue = z.infer<typeof Issue>;

const PER_PAGE = 100;
const PAGES_MAX = 20;
/** Clocks differ. */
const SLACK_MS = 3_600_000;

export function createGithubIssues(
  { url, repository, public: publicToo, token }: TrackerOf<'github'>,
  egress: Egress,
  secrets: Secrets,
): IssueTracker {
  const base = `${url.replace(/\/$/, '')}/repos/${repository}`;
  const call = (
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    signal: AbortSignal,
    body?: unknown,
    also: readonly number[] = [],
  ) =>
    callTracker(
      egress,
      NAME,
      {
        ...{ method, url: `${base}${path}`, body },
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${secrets(token)}`,
          'x-github-api-version': '2022-11-28',
        },
      },
      { signal, also },
    );
  const path = (key: string): string => `/issues/${encodeURIComponent(key)}`;

  return {
    async check(signal) {
      const answer = await call('GET', '', signal, undefined, [404]);
      if (answer.status === 404)
        throw new ConnectorError(
          'no-place',
          `${NAME} has no repository ${repository}, or does not show it to this token (404).`,
        );
      const found = read(NAME, z.looseObject({ private: z.boolean() }), answer);
      if (!found.private && !publicToo)
        throw new ConnectorError(
          'public-place',
          `${repository} is public: nothing was written where everybody reads. Choose a private one, or say public: true.`,
        );
    },
    async create(text, signal) {
      const answer = await call('POST', '/issues', signal, { title: text.title, body: bodyOf(text) });
      return seen(read(NAME, Issue, answer));
    },
    async marked(marker, since, signal) {
      const from = encodeURIComponent(new Date(since - SLACK_MS).toISOString());
      for (let page = 1; page <= PAGES_MAX; page += 1) {
        const query = `?state=all&sort=created&direction=desc&since=${from}&per_page=${PER_PAGE}&page=${page}`;
        const issues = read(NAME, z.array(Issue), await call('GET', `/issues${query}`, signal));
        // A pull request is listed as an issue, too.
        const found = issues.find(
          ({ body, pull_request: pull }) => pull === undefined && body?.includes(markOf(marker)),
        );
        if (found) return seen(found);
        if (issues.length < PER_PAGE) return null;
      }
      throw new ConnectorError(
        'too-many',
        `${NAME} has more than ${PAGES_MAX * PER_PAGE} issues that it could be: nothing was created.`,
      );
    },
    async read(key, signal) {
      // 301: it was moved to another repository; what is not followed is gone for us.
      const answer = await call('GET', path(key), signal, undefined, [301, 404, 410]);
      return answer.status === 200 ? seen(read(NAME, Issue, answer)) : null;
    },
    async write(key, text, signal) {
      await call('PATCH', path(key), signal, { title: text.title, body: bodyOf(text) });
    },
    async end(key, over, signal) {
      const change = over
        ? { state: 'closed', state_reason: 'completed' }
        : { state: 'open', state_reason: 'reopened' };
      await call('PATCH', path(key), signal, change);
    },
  };
}

const seen = ({ number, html_url, state, title, body }: Issue): SeenIssue => ({
  key: String(number),
  url: html_url,
  state,
  over: state === 'closed',
  text: `${title}\n\n${body ?? ''}`,
});

const markOf = (marker: string): string => `<!-- tocsin:${marker} -->`;

const bodyOf = ({ parts, link, marker }: IssueText): string =>
  [...parts.map(({ label, text }) => `**${label}**\n\n${plain(text)}`), link, markOf(marker)].join('\n\n');

/** Nothing in it is markup, mentions anybody or refers to another issue. */
const plain = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>!|~]/g, '\\$&')
    .replace(/[@#]/g, '$&\u200b')
    .replace(/^(\s*)([-+=]|\d+[.)])/gm, '$1\u200b$2');
