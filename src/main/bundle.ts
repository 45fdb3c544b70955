import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { SetupError } from '../embedded/failure.ts';
import { failureConverterPath } from './codec.ts';

/** Bundles workflows as every worker needs them: from the sources, or from what tsc made of them. */
export function bundleWorkflows(workflowsPath: string): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, failureConverterPath, logger: quiet });
}

const BUNDLES = { incidents: 'workflow-bundle.js', drills: 'drill-bundle.js' } as const;

/** Where the built bundles lie: the workflows of incidents, and those of drills. A worker offers those of one. */
export const bundlePath = (packageRoot: string, of: keyof typeof BUNDLES): string =>
  join(packageRoot, 'dist', BUNDLES[of]);

/** The built bundle, as a worker of it needs it. */
export function builtBundle(packageRoot: string, of: keyof typeof BUNDLES): { codePath: string } {
  const codePath = bundlePath(packageRoot, of);
  if (!existsSync(codePath)) throw new SetupError('not-built', `${codePath} is missing`, 'Build it: npm run build');
  return { codePath };
}

const silent = () => {};
const quiet = {
  log: silent,
  trace: silent,
  debug: silent,
  info: silent,
  warn: (message: string) => process.stderr.write(`${message}\n`),
  error: (message: string) => process.stderr.write(`${message}\n`),
};
