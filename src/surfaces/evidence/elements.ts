import { counted, listed } from '../../incident/phrases.ts';
import { type DrillFacts, rolesText, type Shown, seqsOf } from './facts.ts';

/** What a drill showed of one thing that requirements ask for, and what of it is missing. Neither is ever assumed. */
export type Found = { shows: Shown[]; lacks: string[] };
export type Element = { asks: string; look: (facts: DrillFacts) => Found };

const found = (shows: readonly (Shown | null)[], lacks: readonly (string | null)[]): Found => ({
  shows: shows.filter((one) => one !== null),
  lacks: lacks.filter((one) => one !== null),
});

export const ELEMENTS = {
  roles: {
    asks: 'Roles, responsibilities and who is reached how',
    look(facts) {
      const { responders, unfilled } = facts;
      const silent = responders.filter(({ did }) => did.length === 0).flatMap(({ roles }) => roles);
      const acted = responders.filter(({ did }) => did.length > 0);
      return found(
        acted.map(({ roles, did }) => ({
          text: `${roles.length === 1 ? 'The seat' : 'The seats'} of the ${rolesText(roles)} ${roles.length === 1 ? 'was' : 'were'} taken by one person, who acted ${counted(did.length, 'time')}`,
          cites: did.slice(0, 5),
        })),
        [
          unfilled.length > 0 ? `Nobody sat in ${rolesText(unfilled)}: bots played there` : null,
          silent.length > 0 ? `Nothing was done by the ${rolesText(silent)}` : null,
        ],
      );
    },
  },
  everybody: {
    asks: 'All staff and management critical to the response took part',
    look(facts) {
      const { attendance } = facts;
      const seats = facts.drill.script.seats.map(({ role }) => role);
      const there = attendance.filter(({ did }) => did.length > 0);
      const silent = attendance.filter(({ did }) => did.length === 0).map(({ role }) => role);
      const empty = seats.filter((role) => !attendance.some((one) => one.role === role));
      const taken = new Set(there.map(({ role }) => role)).size;
      const count = new Set(there.map(({ person }) => person)).size;
      return found(
        [
          count > 0
            ? {
                text: `${people(count)} took ${counted(taken, 'seat')} of ${seats.length}`,
                cites: [facts.started.seq, ...new Set(there.flatMap(({ did }) => did.slice(0, 1)))],
              }
            : null,
        ],
        [
          count === 0 ? 'Nothing shows that a person took part' : null,
          silent.length > 0 ? `Nothing shows that the ${rolesText(silent)} was there` : null,
          empty.length > 0 ? `Bots played the ${rolesText(empty)}` : null,
          'Who else is critical to the response is for you to say: this drill knows its own seats alone',
        ],
      );
    },
  },
  containment: {
    asks: 'Specific steps to contain and mitigate',
    look: (facts) => {
      const { shows, lacks } = facts.proved('contains');
      return found(shows, [shows.length === 0 ? 'Nothing that contains it was proved' : null, ...lacks]);
    },
  },
  continuity: {
    asks: 'Business goes on, and recovers',
    look(facts) {
      const restored = facts.proved('restores');
      const tasks = facts.all('decision.asked').filter(({ data }) => data.kind === 'task');
      const done = facts
        .ofPeople('decision.made')
        .filter(({ data }) => data.outcome === 'done' && tasks.some((task) => task.data.number === data.number));
      return found(
        [
          ...restored.shows,
          done.length > 0
            ? { text: `${counted(done.length, 'task')} that people do by hand reported as done`, cites: seqsOf(done) }
            : null,
        ],
        [
          restored.shows.length === 0 ? 'Service was not given back with a proof before ENDEX' : null,
          ...restored.lacks,
          done.length === 0 ? 'No work by hand was organised' : null,
        ],
      );
    },
  },
  backup: {
    asks: 'Going back to what was kept',
    look(facts) {
      const { shows, lacks } = facts.proved('replaces');
      return found(shows, [
        ...lacks,
        shows.length === 0 ? 'No earlier version was put back with a proof' : null,
        'Backups of data were not restored: a version of a model, or a snapshot of what it reads, is all that a drill goes back to',
      ]);
    },
  },
  legal: {
    asks: 'What the law requires to be reported is analysed',
    look(facts) {
      const judged = facts.settledBy('legal-counsel');
      const duties = facts.ofPeople('obligation.opened');
      const overdue = facts.all('obligation.overdue');
      return found(
        [
          judged.length > 0
            ? {
                text: `Legal counsel, a person, settled ${counted(judged.length, 'question')} put to counsel`,
                cites: seqsOf(judged),
              }
            : null,
          duties.length > 0
            ? {
                text: `${duties.length === 1 ? 'A duty' : `${duties.length} duties`} to notify opened, with the clock of the law`,
                cites: seqsOf(duties),
              }
            : null,
        ],
        [
          judged.length === 0 ? 'No person settled a question as legal counsel' : null,
          overdue.length > 0
            ? `${counted(overdue.length, 'limit')} passed before notice was given (${events(overdue)})`
            : null,
        ],
      );
    },
  },
  systems: {
    asks: 'All critical systems are covered',
    look(facts) {
      const { criticalSystems } = facts.drill;
      const here = criticalSystems.filter((name) => facts.systems.includes(name));
      const other = criticalSystems.filter((name) => !facts.systems.includes(name));
      return found(
        [
          {
            text: `It was about ${listed(facts.systems)}${here.length > 0 ? `, of which the inventory calls critical: ${listed(here)}` : ''}`,
            cites: [facts.started.seq],
          },
        ],
        [
          criticalSystems.length === 0 ? 'The inventory calls no system critical: which are, is for you to say' : null,
          other.length > 0 ? `Not in this drill, and critical by the inventory: ${listed(other)}` : null,
        ],
      );
    },
  },
  brands: {
    asks: 'Payment brands and acquirers are told',
    look(facts) {
      const told = facts
        .ofPeople('voice.answered')
        .filter(({ data }) =>
          /\b(acquir(er|ing)\w*|visa|mastercard|amex|american express|payment brands?)\b/i.test(data.to),
        );
      return found(
        [
          told.length > 0
            ? { text: `${listed(told.map(({ data }) => data.to))} was answered`, cites: seqsOf(told) }
            : null,
        ],
        [told.length === 0 ? 'No acquirer or payment brand was told' : null],
      );
    },
  },
  'brand-procedures': {
    asks: 'The payment brands’ own procedures are part of the plan',
    look: () => found([], ['A drill does not show it: attach your plan']),
  },
  communication: {
    asks: 'Those inside and outside who must know are told',
    look(facts) {
      const { messages } = facts;
      const outside = facts.ofPeople('voice.answered');
      const to = [...new Set(messages.map((one) => one.to))];
      return found(
        [
          to.length > 0 ? { text: `Messages went to ${listed(to)}`, cites: messages.map(({ seq }) => seq) } : null,
          outside.length > 0
            ? {
                text: `Answers went outside, to ${listed([...new Set(outside.map(({ data }) => data.to))])}`,
                cites: seqsOf(outside),
              }
            : null,
        ],
        [
          to.length === 0 ? 'No message was sent that people had brought about' : null,
          outside.length === 0 ? 'Nobody outside was answered' : null,
        ],
      );
    },
  },
  scenario: {
    asks: 'A scenario that could happen',
    look({ drill: { script }, started }) {
      const cases = script.references.filter((one) => /AML\./.test(one));
      return found(
        [
          {
            text: `“${script.title}”, ${script.length.name}${cases.length > 0 ? `; built on ${listed(cases)}` : ''}; script ${script.hash.slice(0, 12)}, rubric ${started.data.rubric?.slice(0, 12) ?? 'not hashed'}`,
            cites: [started.seq],
          },
        ],
        [],
      );
    },
  },
  independent: {
    asks: 'Judged by somebody who does not play',
    look(facts) {
      const evaluators = (facts.started.data.staff ?? []).filter(({ role }) => role === 'evaluator');
      const written = facts
        .all('observation.recorded')
        .filter(({ actor }) => actor.kind === 'person' && evaluators.some(({ person }) => person === actor.id));
      return found(
        [
          written.length > 0
            ? {
                text: `${counted(new Set(written.map(({ actor }) => (actor.kind === 'person' ? actor.id : ''))).size, 'evaluator')} who did not play wrote ${counted(written.length, 'observation')}`,
                cites: seqsOf(written),
              }
            : null,
        ],
        [
          evaluators.length > 0 ? null : 'No evaluator was on the roster',
          written.length === 0 ? 'No evaluator wrote anything down' : null,
        ],
      );
    },
  },
  assessed: {
    asks: 'Events are assessed, and decided to be an incident',
    look(facts) {
      const opened = facts.all('incident.opened');
      const byPeople = facts.ofPeople('incident.opened').filter(({ data }) => data.requester !== null);
      const first = facts.all('decision.voted').find(({ data }) => data.vote.surface !== 'bot');
      return found(
        [
          byPeople.length > 0
            ? { text: 'A person opened the incident, with a severity', cites: seqsOf(byPeople) }
            : null,
          first ? { text: 'A person had a say in what to do about it', cites: [first.seq] } : null,
        ],
        [
          opened.length === 0 ? 'No incident was opened' : null,
          opened.length > 0 && byPeople.length === 0
            ? 'It was opened by an alert or a bot: no person had to tell an event from an incident'
            : null,
          first ? null : 'No person decided anything',
        ],
      );
    },
  },
  responded: {
    asks: 'The response follows a written procedure',
    look(facts) {
      const { playbook } = facts.started.data;
      const { attended, cutShort } = facts;
      const off = [
        ...facts.all('step.skipped').filter(({ data }) => data.by === 'person'),
        ...facts.all('step.taken-over'),
      ];
      const begun = attended ? facts.all('plan.started').slice(0, 1) : [];
      const [finished] = facts.all('plan.finished');
      const whole = finished?.data.outcome === 'completed';
      const made = facts.all('decision.made').length;
      const ofBots = made - facts.ofPeople('decision.made').length;
      return found(
        [
          begun.length > 0
            ? {
                text: `Playbook ${playbook.id} v${playbook.version}, plan ${playbook.hash.slice(0, 12)}, ran as it would for real`,
                cites: [facts.started.seq, ...seqsOf(begun)],
              }
            : null,
          begun.length > 0 && finished && whole
            ? { text: 'It was carried out to its end', cites: [finished.seq] }
            : null,
        ],
        [
          attended ? null : 'Bots played it by themselves',
          facts.all('plan.started').length === 0 ? 'The playbook was never begun' : null,
          finished || !begun.length ? null : 'It had not ended at ENDEX',
          finished && !whole
            ? `It was not carried out to its end: ${finished.data.outcome} (event ${finished.seq})`
            : null,
          cutShort ? `A real incident ended the drill early (NO DUFF, event ${cutShort.seq})` : null,
          attended && ofBots > 0 ? `Bots alone made ${ofBots} of ${counted(made, 'decision')}` : null,
          off.length > 0 ? `${counted(off.length, 'step')} passed over or done by hand (${events(off)})` : null,
        ],
      );
    },
  },
  lessons: {
    asks: 'What was learnt is written down',
    look(facts) {
      const said = facts.all('hot-wash.answered');
      const seen = facts.all('observation.recorded');
      return found(
        [
          said.length > 0 ? { text: `${counted(said.length, 'answer')} in the hot wash`, cites: seqsOf(said) } : null,
          seen.length > 0
            ? { text: `${counted(seen.length, 'observation')} of evaluators or facilitators`, cites: seqsOf(seen) }
            : null,
        ],
        [said.length === 0 ? 'Nobody answered in the hot wash' : null],
      );
    },
  },
  improvements: {
    asks: 'Improvements are identified, with who sees to them',
    look({ drill: { improvements } }) {
      return found(
        improvements.map(({ id, action, due }) => ({ text: `${id}: ${action} (due ${due})`, cites: [] })),
        [improvements.length === 0 ? 'No improvement item was made of this drill' : null],
      );
    },
  },
  closure: {
    asks: 'What was found is mended',
    look({ drill: { improvements } }) {
      const closed = improvements.filter(({ status }) => status === 'closed');
      const open = improvements.filter(({ status }) => status !== 'closed');
      return found(
        closed.flatMap(({ id, closed: how }) =>
          how?.drill ? [{ text: `${id} closed: shown by ${how.drill}`, cites: [] }] : [],
        ),
        [
          improvements.length === 0 ? 'No improvement item was made of this drill' : null,
          ...closed.flatMap(({ id, closed: how }) =>
            how?.drill ? [] : [`${id} was closed without a drill that shows it: ${how?.reason ?? 'no reason given'}`],
          ),
          open.length > 0 ? `Still open: ${listed(open.map(({ id, due }) => `${id} (due ${due})`))}` : null,
        ],
      );
    },
  },
  revised: {
    asks: 'The plan is reviewed and revised',
    look({ started, drill: { playbookNow } }) {
      const { playbook } = started.data;
      const newer = playbookNow !== null && playbookNow.version > playbook.version;
      return found(
        [
          newer
            ? {
                text: `Playbook ${playbook.id} was revised since: version ${playbookNow.version}, drilled was ${playbook.version}`,
                cites: [],
              }
            : null,
        ],
        [
          newer
            ? null
            : `Playbook ${playbook.id} is still version ${playbook.version}: nothing shows that it was reviewed since`,
        ],
      );
    },
  },
  yearly: {
    asks: 'Tested within twelve months',
    look(facts) {
      const { playedAt, attended, cutShort } = facts;
      const day = playedAt && new Date(playedAt.from).toISOString().slice(0, 10);
      return found(
        [
          day && attended
            ? { text: `Played on ${day}: it counts for the twelve months from that day`, cites: [facts.started.seq] }
            : null,
        ],
        [
          day && attended ? null : 'Bots played it by themselves: that tests the plan, not the people',
          cutShort ? `A real incident ended it early (NO DUFF, event ${cutShort.seq})` : null,
          facts.all('incident.opened').length === 0 ? 'No incident was opened in it' : null,
        ],
      );
    },
  },
  suppliers: {
    asks: 'With suppliers and other third parties',
    look: () => found([], ['No supplier took part: the voices from outside were played']),
  },
} as const satisfies Record<string, Element>;
export type ElementName = keyof typeof ELEMENTS;

const people = (count: number): string => (count === 1 ? 'One person' : `${count} people`);
const events = (all: readonly { seq: number }[]): string => `events ${listed(all.map(({ seq }) => String(seq)))}`;
