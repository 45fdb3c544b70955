import type { App } from '@slack/bolt';
import { answerForm } from './answer-form.ts';
import { slashCommand } from './command.ts';
import { decisionButtons } from './decide.ts';
import type { HandlerDeps } from './deps.ts';
import { drillButtons } from './drill-buttons.ts';
import { homeTab } from './home.ts';
import { openForm } from './open.ts';
import { onlyOurs } from './ours.ts';
import { reports } from './report.ts';
import { noteForm } from './tell-incident.ts';

/** Everything people can do in Slack, as commands of the one shared path. */
export function registerHandlers(app: App, deps: HandlerDeps): void {
  app.use(onlyOurs(deps.self, deps.log));
  decisionButtons(app, deps);
  answerForm(app, deps);
  slashCommand(app, deps);
  reports(app, deps);
  openForm(app, deps);
  noteForm(app, deps);
  drillButtons(app, deps);
  homeTab(app, deps);
}
