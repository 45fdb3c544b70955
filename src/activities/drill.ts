import type { ActivityPorts } from './ports.ts';
import type { AdmitTask, DrillTasks, RecordTask } from './tasks.ts';

/** What the worker does for a drill: it writes the timeline, and checks by it what the simulated world is asked for. Both can be repeated. */
export function createDrillActivities({
  timeline,
  approvals,
}: Pick<ActivityPorts, 'timeline' | 'approvals'>): DrillTasks {
  return {
    record: ({ incident, events }: RecordTask): Promise<void> => timeline.append(incident, events),

    async admit({ drill, call, at, events }: AdmitTask): Promise<{ code: string; message: string } | null> {
      await timeline.append(drill, events);
      return approvals.refuse(call, drill, at);
    },
  };
}
