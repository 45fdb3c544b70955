import type { DoStep, Plan, Step } from '../../../src/playbook/plan.ts';
import { canonical, sha256 } from '../../../src/store/chain.ts';
import { act, ask, MINUTE, parallel, planOf, run, say, use, wait, when } from '../../support/plans.ts';

/** A plan with every kind of step, worded as a playbook would be. */
const titled = <T extends Step>(step: T, title: string): T => ({ ...step, title });
const commander = { role: 'incident-commander', count: 1 };
const mlOnCall = { role: 'ml-on-call', count: 1 };

const covered = (id: string, capability: string, by: string, more: Partial<DoStep> = {}): DoStep =>
  act(id, capability, { coveredBy: by, ...more });

export function tamperedModel(): Plan {
  const plan = planOf(
    [
      titled(act('assess', 'model.inspect'), 'Assess the model'),
      titled(
        ask('contain', {
          question: { literal: 'Cut traffic to Support assistant?' },
          details: { literal: 'Its artefact is not the one that was signed.' },
          by: [commander, mlOnCall],
          covers: ['isolate'],
          onDeny: [titled(say('manual'), 'Tell the service desk to answer by hand')],
        }),
        'Cut traffic?',
      ),
      titled(
        covered('isolate', 'model.isolate', 'contain', { prove: use('model.probe', { expect: 'cut' }) }),
        'Cut traffic to the model',
      ),
      parallel('recover', {
        recover: [
          titled(covered('rollback', 'model.rollback', 'contain'), 'Roll back to the last known good version'),
          titled(act('verify', 'model.validate'), 'Validate the model'),
        ],
        legal: [
          titled(
            run('notify', [
              titled(say('counsel'), 'Tell legal counsel'),
              titled(wait('grace', 2 * MINUTE), 'Give counsel time'),
            ]),
            'Notify legal',
          ),
        ],
      }),
      titled(
        when(
          'incident.severity == "sev1"',
          [titled(say('board'), 'Tell the board')],
          [titled(say('team'), 'Tell the team')],
        ),
        'How bad is it?',
      ),
      titled(
        ask('back', {
          question: { literal: 'Put traffic back to Support assistant?' },
          by: [commander],
          covers: ['restore'],
        }),
        'Put traffic back?',
      ),
      titled(
        covered('restore', 'model.restore', 'back', { prove: use('model.probe', { expect: 'serving' }) }),
        'Put traffic back',
      ),
    ],
    [titled(say('brief'), 'Closing brief')],
  );
  return sealed({
    ...plan,
    playbook: 'supply-chain-tampered-artifact',
    title: 'Model artefact tampered with',
    version: 3,
  });
}

/** With the hash that is really its own, so that it can be published. */
export function sealed(plan: Plan): Plan {
  const { hash: _, ...rest } = plan;
  return { ...plan, hash: sha256(canonical(rest)) };
}
