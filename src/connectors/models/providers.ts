import type { CapabilityProvider } from '../contract.ts';
import { createCanaryProvider } from './canary.ts';
import { createInspectProvider } from './inspect.ts';
import { createIsolateProvider } from './isolate.ts';
import type { ModelPorts } from './ports.ts';
import { createProbeProvider } from './probe.ts';
import { createRestoreProvider } from './restore.ts';
import { createRollbackProvider } from './rollback.ts';
import { createValidateProvider } from './validate.ts';
import { createVerifyProvider } from './verify.ts';

/** What a registry and a gateway together can do for one AI system, by capability. */
export const createModelProviders = (ports: ModelPorts): Readonly<Record<string, CapabilityProvider>> => ({
  'model.inspect': createInspectProvider(ports),
  'model.verify': createVerifyProvider(ports),
  'model.canary': createCanaryProvider(ports),
  'model.isolate': createIsolateProvider(ports),
  'model.restore': createRestoreProvider(ports),
  'model.rollback': createRollbackProvider(ports),
  'model.validate': createValidateProvider(ports),
  'model.probe': createProbeProvider(ports),
});
