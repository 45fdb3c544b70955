import type { Command } from 'commander';
import { isExercise } from '../../incident/ids.ts';
import { readIncidentName } from '../incident-name.ts';
import { type Client, createClient } from './client.ts';
import { connection } from './connect.ts';
import { CliError, EXIT, type Io } from './io.ts';
import { jsonText } from './print.ts';

/** What every command works with. */
export type Cli = {
  io: Io;
  version: string;
  /** Connects on first use: offline commands never ask for a server. */
  client(): Client;
  /** Prints `value` with --json, else the text for people. */
  show(command: Command, value: unknown, text: () => string): void;
};

export function createCli(io: Io, version: string): Cli {
  let client: Client | null = null;
  return {
    io,
    version,
    client: () => (client ??= createClient(connection(io), version)),
    show: (command, value, text) => io.out(`${wantsJson(command) ? jsonText(value) : text()}\n`),
  };
}

export const wantsJson = (command: Command): boolean => command.optsWithGlobals<{ json?: boolean }>().json === true;

/** `INC-2026-0147`, `inc-2026-147` or just `147` (of this year). */
export function incidentArgument(io: Pick<Io, 'now'>, text: string): string {
  const id = readIncidentName(text, io.now());
  if (id === null)
    throw new CliError(EXIT.usage, `"${text}" is not an incident.`, "Write INC-2026-0147, or 147 for this year's.");
  return id;
}

/** `EX-2026-0003`, `ex-2026-3` or just `3` (of this year). */
export function drillArgument(io: Pick<Io, 'now'>, text: string): string {
  const id = readIncidentName(
    /^\d+$/.test(text) ? `EX-${new Date(io.now()).getUTCFullYear()}-${text}` : text,
    io.now(),
  );
  if (id === null || !isExercise(id))
    throw new CliError(EXIT.usage, `"${text}" is not a drill.`, "Write EX-2026-0003, or 3 for this year's.");
  return id;
}

export const drillPath = (id: string, rest = ''): string => `/api/drills/${encodeURIComponent(id)}${rest}`;

export const incidentPath = (id: string): string => `/api/incidents/${encodeURIComponent(id)}`;

/** A JSON object given on the command line. */
export function jsonArgument(text: string, option: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new CliError(
    EXIT.usage,
    `${option} must be a JSON object.`,
    `For example: ${option} '{"detail":"done by hand"}'`,
  );
}

export function numberArgument(text: string, option: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new CliError(EXIT.usage, `${option} must be a number, not "${text}".`);
}

/** An option that may be given several times. */
export const also = (value: string, before: string[] = []): string[] => [...before, value];

/** An example at the end of a command's help. */
export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
