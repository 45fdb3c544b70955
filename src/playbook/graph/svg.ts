import { severityLabel } from '../../incident/severity.ts';
import { everyPlanStep, type Plan } from '../plan.ts';
import { type DrawnCard, SIDE, SIGN } from './card.ts';
import { type Frame, type Layout, type Link, layOut } from './layout.ts';
import { type Font, wrap } from './metrics.ts';
import { FACT_SIGNS, KIND_SIGNS, RISK_SIGNS } from './signs.ts';
import { line } from './words.ts';

export type PlanHead = Pick<Plan, 'playbook' | 'title' | 'version' | 'opensOn' | 'severity'> & { hash?: string };
export type Drawable = PlanHead & Pick<Plan, 'steps' | 'finally'>;

/** Below this a picture is not drawn narrower: words could not be read. */
export const WIDTH_MIN = 280;
export const WIDTH_MAX = 4000;

const MARGIN = 16;
const HEADING: Font = { size: 19, bold: true };
const REMARK: Font = { size: 12 };
const SECTION: Font = { size: 14, bold: true };

/** A picture of a plan that needs nothing but itself, no wider than `width` where that can be. */
export function planSvg(plan: Drawable, width: number): string {
  const main = layOut(plan.steps, width - 2 * MARGIN);
  const last = layOut(plan.finally, width - 2 * MARGIN);
  const inner = Math.max(main.width, last.width, WIDTH_MIN - 2 * MARGIN);
  let y = MARGIN;
  const out: string[] = [];
  const write = (words: string, name: string, font: Font, lineHeight: number): void => {
    for (const text of wrap(line(words), inner, font, 6)) {
      y += lineHeight;
      out.push(`<text class="${name}" x="${MARGIN}" y="${y}">${escaped(text)}</text>`);
    }
  };
  write(plan.title, 'h', HEADING, 25);
  y += 4;
  for (const remark of remarks(plan)) write(remark, 'q', REMARK, 17);
  y += 18;
  out.push(drawn(main, MARGIN, y));
  y += main.height;
  if (plan.finally.length > 0) {
    y += 20;
    out.push(`<path class="l" d="M${MARGIN} ${y}h${round(inner)}"/>`);
    y += 8;
    write('Always, at the end', 's', SECTION, 18);
    y += 12;
    out.push(drawn(last, MARGIN, y));
    y += last.height;
  }
  return page(plan, round(inner + 2 * MARGIN), round(y + MARGIN), out.join('\n'));
}

function remarks(plan: PlanHead): string[] {
  const raised = plan.severity.raiseTo.map(({ severity, cel }) => `, ${severityLabel(severity)} if ${cel}`).join('');
  return [
    `${plan.playbook} v${plan.version}${plan.hash ? `, plan ${plan.hash.slice(0, 12)}` : ''}`,
    plan.opensOn ? `Opens on ${plan.opensOn}` : 'Opened by a person, or run by another playbook',
    `${severityLabel(plan.severity.default)}${raised}`,
  ];
}

function page(plan: Drawable, width: number, height: number, body: string): string {
  // Two pictures in one page must not name each other's parts.
  const id = `plan-${plan.playbook}-${(plan.hash ?? '').slice(0, 8)}-${width}`;
  const steps = [...everyPlanStep(plan as Plan)];
  const count = (kind: string): number => steps.filter((step) => step.kind === kind).length;
  const about = `Playbook ${plan.playbook}, version ${plan.version}: ${steps.length} steps from top to bottom, among them ${count('do')} acts, ${count('ask')} questions to people, ${count('say')} messages and ${count('oblige')} duties to notify.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="tocsin-plan" role="img" aria-labelledby="${id}-t ${id}-d" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title id="${id}-t">${escaped(line(plan.title))}</title>
<desc id="${id}-d">${escaped(about)}</desc>
<style>${STYLE}</style>
<rect class="bg" width="${width}" height="${height}"/>
${body}
</svg>
`;
}

const drawn = ({ cards, frames, links }: Layout, x: number, y: number): string =>
  `<g transform="translate(${x} ${round(y)})">\n${[...frames.map(frameSvg), ...links.map(linkSvg), ...cards.map(cardSvg)].join('\n')}\n</g>`;

function frameSvg({ x, y, width, height, lines, exit }: Frame): string {
  const words = lines.map((text, i) => label('f', x + 8, y + 20 + i * 16, text)).join('');
  return `<rect class="${exit ? 'fr ex' : 'fr'}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="6"/>${words}`;
}

function linkSvg({ points, arrow, exit }: Link): string {
  const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  const [end, before] = [points.at(-1), points.at(-2)];
  const head = arrow && end && before ? `<path class="ar" d="${arrowHead(end, before)}"/>` : '';
  return `<path class="${exit ? 'l ex' : 'l'}" d="${d}"/>${head}`;
}

