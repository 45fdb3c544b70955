import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalSlack, LocalSlackOptions, Shared } from './contract.ts';
import { createControl } from './control/control.ts';
import { createDelivery } from './delivery/delivery.ts';
import { createGate, type Gate } from './gate.ts';
import { createPage } from './page/page.ts';
import { listen } from './server.ts';
import { openWorkspace } from './state/workspace.ts';
import { limiterOf, SLACK_LIMITS } from './web-api/limits.ts';
import { linksOf } from './web-api/links.ts';
import { isToken, tokenOf } from './web-api/tokens.ts';
import { createTroubles } from './web-api/troubles.ts';
import { createUploads } from './web-api/uploads.ts';
import { createWebApi } from './web-api/web-api.ts';

/** A Slack on this machine, for trying and for tests. Nothing leaves the machine, and nobody else's machine gets in. */
export async function startLocalSlack(options: LocalSlackOptions): Promise<LocalSlack> {
  const { workspace, key } = await openWorkspace(options);
  const listening = await listen(options.port);
  const baseUrl = `http://127.0.0.1:${listening.port}`;
  const troubles = createTroubles();
  const log = options.onLog ?? (() => undefined);
  const shared: Shared = { workspace, troubles, baseUrl, log };

  const gate = createGate(listening.port, key);
  const links = linksOf(workspace.clock);
  const uploads = createUploads();
  const limiter = limiterOf(workspace.clock, { ...SLACK_LIMITS, ...options.limits });
  const webApi = createWebApi({ ...shared, troubles, limiter, links, uploads });
  const delivery = createDelivery(shared);
  const control = createControl(shared, delivery);
  const page = createPage(shared, delivery.interactions);
  const files = filesOf(shared, gate);
  listening.serve({ gate, troubles, links, uploads, webApi, files, delivery, control, page, log });
  // What was made at the first start, the tokens above all, is the same at the next.
  await workspace.flush();

  return {
    apiUrl: `${baseUrl}/api/`,
    pageUrl: `${baseUrl}/?key=${key}`,
    controlUrl: `${baseUrl}/_control`,
    port: listening.port,
    key,
    workspace,
    interactions: delivery.interactions,
    troubles,
    async stop() {
      await delivery.stop();
      await page.stop();
      await listening.stop();
      await workspace.flush();
    },
  };
}

/** `GET /files/<id>`: for the app with its token, and for people on the page. */
function filesOf({ workspace }: Shared, gate: Gate) {
  return (request: IncomingMessage, response: ServerResponse, id: string): void => {
    const token = tokenOf(request, {});
    const isApp = token !== null && isToken(token, workspace.app.botToken);
    const file = workspace.file(id);
    const content = workspace.fileContent(id);
    if (!isApp && !gate.hasCookie(request)) return void response.writeHead(401).end();
    if (!file || !content) return void response.writeHead(404).end();
    response.writeHead(200, {
      // Never shown by the browser as a page of this site: people save it.
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      'x-content-type-options': 'nosniff',
    });
    response.end(content);
  };
}
