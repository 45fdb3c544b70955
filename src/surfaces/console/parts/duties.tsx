import { isoTime } from '../../model/clock.ts';
import {
  type Duty,
  type DutyState,
  dutiesOf,
  isOpen,
  leftWords,
  localMoment,
  maySettle,
  STATE_WORDS,
  utcMoment,
} from '../../model/duties.ts';
import { Glyph, type GlyphName } from './glyph.tsx';
import type { Prepared } from './incident-props.ts';
import { Countdown, When, Words } from './text.tsx';

/** Duties to notify: what is due first stands first, and what is overdue says so in shape and word as well as in colour. */
export function DutiesSheet({ view, me, frame, names, timezone }: Prepared) {
  const duties = dutiesOf(view, frame.now);
  if (duties.length === 0) return null;
  const open = duties.filter(isOpen).length;
  return (
    <section class="sheet" aria-labelledby="du">
      <header>
        <h2 id="du">Duties to notify</h2>
        <span class="quiet">{open === 0 ? 'all settled' : `${open} open`}</span>
      </header>
      <ol class="rows fold duties">
        {duties.map((duty) => (
          <DutyRow duty={duty} now={frame.now} timezone={timezone} mine={maySettle(duty, me)} names={names} />
        ))}
      </ol>
      <p class="small quiet after">
        The limit is the outer one: tell them without undue delay. Reference data, not legal advice.
      </p>
    </section>
  );
}

export const dutyAddress = (duty: Pick<Duty, 'incident' | 'number'>): string =>
  `/incidents/${duty.incident}/obligations/${duty.number}`;

const GLYPH = {
  open: 'clock',
  soon: 'caution',
  overdue: 'fail',
  met: 'done',
  'met-late': 'done',
  waived: 'skip',
} as const satisfies Record<DutyState, GlyphName>;

const TONE = {
  open: undefined,
  soon: 'is-wait',
  overdue: 'is-fail',
  met: undefined,
  'met-late': 'is-fail',
  waived: undefined,
} as const satisfies Record<DutyState, string | undefined>;

/** `Overdue`, with its shape. */
export const DutyMark = ({ duty }: { duty: Duty }) => (
  <span class={TONE[duty.state]}>
    <span class="state">
      <Glyph name={GLYPH[duty.state]} />
      {STATE_WORDS[duty.state].replace(/^./, (c) => c.toUpperCase())}
    </span>
  </span>
);

type RowProps = {
  duty: Duty;
  now: number;
  timezone: string;
  /** The reader may settle it. */
  mine: boolean;
  names: ReadonlyMap<string, string>;
  /** In lists of several incidents. */
  named?: boolean;
};

export function DutyRow({ duty, now, timezone, mine, names, named }: RowProps) {
  const { rule, settled, number, ownerWords, incident } = duty;
  return (
    <li class={duty.state === 'overdue' ? 'overdue' : undefined}>
      <div>
        <a class="who" href={dutyAddress(duty)} data-row>
          {named ? '' : `${number}. `}Tell <Words of={rule.whom} />
        </a>
        <div class="sub">
          {named && `${incident} · `}
          <Words of={duty.title} /> · {ownerWords} answers for it{mine && isOpen(duty) ? ': you may settle it' : ''}
        </div>
        {settled ? (
          <div class="sub">
            {settled.person !== null && <Words of={`${names.get(settled.person) ?? settled.person}: `} />}
            <Words of={settled.words} />
          </div>
        ) : (
          <>
            <div class="sub">
              Due <Due at={duty.dueAt} timezone={timezone} />
            </div>
            <Used duty={duty} now={now} />
          </>
        )}
      </div>
      <div class="end">
        <DutyMark duty={duty} />
        <div>
          {settled ? (
            <span class="label">
              <When at={settled.at} now={now} seconds={false} />
            </span>
          ) : (
            <TimeLeft duty={duty} now={now} />
          )}
        </div>
      </div>
    </li>
  );
}

export const TimeLeft = ({ duty, now, big }: { duty: Duty; now: number; big?: boolean }) => (
  <>
    <Countdown until={duty.dueAt} from={duty.dueAt - duty.rule.limitMs} now={now} big={big ?? false} />
    {duty.state !== 'overdue' && <span class="label"> left</span>}
  </>
);

/** On both clocks: the timeline's and the organisation's. */
export function Due({ at, timezone }: { at: number; timezone: string }) {
  const local = localMoment(at, timezone);
  return (
    <>
      <time datetime={isoTime(at)}>{utcMoment(at)}</time>
      {local !== null && ` (${local})`}
    </>
  );
}

/** A thin bar of the time that is used up. The words beside it say the same. */
function Used({ duty, now }: { duty: Duty; now: number }) {
  const from = duty.dueAt - duty.rule.limitMs;
  const percent = Math.min(100, Math.max(0, ((now - from) / duty.rule.limitMs) * 100));
  return (
    <svg
      class={duty.state === 'overdue' ? 'used over' : 'used'}
      role="img"
      aria-label={`${Math.round(percent)} per cent of the time is used, ${leftWords(duty, now)}`}
      data-fuse-from={String(from)}
      data-fuse-until={String(duty.dueAt)}
    >
      <line class="track" x1="0" x2="100%" y1="0.2rem" y2="0.2rem" />
      <line class="burnt" x1="0" x2={`${percent.toFixed(1)}%`} y1="0.2rem" y2="0.2rem" />
    </svg>
  );
}
