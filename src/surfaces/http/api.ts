import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AfterActionDesk } from '../after-action/desk.ts';
import type { AlertDesk } from '../alerts.ts';
import type { CheckDesk } from '../checks.ts';
import type { DrillDesk } from '../drills/contract.ts';
import type { EvidenceDesk } from '../evidence/desk.ts';
import type { ImprovementDesk } from '../improvements/contract.ts';
import type { SyncNow } from '../improvements/sweep-now.ts';
import type { PlaybookDesk } from '../playbook-desk.ts';
import { accountRoutes } from './account.ts';
import { afterActionRoutes } from './after-action.ts';
import { alertRoutes } from './alerts.ts';
import { checkRoutes } from './checks.ts';
import { commandRoutes } from './commands.ts';
import type { AppEnv, Deps } from './context.ts';
import { drillEvaluationRoutes } from './drill-evaluation.ts';
import { drillHistoryRoutes } from './drill-history.ts';
import { drillScoreRoutes } from './drill-score.ts';
import { drillRoutes } from './drills.ts';
import { evidenceRoutes } from './evidence.ts';
import type { HookPorts } from './hooks.ts';
import { improvementRoutes } from './improvements.ts';
import { incidentRoutes } from './incidents.ts';
import { inventoryRoutes } from './inventory.ts';
import { obligationRoutes } from './obligations.ts';
import { playbookRoutes } from './playbooks.ts';
import { streamRoutes } from './stream.ts';

/** What the API needs besides what it shares with the console. */
export type ApiDeps = Deps & {
  timeline: {
    jsonLines(incident: string): AsyncIterable<string>;
  };
  playbookDesk: PlaybookDesk;
  alertDesk: AlertDesk;
  hooks: HookPorts;
  checkDesk: CheckDesk;
  drills: DrillDesk;
  afterAction: AfterActionDesk;
  evidence: EvidenceDesk;
  improvements: ImprovementDesk;
  syncImprovements: SyncNow;
};

/** Told of every sign-in link and API token that is made or revoked, never of its secret. `for`: whom it lets in. */
export type AccessLog = (
  done: string,
  about: { by: string; for: string; surface: 'api'; via: 'session' | 'token'; id?: string; scope?: string },
) => void;

export function apiRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps & { access: AccessLog }): void {
  incidentRoutes(app, deps);
  streamRoutes(app, deps);
  commandRoutes(app, deps);
  obligationRoutes(app, deps);
  playbookRoutes(app, deps);
  alertRoutes(app, deps);
  checkRoutes(app, deps);
  drillHistoryRoutes(app, deps);
  drillRoutes(app, deps);
  afterActionRoutes(app, deps);
  evidenceRoutes(app, deps);
  drillEvaluationRoutes(app, deps);
  drillScoreRoutes(app, deps);
  improvementRoutes(app, deps);
  accountRoutes(app, deps);
  inventoryRoutes(app, deps);
}
