import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Drill, DrillPlan } from '../../../src/surfaces/drills/contract.ts';
import { Problem } from '../../../src/surfaces/problem.ts';
import { readDrill } from '../../../src/surfaces/slack/handlers/drill-text.ts';
import { type House, openHouse } from '../../support/house.ts';
import { shippedScript } from '../../support/scripts.ts';
import { openHearing } from './hearing.ts';
import { playedDrill } from './played-drill.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({ worker: false });
}, 120_000);
afterAll(() => house?.close());

const MARA = 'U0MARA';
const RHEA = 'U0RHEA';
const typed = (value: string) => ({ type: 'plain_text_input', value });
const { script, plan } = shippedScript('pii-leak-output', '15m');
const first = script.injects[0]?.id ?? '';

const drillOf = (more: Partial<Drill> = {}): Drill => ({
  ...{ id: 'EX-2026-0003', status: 'planned', script, at: null, seed: 7, rate: 1, note: null, revision: 1 },
  playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
  ...{ players: [{ role: 'legal-counsel', person: 'mara' }], staff: [], plannedBy: 'mara', plannedAt: 0 },
  ...{ startedAt: null, startedBy: null, cancelledAt: null, cancelledBecause: null },
  ...more,
});

/** A desk of drills that notes what it is asked for. */
async function openDesk() {
  const asked: unknown[] = [];
  const slack = await openHearing(house, 'socket', {
    async plan(by, wanted: DrillPlan, key) {
      asked.push(['plan', by.id, wanted, key]);
      return drillOf({ players: wanted.players, staff: wanted.staff });
    },
    async start(by, id) {
      asked.push(['start', by.id, id]);
      return drillOf({ id, status: 'running' });
    },
    find: async (id) => drillOf({ id }),
    async board(by) {
      if (by.id !== 'rhea') throw new Problem({ status: 403, code: 'for-staff', message: 'It is for the staff.' });
      return { injects: script.injects, due: { [first]: Date.parse('2026-03-06T07:05:00Z') }, met: [], jumpsTo: null };
    },
    list: async () => [drillOf()],
    offers: async () => [
      {
        ...{ simulation: 'pii-leak-output', title: script.title, version: 1, about: '', playbook: plan.playbook },
        lengths: [script.length],
        seats: [{ role: 'legal-counsel', needed: true }],
        ...{ references: [], problems: [] },
      },
    ],
  });
  return { slack, asked };
}

const read = (text: string, here: string | null = null) => readDrill(text, here);
const refusal = (text: string): Problem => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(`${text} was understood`);
};

describe('the words', () => {
  test('a plan names seats, people, staff and length in any order', () => {
    const said = {
      simulation: 'pii-leak-output',
      length: '15m',
      players: [
        { role: 'incident-commander', who: 'me' },
        { role: 'legal-counsel', who: '<@U0KIT|kit>' },
      ],
      staff: [{ role: 'facilitator', who: '<@U0RHEA>' }],
    };
    for (const text of [
      'pii-leak-output as incident commander 15m with <@U0KIT|kit> as legal-counsel facilitated by <@U0RHEA>',
      'PII-leak-output 15m as incident-commander, <@U0KIT|kit> as legal counsel, and facilitated by <@U0RHEA>',
      'pii-leak-output facilitated by <@U0RHEA> as incident-commander and <@U0KIT|kit> as legal-counsel for 15m',
    ])
      expect(read(`start ${text}`).said).toEqual({ do: 'start', plan: said });
    expect(read('start ex-2026-0003')).toEqual({ drill: 'EX-2026-0003', said: { do: 'start', plan: null } });
  });

  test('a voice is a name in quotation marks, what it comes by and to whom before a colon, and what it says', () => {
    expect(read('say as “Maria Foss, radio” by phone to legal-counsel: On air: with us?').said).toMatchObject({
      command: { as: 'Maria Foss, radio', by: 'phone', to: ['legal-counsel'], text: 'On air: with us?' },
    });
    expect(read('say as "Maria Foss" to be clear, we publish').said).toMatchObject({
      command: { by: 'slack', to: ['everybody'], text: 'to be clear, we publish' },
    });
  });

  test('what is not understood is said as of an exercise, with what was meant', () => {
    const refused: [text: string, message: RegExp][] = [
      ['pasue', /Did you mean "pause"/],
      ['start pii-leak-output', /which seat you take/],
      ['start pii-leak-output 15m wiht <@U0KIT> as legal-counsel', /Did you mean "with"/],
      ['start pii-leak-output with <@U0KIT>', /in which seat <@U0KIT> plays/],
      ['start pii-leak-output as', /which seat/],
      ['start EX-2026-0003 as legal-counsel', /planned with its people/],
      ['pace', /from 1 to 60/],
      ['pace 61', /from 1 to 60/],
      ['jump far', /not how far ahead/],
      ['resume now', /not understood/],
      ['now', /which inject/],
      ['skip', /which inject/],
      ['hint legal-counsel', /what it says/],
      ['say Hello', /in quotation marks/],
      ['say as "Maria" by phnoe: Hello', /Did you mean "phone"/],
    ];
    for (const [text, message] of refused) {
      expect(refusal(text).message, text).toMatch(message);
      expect(refusal(text).extra, text).toEqual({ drill: true });
    }
  });
});

