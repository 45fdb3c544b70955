import { SetupError } from '../embedded/failure.ts';
import { whyNot } from '../embedded/ports.ts';
import type { Config } from './config.ts';
import { listenerOn } from './listener.ts';
import { lastSlackPort } from './local-slack-secrets.ts';
import { LOCAL_SLACK_PORT } from './slack-config.ts';

export async function requirePort(config: Config): Promise<void> {
  const code = await whyNot(config.port, config.host);
  if (code === null) return;
  if (code !== 'EADDRINUSE') {
    const why =
      code === 'EACCES' ? 'this user may not' : code === 'EADDRNOTAVAIL' ? 'this machine has no such address' : code;
    throw new SetupError(
      'port-refused',
      `cannot listen on ${config.host} port ${config.port}: ${why}`,
      'Choose others: TOCSIN_HOST=127.0.0.1 TOCSIN_PORT=7373 npm start',
    );
  }
  const who = listenerOn(config.port);
  throw new SetupError(
    'port-taken',
    `port ${config.port} is taken${who === null ? '' : ` by process ${who.pid} (${who.command})`}`,
    `Stop that one, or use another port: TOCSIN_PORT=${config.port === 65_535 ? 7373 : config.port + 1} npm start`,
  );
}

/** So many ports are looked at, beginning with the usual one. */
const LOOKED_AT_MAX = 50;

/** Where local Slack is to listen; null when none is wanted. Asked for by number it is that one, or an error. */
export async function slackPort({ slack, dataDir, port: consolePort }: Config): Promise<number | null> {
  if (slack.local === 'off') return null;
  if (slack.port !== null) {
    await requireSlackPort(slack.port, consolePort);
    return slack.port;
  }
  const usual = Array.from({ length: LOOKED_AT_MAX }, (_, i) => LOCAL_SLACK_PORT + i);
  const last = lastSlackPort(dataDir);
  for (const port of last === null ? usual : [last, ...usual])
    if (port !== consolePort && (await whyNot(port, '127.0.0.1')) === null) return port;
  throw new SetupError(
    'slack-port-taken',
    `none of the ports ${LOCAL_SLACK_PORT} to ${LOCAL_SLACK_PORT + LOOKED_AT_MAX - 1} is free for the local Slack`,
    'Name one that is, TOCSIN_SLACK_PORT=8374 npm start, or do without: TOCSIN_SLACK=off npm start',
  );
}

async function requireSlackPort(port: number, consolePort: number): Promise<void> {
  const fix = `Use another: TOCSIN_SLACK_PORT=${port >= 65_534 ? LOCAL_SLACK_PORT : port + 2} npm start`;
  if (port === consolePort)
    throw new SetupError('slack-port-taken', `TOCSIN_SLACK_PORT and TOCSIN_PORT are both ${port}`, fix);
  const code = await whyNot(port, '127.0.0.1');
  if (code === null) return;
  const who = code === 'EADDRINUSE' ? listenerOn(port) : null;
  const why =
    code === 'EADDRINUSE'
      ? `is taken${who === null ? '' : ` by process ${who.pid} (${who.command})`}`
      : code === 'EACCES'
        ? 'may not be listened on by this user'
        : `cannot be listened on (${code})`;
  throw new SetupError('slack-port-taken', `port ${port}, for the local Slack, ${why}`, fix);
}
