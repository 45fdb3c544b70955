import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measures } from '../incident/measures.ts';
import { plainText } from '../incident/phrases.ts';
import type { IncidentView } from '../incident/view.ts';
import { type Api, ApiError, signInAs } from './api.ts';
import type { Cast } from './cast.ts';
import { LEAKING, openDoor, untilOpened } from './detect.ts';
import { tellResponse } from './response.ts';
import { tellTraffic } from './traffic.ts';

/** Two people who may publish playbooks: with real systems it takes both. */
const PUBLISHERS = ['mara-lindqvist', 'sofia-mendes'] as const;
const COMMANDER = 'mara-lindqvist';

/** The whole story, from a good day to a verified timeline. Answers with how the plan ended. */
export async function tellStory(cast: Cast): Promise<string> {
  const { teller, world } = cast;
  let chapters = 0;
  const chapter = (title: string): void => teller.chapter(`${++chapters}  ${title}`);
  if (world !== null) {
    chapter('A good day');
    await publish(cast);
  }
  const door = await teller.waiting('Prometheus and Alertmanager start', openDoor(cast));
  await tellTraffic(cast);
  await tellTraffic(cast, LEAKING);

  chapter('Version 2 is live, and somebody had changed it after it was signed');
  if (world === null) teller.say('It leaks to whoever asks the right way.');
  else {
    await teller.waiting('the gateway takes up version 2', world.goLive('2'));
    await tellTraffic(cast);
    await tellTraffic(cast, LEAKING);
  }
  const awareAt = Date.now();

  chapter('Detected');
  teller.say(
    door.real
      ? 'An output filter counts leaks; a Prometheus rule sees the counter grow; Alertmanager sends its webhook.'
      : 'There is no Prometheus here, so the demo sends the webhook that Alertmanager would have sent.',
  );
  const incident = await teller.waiting('the alert is on its way', untilOpened(cast, door));
  teller.line('opened', incident);
  teller.line('console', 'this link signs you in as the incident commander:');
  teller.item(cast.console);

  chapter('The response (times in UTC)');
  await tellResponse(cast, incident, awareAt);

  chapter('The record');
  return record(cast, incident);
}

/** Where all is simulated, the server has published it by itself. */
async function publish({ teller, api, playbook }: Cast): Promise<void> {
  const published = await publishedBy(api, playbook);
  teller.say(
    `The playbook ${published} acts on real systems, so two people had to publish the very same plan: ${PUBLISHERS.join(' and ')}.`,
  );
}

async function publishedBy(api: Api, { file, source }: Cast['playbook']): Promise<string> {
  let last: { playbook: string; version: number; hash: string; status: string } | null = null;
  for (const person of PUBLISHERS)
    last = await (await signInAs(api, person)).post('/api/playbooks/publish', { file, source, library: [] });
  if (last?.status !== 'published') throw new Error(`${file} was not published: ${JSON.stringify(last)}`);
  return `${last.playbook} v${last.version} (plan ${last.hash.slice(0, 12)})`;
}

async function record(cast: Cast, incident: string): Promise<string> {
  const { teller, api, out, verify, world } = cast;
  const commander = await signInAs(api, COMMANDER);
  const view = await api.get<IncidentView & { measures: Measures }>(`/api/incidents/${incident}`);
  const outcome = view.plan?.outcome ?? 'not finished';
  const summary = `The plan is ${outcome}; version ${view.system?.lastKnownGood ?? 'known good'} serves again.`;
  if (outcome === 'completed') {
    await commander.post(`/api/incidents/${incident}/resolve`, { summary });
    await commander.post(`/api/incidents/${incident}/close`, {});
    teller.say(`${incident} is resolved and closed.`);
  } else teller.say(`${incident} stays open: its plan ended as ${outcome}.`);
  for (const [name, measure] of Object.entries(view.measures))
    teller.line(name, measure.ms === null ? measure.why : seconds(measure.ms));
  if (world !== null) teller.line('mails', `${world.mailbox.mails().length} left the house`);

  mkdirSync(out, { recursive: true });
  const files = await exported(cast, incident);
  teller.line('verified', plainText(await verify(files.jsonl)));
  teller.line('written', 'what can be verified, and what can be read:');
  for (const file of Object.values(files)) teller.item(file);
  return outcome;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const FORMATS = ['jsonl', 'md', 'html'] as const;

async function exported({ api, out }: Cast, incident: string): Promise<{ jsonl: string } & Record<string, string>> {
  const files: Record<string, string> = {};
  for (const format of FORMATS) {
    const file = join(out, `${incident}.${format}`);
    writeFileSync(file, await api.text(`/api/incidents/${incident}/timeline?format=${format}`), { mode: 0o600 });
    files[format] = file;
  }
  const { jsonl } = files;
  if (jsonl === undefined) throw new ApiError(500, 'export', 'there is no export that can be verified');
  return { ...files, jsonl };
}
