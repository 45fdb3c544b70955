import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SetupError } from '../embedded/failure.ts';
import { freePort } from '../embedded/ports.ts';
import { eachLine, endProcess } from '../embedded/processes.ts';

/** A Prometheus and an Alertmanager of one's own, on loopback: real rules, real alerts, in about a second. */
export type MonitoringBinaries = { prometheus: string; alertmanager: string };

export type MonitoringOptions = {
  binaries: MonitoringBinaries;
  /** Where they keep what they know. */
  folder: string;
  /** Prometheus' alerting rules, as YAML. */
  rules: string;
  /** Where alerts go: an address of Tocsin's `/hooks/alertmanager` and an API token of the scope `alerts`. */
  door: { url: string; token: string };
  /** What is scraped: `host:port` of `/metrics`. */
  targets?: readonly string[];
  /** A configuration of Alertmanager in place of the quick one that sends everything through the door. */
  alertmanager?: string;
  onLog?: (line: string) => void;
};

export type Monitoring = { prometheusUrl: string; alertmanagerUrl: string; pids: number[]; stop(): Promise<void> };

const READY_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 50;
const LINES_KEPT = 20;

/** Both binaries, or null. Debian calls Alertmanager `prometheus-alertmanager`. */
export function findMonitoring(env: NodeJS.ProcessEnv = process.env): MonitoringBinaries | null {
  const prometheus = onPath(env, ['prometheus']);
  const alertmanager = onPath(env, ['prometheus-alertmanager', 'alertmanager']);
  return prometheus && alertmanager ? { prometheus, alertmanager } : null;
}

function onPath(env: NodeJS.ProcessEnv, names: readonly string[]): string | null {
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/usr/local/bin'];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts both and resolves once they are ready. */
export async function startMonitoring(options: MonitoringOptions): Promise<Monitoring> {
  const { folder, binaries } = options;
  mkdirSync(folder, { recursive: true });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((one) => one.stop()));
  };
  const start = async (name: string, binary: string, port: number, args: string[]): Promise<string> => {
    const url = `http://127.0.0.1:${port}`;
    const one = run(name, binary, [`--web.listen-address=127.0.0.1:${port}`, '--log.level=warn', ...args], options);
    running.push(one);
    await untilReady(one, `${url}/-/ready`);
    return url;
  };
  try {
    const alertmanagerPort = await freePort();
    const alertmanagerUrl = await start('Alertmanager', binaries.alertmanager, alertmanagerPort, [
      `--config.file=${file('alertmanager.yml', options.alertmanager ?? sendsAll(options.door, file))}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      // One of them needs no cluster.
      '--cluster.listen-address=',
    ]);
    const prometheusUrl = await start('Prometheus', binaries.prometheus, await freePort(), [
      `--config.file=${file('prometheus.yml', scrapes(options, file('rules.yml', options.rules), alertmanagerPort))}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      '--rules.alert.resend-delay=1s',
    ]);
    return { prometheusUrl, alertmanagerUrl, pids: running.map(({ pid }) => pid), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Every JSON text is YAML. The token stands in a file of its own, as it should everywhere. */
const sendsAll = (door: MonitoringOptions['door'], file: (name: string, text: string) => string): string =>
  JSON.stringify({
    route: { receiver: 'tocsin', group_by: ['...'], group_wait: '0s', group_interval: '1s', repeat_interval: '1m' },
    receivers: [
      {
        name: 'tocsin',
        webhook_configs: [
          {
            url: door.url,
            send_resolved: true,
            http_config: { authorization: { type: 'Bearer', credentials_file: file('door-token', door.token) } },
          },
        ],
      },
    ],
  });

const scrapes = ({ targets = [] }: MonitoringOptions, rules: string, alertmanagerPort: number): string =>
  JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
    scrape_configs: targets.length === 0 ? [] : [{ job_name: 'models', static_configs: [{ targets: [...targets] }] }],
  });

type Running = { name: string; pid: number; child: ChildProcess; said: string[]; stop(): Promise<void> };

function run(name: string, binary: string, args: string[], { onLog }: MonitoringOptions): Running {
  const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  child.on('error', (error) => said.push(error.message));
  eachLine(child.stderr, (line) => {
    said.push(line);
    if (said.length > LINES_KEPT) said.shift();
    onLog?.(`${name}: ${line}`);
  });
  const end = () => void child.kill('SIGKILL');
  // It must not outlive us, however we end.
  process.once('exit', end);
  return {
    name,
    pid: child.pid ?? -1,
    child,
    said,
    async stop() {
      process.off('exit', end);
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      await endProcess(child.pid, [
        { signal: 'SIGTERM', waitMs: 3_000 },
        { signal: 'SIGKILL', waitMs: 3_000 },
      ]);
    },
  };
}

async function untilReady({ name, child, said }: Running, url: string): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; ; ) {
    const answered = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline)
      throw new SetupError(
        'monitoring-does-not-start',
        `${name} did not get ready. It said: ${said.join(' ') || 'nothing'}`,
        'Mend its configuration, or go on without it.',
      );
    await pause(LOOK_EVERY_MS);
  }
}