/** Links run straight down or straight to the right. */
function arrowHead([x, y]: [number, number], [beforeX]: [number, number]): string {
  return beforeX === x
    ? `M${round(x - 4)} ${round(y - 7)}L${round(x)} ${round(y)}L${round(x + 4)} ${round(y - 7)}z`
    : `M${round(x - 7)} ${round(y - 4)}L${round(x)} ${round(y)}L${round(x - 7)} ${round(y + 4)}z`;
}

function cardSvg(card: DrawnCard): string {
  const { x, y, width, height, kind, kindWord, risk, title, facts } = card;
  const left = x + SIDE;
  const grave = risk?.risk === 'disruptive' || risk?.risk === 'irreversible' ? ` ${risk.risk}` : '';
  return [
    `<g class="${kind}${grave}"><rect class="c" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="4"/>`,
    sign(KIND_SIGNS[kind], left, kindWord.y),
    label('k', left + SIGN, kindWord.y, kindWord.text),
    ...(risk
      ? [
          `<g class="r">${sign(RISK_SIGNS[risk.risk], risk.x, risk.y)}${label('k', risk.x + SIGN, risk.y, risk.risk)}</g>`,
        ]
      : []),
    ...title.map(({ text, y: at }) => label('t', left, at, text)),
    ...facts.map((fact) => {
      const path = FACT_SIGNS[fact.sign];
      const words = label(fact.code ? 'm' : 'q', fact.sign === 'none' ? left : left + SIGN, fact.y, fact.text);
      return path === null ? words : sign(path, left, fact.y) + words;
    }),
    '</g>',
  ].join('');
}

/** `y` is the base line of the words beside it. */
const sign = (path: string, x: number, y: number): string =>
  `<path class="g" transform="translate(${round(x)} ${round(y - 10.5)}) scale(.8)" d="${path}"/>`;

const label = (name: string, x: number, y: number, text: string): string =>
  `<text class="${name}" x="${round(x)}" y="${round(y)}">${escaped(text)}</text>`;

const round = (n: number): number => Math.round(n * 10) / 10;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

/** Plain colours twice, not variables: not every program that shows SVG knows those. */
const colours = (
  paper: string,
  card: string,
  ink: string,
  second: string,
  edge: string,
  soon: string,
  act: string,
): string =>
  `.tocsin-plan .bg{fill:${paper}}.tocsin-plan .c{fill:${card};stroke:${edge}}.tocsin-plan .fr{stroke:${edge}}.tocsin-plan .h,.tocsin-plan .t,.tocsin-plan .s,.tocsin-plan .m,.tocsin-plan .f{fill:${ink}}.tocsin-plan .q,.tocsin-plan .k{fill:${second}}.tocsin-plan .g{stroke:${second}}.tocsin-plan .l{stroke:${second}}.tocsin-plan .ar{fill:${second}}.tocsin-plan .ask .c,.tocsin-plan .oblige .c,.tocsin-plan .disruptive .r .g{stroke:${soon}}.tocsin-plan .disruptive .r .k{fill:${soon}}.tocsin-plan .irreversible .c,.tocsin-plan .irreversible .r .g{stroke:${act}}.tocsin-plan .irreversible .r .k{fill:${act}}`;

const STYLE = [
  '.tocsin-plan{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}',
  '.tocsin-plan text{white-space:pre}.tocsin-plan .h{font-size:19px;font-weight:600}.tocsin-plan .s,.tocsin-plan .t{font-size:14px;font-weight:600}.tocsin-plan .k,.tocsin-plan .q{font-size:12px}.tocsin-plan .f{font-size:12px;font-weight:600}.tocsin-plan .m{font-size:11.5px;font-family:ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",monospace}',
  '.tocsin-plan .g,.tocsin-plan .l,.tocsin-plan .fr{fill:none}.tocsin-plan .g{stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}.tocsin-plan .l{stroke-width:1.5}.tocsin-plan .ex{stroke-dasharray:5 4}.tocsin-plan .ask .c,.tocsin-plan .oblige .c,.tocsin-plan .irreversible .c{stroke-width:2}.tocsin-plan .irreversible .r .k,.tocsin-plan .disruptive .r .k{font-weight:600}',
  colours('#f8fbf9', '#ffffff', '#10201f', '#3a4a48', '#7c8a86', '#7a5206', '#b3261e'),
  `@media (prefers-color-scheme:dark){${colours('#15211f', '#1d2a28', '#e8f1ed', '#b9c8c2', '#71827d', '#eebb55', '#ff9184')}}`,
].join('');
