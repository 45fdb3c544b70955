import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '../src/activities/activities.ts';
import { createApprovalVerifier } from '../src/activities/approval.ts';
import type { ActivityPorts, CapabilityProvider, TimelineWitness } from '../src/activities/ports.ts';
import type { Call } from '../src/engine/stage.ts';
import type { JsonObject } from '../src/incident/json.ts';
import { emptyView } from '../src/incident/view.ts';
import { bundleWorkflows } from '../src/main/bundle.ts';
import { startTemporalWorker } from '../src/main/temporal-worker.ts';
import type { Plan } from '../src/playbook/plan.ts';
import { createCheckBook } from '../src/store/checks.ts';
import { createLeases } from '../src/store/leases.ts';
import { createPlanShelf } from '../src/store/plans.ts';
import { isDatabaseAway } from '../src/store/pool.ts';
import { createSnapshots } from '../src/store/snapshots.ts';
import { createTimeline } from '../src/store/timeline.ts';
import type { RunningIncidents } from '../src/surfaces/responses.ts';
import { type Grounds, NAMESPACE, nextIncident, openingOf } from './grounds.ts';
import { createHandWrittenTasks, inspected } from './hand-written-tasks.ts';

/** A worker as `npm start` sets it up, in this process. Only the outside world is ours: it answers at once and says when it was asked. */
export type Workshop = {
  readonly taskQueue: string;
  readonly incidents: RunningIncidents;
  /** Called when an act reaches the outside world. */
  onAct: (call: Call) => void;
  /** False drops events instead of putting them on the timeline: what recording costs is the difference. */
  recording: boolean;
  open(plan: Plan, systemId?: string): Promise<{ incident: string; ended: Promise<void> }>;
  /** Does away with the incidents that were opened: their plans are over, but nobody closes them. */
  clear(): Promise<void>;
  /** Does away with an incident that something else opened. */
  endOpened(incident: string): Promise<void>;
  stop(): Promise<void>;
};

let bundle: Promise<WorkflowBundleOption> | undefined;
/** Both the product's workflow and the hand-written ones. */
export const benchBundle = (): Promise<WorkflowBundleOption> =>
  (bundle ??= bundleWorkflows(join(import.meta.dirname, 'workflows', 'index.js')));

export async function openWorkshop(grounds: Grounds): Promise<Workshop> {
  const { pool, keys, client } = grounds;
  const taskQueue = `bench-${randomUUID()}`;
  const over = new Map<string, () => void>();
  const planHashes = new Map<string, string>();
  const timeline = createTimeline({ pool, headKey: keys.worker.head.privateKey, now: Date.now });
  const witness: TimelineWitness = {
    view: async (incident) => (await grounds.reader.incident(incident))?.view ?? null,
  };
  const plans = createPlanShelf(pool);
  const verifier = (source: TimelineWitness) =>
    createApprovalVerifier({ plans, witness: source, voteKeys: keys.worker.votes });
  const approvals = verifier(witness);
  // Without a timeline there is nobody else to say which plan it is.
  const approvalsUnrecorded = verifier({
    view: async (incident) => ({
      ...emptyView(),
      playbook: { id: '', version: 1, title: '', hash: planHashes.get(incident) ?? '' },
    }),
  });
  const incidents = grounds.incidentsOn(taskQueue);

  const workshop: Workshop = {
    taskQueue,
    incidents,
    onAct: () => {},
    recording: true,
    async open(plan, systemId) {
      const incident = nextIncident();
      planHashes.set(incident, plan.hash);
      // The last event of the plan has been appended.
      const ended = new Promise<void>((resolve) => over.set(incident, resolve));
      await incidents.startIncident({ opening: openingOf(incident, systemId), plan, seq: 0 });
      return { incident, ended };
    },
    async clear() {
      const opened = [...over.keys()];
      over.clear();
      for (const incident of opened) await client.workflow.getHandle(incident).terminate();
    },
    async endOpened(incident) {
      await client.workflow.getHandle(incident).terminate();
    },
    stop: () => worker.stop(),
  };
  const provider: CapabilityProvider = {
    async act(call) {
      workshop.onAct(call);
      return { ok: true, outputs: outputsOf(call) };
    },
    readBack: async () => ({ state: 'not-done' }),
  };
  const snapshots = createSnapshots(pool);
  const ports: ActivityPorts = {
    timeline: {
      async append(incident, events) {
        if (workshop.recording) await timeline.append(incident, events);
        if (events.some((event) => event.type === 'plan.finished')) over.get(incident)?.();
      },
    },
    approvals: {
      refuse: (...about) => (workshop.recording ? approvals : approvalsUnrecorded).refuse(...about),
    },
    leases: createLeases(pool),
    registry: { provider: () => provider },
    notifier: { page: async () => undefined },
    snapshots: { save: snapshots.saveSnapshot, load: snapshots.loadSnapshot },
    checks: createCheckBook(pool),
    improvements: { sweep: async () => undefined },
    drills: { noteDue: async () => undefined },
    now: Date.now,
    unavailable: isDatabaseAway,
  };
  const worker = await startTemporalWorker({
    temporal: { address: grounds.temporalAddress, namespace: NAMESPACE },
    taskQueue,
    payloadKeys: keys.worker.payload,
    bundle: await benchBundle(),
    activities: { ...createActivities(ports), ...createHandWrittenTasks(timeline) },
  });
  return workshop;
}

function outputsOf({ capability }: Call): JsonObject {
  return capability === 'model.inspect' ? inspected() : { detail: 'It is done.' };
}
