import type { DecisionView } from '../../../incident/view.ts';
import { hourText } from '../../model/clock.ts';
import { fuseOf } from '../../model/fuse.ts';

/** x in percent, y in rem, no viewBox: text never shrinks. */
export function FuseLine({ decision, now }: { decision: DecisionView; now: number }) {
  const { burntPercent, ticks, label } = fuseOf(decision, now);
  const place = (percent: number): string => (percent === 0 ? '1' : `${percent}%`);
  const { askedAt, until } = decision.question;
  return (
    <div class="fuse">
      <svg role="img" aria-label={label} data-fuse-from={String(askedAt)} data-fuse-until={String(until)}>
        <line class="track" x1="0" x2="100%" y1="0.75rem" y2="0.75rem" />
        <line class="burnt" x1="0" x2={`${burntPercent}%`} y1="0.75rem" y2="0.75rem" />
        {ticks.map(({ percent }) => (
          <line class="tick" x1={place(percent)} x2={place(percent)} y1="0.3rem" y2="1.2rem" />
        ))}
        <svg x={`${burntPercent}%`} y="0.75rem" overflow="visible" aria-hidden="true" data-fuse-now>
          <path class="nowmark" d="M0-8 8 0 0 8-8 0z" />
        </svg>
        {ticks
          .filter((tick) => tick.labelled)
          .map(({ percent, at, word, roomy, anchor }) => (
            <g class={roomy ? undefined : 'tight'}>
              <text class="tm" x={`${percent}%`} y="2.3rem" text-anchor={anchor}>
                {hourText(at)}
              </text>
              <text x={`${percent}%`} y="3.3rem" text-anchor={anchor}>
                {word}
              </text>
            </g>
          ))}
      </svg>
    </div>
  );
}
