import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { CreatePage } from '../contract.ts';
import { actRoutes } from './acts.ts';
import { loadAssets } from './assets.ts';
import { Streams } from './changes.ts';
import { lookRoutes, nobody, notHere } from './look.tsx';
import { Notes } from './notes.ts';
import { Reads } from './reads.ts';
import { eyeIn, type Site } from './site.ts';

/** 100 fields of 3,000 characters, each up to 9 bytes long when encoded. */
const FORM_BYTES_MAX = 4 * 1024 * 1024;

/** Where people are in local Slack. The server has checked the host, the origin and the key. */
export const createPage: CreatePage = ({ workspace, log, baseUrl }, interactions) => {
  const reads = new Reads(workspace);
  const site: Site = { workspace, log, baseUrl, interactions, assets: loadAssets(), notes: new Notes(), reads };
  const streams = new Streams();

  const app = new Hono();
  app.use('*', headers());
  app.use('*', bodyLimit({ maxSize: FORM_BYTES_MAX }));
  lookRoutes(app, site);
  actRoutes(app, site);
  app.get('/as/:user/changes', (c) => {
    const eye = eyeIn(site, c);
    return eye ? streams.follow(c, eye) : nobody(c, site);
  });
  app.get('/assets/:hash/:file', (c) => site.assets.serve(c.req.param('file')) ?? c.notFound());
  app.notFound((c) => notHere(c, site, null, 'There is no such page.'));
  app.onError((error, c) => {
    log(`local Slack could not answer ${c.req.method} ${c.req.path}: ${error.stack ?? error.message}`);
    return c.text('Local Slack could not do this. Its log says why.', 500);
  });

  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return {
    async handle(request, response) {
      await listener(request, response);
    },
    async stop() {
      reads.stop();
      streams.stop();
    },
  };
};

/** Nothing from elsewhere, nothing inline, no frame around it. */
const headers = () =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // Not "no-referrer": with it browsers name no origin when a form is sent, and the server asks for it.
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    strictTransportSecurity: false,
  });
