import { createHook } from 'node:async_hooks';
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

/** What Node makes whenever anything reaches out: a socket, a name that is looked up, a pipe, another process. By whatever library. */
const OUTSIDE = /^(TCP|UDP|PIPE|TLS|GETADDRINFO|GETNAMEINFO|QUERY|DNSCHANNEL|PROCESS|HTTP)/;
const SYNC = ['spawnSync', 'execSync', 'execFileSync'] as const;

/** Runs `work` and tells everything in it that reached out of this process. */
export async function reachingOut(work: () => Promise<unknown>): Promise<string[]> {
  const reached: string[] = [];
  const hook = createHook({
    init(_id, type) {
      if (OUTSIDE.test(type)) reached.push(type);
    },
  });
  const kept = SYNC.map((name) => [name, childProcess[name]] as const);
  // These leave no asynchronous trace.
  for (const name of SYNC)
    Object.assign(childProcess, {
      [name]: () => {
        reached.push(name);
        throw new Error(`${name} is not allowed here`);
      },
    });
  syncBuiltinESMExports();
  hook.enable();
  try {
    await work();
  } finally {
    hook.disable();
    Object.assign(childProcess, Object.fromEntries(kept));
    syncBuiltinESMExports();
  }
  return reached;
}
