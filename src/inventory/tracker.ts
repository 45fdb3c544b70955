import { z } from 'zod';
import { Private, Reference, Url } from './connections.ts';

/** The list of work outside in which improvement items stand as well (`improvements.tracker` of `tocsin.yaml`). */

const GitHub = z
  .strictObject({
    kind: z.literal('github').describe('issues of a GitHub repository'),
    url: Url.default('https://api.github.com').describe(
      'where its REST API answers; of GitHub Enterprise Server, https://HOST/api/v3',
    ),
    private: Private,
    repository: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/, 'write owner/name')
      .describe('owner/name of the repository whose issues they become'),
    public: z
      .boolean()
      .default(false)
      .describe('that repository may be public; without this nothing is written where everybody reads'),
    token: Reference.describe('a token that may read and write issues of that repository'),
  })
  .describe('issues of a GitHub repository');

const Jira = z
  .strictObject({
    kind: z.literal('jira').describe('issues of a Jira Cloud project'),
    url: Url.describe('the site, such as https://example.atlassian.net'),
    private: Private,
    project: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{1,254}$/, 'the key of a project is in capitals, such as AIR')
      .describe('the key of the project'),
    type: z.string().min(1).max(200).default('Task').describe('the type of issue that they become'),
    email: z.email().max(254).describe('whose API token it is'),
    token: Reference.describe('an API token of that person'),
  })
  .describe('issues of a Jira Cloud project');

export const Tracker = z.discriminatedUnion('kind', [GitHub, Jira]);
export type Tracker = z.infer<typeof Tracker>;
export type TrackerOf<K extends Tracker['kind']> = Extract<Tracker, { kind: K }>;
