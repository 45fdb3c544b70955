import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMonitoring, type Monitoring, type MonitoringOptions, startMonitoring } from '../../src/demo/monitoring.ts';

/** A real Prometheus and a real Alertmanager in a folder of their own. Stop it when the test is over. */
export async function openMonitoring(options: Omit<MonitoringOptions, 'binaries' | 'folder'>): Promise<Monitoring> {
  const binaries = findMonitoring();
  if (binaries === null) throw new Error('there is no Prometheus or no Alertmanager: see the tier alertmanager');
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-monitoring-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const monitoring = await startMonitoring({ binaries, folder, ...options });
    return {
      ...monitoring,
      async stop() {
        await monitoring.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