describe('to plan and start a drill', () => {
  test('one line seats me, others and a facilitator, and it begins', async () => {
    const { slack, asked } = await openDesk();
    const line =
      'pii-leak-output 15m as legal-counsel with <@U0KIT|kit> as incident-commander facilitated by <@U0RHEA>';
    await slack.command(MARA, `drill start ${line}`);
    await slack.told(MARA, /^EXERCISE · EX-2026-0003 begins.*Legal counsel: Mara Lindqvist.*arrives in its channel/s);
    expect(asked).toMatchObject([
      [
        ...['plan', 'mara'],
        {
          ...{ simulation: 'pii-leak-output', length: '15m' },
          players: [
            { role: 'legal-counsel', person: 'mara' },
            { role: 'incident-commander', person: 'kit' },
          ],
          staff: [{ role: 'facilitator', person: 'rhea' }],
        },
        expect.stringMatching(/^slack drill /),
      ],
      ['start', 'mara', 'EX-2026-0003'],
    ]);
    asked.length = 0;
    await slack.command(MARA, `drill plan ${line}`);
    await slack.told(MARA, /^EXERCISE · EX-2026-0003 is planned.*drill start EX-2026-0003/s);
    expect(asked).toHaveLength(1);
    await slack.command(RHEA, 'drill start EX-2026-0009');
    await slack.told(RHEA, /EX-2026-0009 begins/);
    expect(asked.at(-1)).toEqual(['start', 'rhea', 'EX-2026-0009']);
    await slack.command(RHEA, 'drill list');
    const list = await slack.told(RHEA, /^EXERCISE · 1 simulation, 1 drill planned or running/);
    expect(JSON.stringify(list.blocks)).toContain('legal-counsel');
    expect(JSON.stringify(list.blocks)).not.toContain(first);
    await slack.command('U0GWEN', 'drill help');
    await slack.told('U0GWEN', /^EXERCISE · How to use .*drill say as/s);
    expect(slack.noted.failures).toEqual([]);
  });

  test('who is unknown neither plays nor starts one, and is told so', async () => {
    const { slack, asked } = await openDesk();
    await slack.command(MARA, 'drill start pii-leak-output as legal-counsel with <@U0GWEN|gwen> as incident-commander');
    await slack.told(MARA, /^EXERCISE · .*gwen cannot take part in a drill.*No drill was started/s);
    await slack.command('U0GWEN', 'drill start pii-leak-output as legal-counsel');
    await slack.told('U0GWEN', /^EXERCISE · .*Only people of the inventory.*No drill was started/s);
    await slack.command(MARA, 'drill start');
    await slack.told(MARA, /^EXERCISE · .*Say what is played/s);
    expect(asked).toEqual([]);
  });
});

