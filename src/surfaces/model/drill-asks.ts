/** What is asked before it is done in a drill, so that it is not done by accident: in the same words on every surface. `real`: NO DUFF. */
export const CHECKS = [
  'drill-pause',
  'drill-resume',
  'drill-jump',
  'endex',
  'real',
  'inject-now',
  'inject-skip',
  'drill-close',
] as const;
export type Check = (typeof CHECKS)[number];
export const isCheck = (value: string | undefined): value is Check => CHECKS.some((one) => one === value);

export const ASKS: Record<Check, { title: string; means: string; confirm: string }> = {
  'drill-pause': {
    title: 'Pause the drill?',
    means: 'The clock of the scenario stands still: nothing arrives, no time runs out. What people write still counts.',
    confirm: 'Pause it',
  },
  'drill-resume': {
    title: 'Go on with the drill?',
    means: 'The clock of the scenario runs again from where it stood.',
    confirm: 'Resume it',
  },
  'drill-jump': {
    title: 'Jump ahead?',
    means:
      'What is due until then happens at once, in its order. No jump passes the time that somebody who is asked has to answer.',
    confirm: 'Jump ahead',
  },
  endex: {
    title: 'End the drill?',
    means:
      'ENDEX for everybody: open questions are withdrawn, nothing more arrives, and everybody may read everything. It cannot be taken up again. Notes for the hot wash can still be written.',
    confirm: 'End the drill',
  },
  real: {
    title: 'NO DUFF: something real is happening?',
    means:
      'The drill stops for everybody at once, so that nobody mistakes one for the other. This does not open an incident: report it as soon as you have stopped the drill.',
    confirm: 'This is real: stop the drill',
  },
  'inject-now': {
    title: 'Fire this inject now?',
    means: 'It reaches the players at once. It cannot be taken back.',
    confirm: 'Fire it now',
  },
  'inject-skip': {
    title: 'Pass this inject over?',
    means: 'It will not come in this drill, nor will what was to follow it.',
    confirm: 'Pass it over',
  },
  'drill-close': {
    title: 'Is the hot wash over?',
    means: 'Nothing more can be noted on the timeline of the drill.',
    confirm: 'Close the drill',
  },
};
