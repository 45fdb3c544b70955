import { dayInZone } from '../../capabilities/business-time.ts';

/** The last drill with people that was played to its end, by the hash of its plan. `at`: when it ended, epoch ms. */
export type LastDrilled = ReadonlyMap<string, { drill: string; at: number; playbook: string; version: number }>;

/** How far one version of a playbook has been drilled. `earlier`: another version was, this one never. */
export type Drilled = { kind: 'this' | 'earlier'; drill: string; at: number; version: number } | { kind: 'never' };

type Version = { playbook: string; version: number; hash: string };

export function drilledAs(last: LastDrilled, { playbook, version, hash }: Version): Drilled {
  const own = last.get(hash);
  if (own) return { kind: 'this', drill: own.drill, at: own.at, version };
  const others = [...last.values()].filter((one) => one.playbook === playbook && one.version < version);
  const [latest] = others.sort((a, b) => b.at - a.at);
  return latest ? { kind: 'earlier', drill: latest.drill, at: latest.at, version: latest.version } : { kind: 'never' };
}

/** `last drilled 12 Mar 2026 (EX-2026-0003)`. */
export function drilledWords(drilled: Drilled, zone: string): string {
  switch (drilled.kind) {
    case 'this':
      return `last drilled ${dayInZone(drilled.at, zone)} (${drilled.drill})`;
    case 'earlier':
      return `drilled in an earlier version only: v${drilled.version}, ${dayInZone(drilled.at, zone)} (${drilled.drill})`;
    case 'never':
      return 'never drilled';
    default:
      return drilled satisfies never;
  }
}

/** How far it has been drilled, in words: wherever a version is about to be used for real. */
export type SayDrilled = (version: Version) => string;

export async function sayingDrilled(
  drills: { lastDrilled(): Promise<LastDrilled> },
  zone: string,
): Promise<SayDrilled> {
  const last = await drills.lastDrilled();
  return (version) => drilledWords(drilledAs(last, version), zone);
}