describe('to run a drill', () => {
  test('its clock, hints and voices are told to it, in its channel or by its id', async () => {
    const { slack } = await openDesk();
    const id = await playedDrill(house);
    const here = slack.own(id);
    const said: [text: string, command: object][] = [
      ['pause A question about the rules', { type: 'drill-pause', reason: 'A question about the rules' }],
      [`resume ${id}`, { type: 'drill-resume' }],
      ['pace 4', { type: 'drill-pace', rate: 4 }],
      [
        'hint ml-on-call,legal-counsel Look',
        { type: 'hint', to: ['ml-on-call', 'legal-counsel'], text: 'Look', about: null },
      ],
      ['say as "Maria" Hello', { type: 'voice', as: 'Maria', by: 'slack', to: ['everybody'], text: 'Hello' }],
    ];
    for (const [i, [text, command]] of said.entries()) {
      await slack.command(RHEA, `drill ${text}`, here);
      await slack.soon(text, () => slack.noted.drills.length > i);
      expect(slack.noted.drills.at(-1)).toMatchObject({ by: 'rhea', drill: id, command });
    }
    await slack.soon('the answers', () => slack.toldTo(RHEA).length === said.length);
    expect(slack.toldTo(RHEA).filter((one) => !/^EXERCISE · /.test(one))).toEqual([]);
  });

  test('what must not be done by accident is asked, and done when it is confirmed', async () => {
    const { slack } = await openDesk();
    const id = await playedDrill(house);
    const here = slack.own(id);
    const confirm = async (text: string, shows: RegExp, fill: Record<string, object>, command: object) => {
      const before = slack.noted.drills.length;
      await slack.command(RHEA, `drill ${text}`, here);
      await slack.modal(RHEA, shows);
      expect(slack.noted.drills).toHaveLength(before);
      await slack.submit(RHEA, fill);
      await slack.modal(RHEA, /EXERCISE.*EX-2026/s);
      await slack.soon(text, () => slack.noted.drills.length > before);
      expect(slack.noted.drills.at(-1)).toMatchObject({ by: 'rhea', drill: id, command });
      await slack.slack.interactions.dismiss({ user: RHEA, all: true });
    };
    await confirm('jump', /Jump ahead\?.*EXERCISE.*what is due next/s, {}, { type: 'drill-jump', to: null });
    await confirm('jump 5m', /UTC in the scenario/, {}, { type: 'drill-jump', to: expect.any(Number) });
    const why = { reason: typed('They know') };
    await confirm(`now ${first}`, /Fire this inject now/, {}, { type: 'inject-now', inject: first });
    await confirm(`skip ${first} They know`, /Pass this/, why, {
      type: 'inject-skip',
      inject: first,
      reason: 'They know',
    });
    const endex = { type: 'endex', because: 'facilitator', reason: 'They know', incident: null };
    await confirm('end They know', /End the drill\?.*cannot be taken up again/s, why, endex);
    await slack.command(RHEA, 'drill now no-such-inject', here);
    await slack.told(RHEA, /^EXERCISE · .*There is no inject to come "no-such-inject"/s);
    expect(slack.noted.failures).toEqual([]);
  });

  test('who does not run it is told so before a form opens, and learns nothing of what is to come', async () => {
    const { slack } = await openDesk();
    const id = await playedDrill(house);
    const here = slack.own(id);
    for (const text of ['end', 'jump', `now ${first}`, `skip ${first} Why`, 'board'])
      await slack.command(MARA, `drill ${text}`, here);
    await slack.soon('five refusals', () => slack.toldTo(MARA).length === 5);
    const told = slack.toldTo(MARA);
    expect(told.filter((one) => !/^EXERCISE · ■ (Only|It is for the staff)/.test(one))).toEqual([]);
    expect(told.join()).not.toContain(script.injects[0]?.title);
    await slack.command('U0CARL', 'drill end', here);
    await slack.told('U0CARL', /^EXERCISE · .*you are no part of it/s);
    expect([slack.modals(MARA), slack.noted.drills]).toEqual([[], []]);
    await slack.command(RHEA, 'drill board', here);
    const board = await slack.told(RHEA, /^EXERCISE · EX-.* to come/);
    expect(JSON.stringify(board.blocks)).toContain(first);
    expect(board.ephemeralTo).toBe(RHEA);
  });

  test('one that has not begun or is over is not run', async () => {
    const { slack } = await openDesk();
    await slack.command(RHEA, 'drill pause EX-2026-0003');
    await slack.told(RHEA, /^EXERCISE · .*EX-2026-0003 has not been started.*drill start EX-2026-0003/s);
    const over = await playedDrill(house, true);
    await slack.command(RHEA, `drill end ${over}`);
    await slack.told(RHEA, /^EXERCISE · .*is over.*hot wash/s);
    expect(slack.noted.drills).toEqual([]);
  });
});
