import type { ShownImprovement } from '../../improvements/contract.ts';
import { Glyph } from './glyph.tsx';
import { Words } from './text.tsx';

export const improvementAddress = (id: string, rest = ''): string => `/improvements/${id}${rest}`;

/** When it is due. Red for its owner alone, and only when it is late. */
export const DueDay = ({ item, me }: { item: ShownImprovement; me: string }) => (
  <span class={item.overdue && item.owner === me ? 'c-act' : undefined}>
    {item.overdue ? `overdue since ${item.due}` : `due ${item.due}`}
  </span>
);

type RowProps = { item: ShownImprovement; me: string; names: ReadonlyMap<string, string> };

export const ImprovementRow = ({ item, me, names }: RowProps) => (
  <li>
    <div>
      <a class="who" href={improvementAddress(item.id)} data-row>
        <Words of={item.action} />
      </a>
      <div class="sub">
        {item.id} · learnt in {item.from} · <Words of={names.get(item.owner) ?? item.owner} />
      </div>
      {item.reached && (
        <div class="sub">
          <Glyph name="info" /> {item.reached.drill} reached its goal ({item.reached.rating}): close it?
        </div>
      )}
    </div>
    <div class="end">
      {item.status === 'open' ? <DueDay item={item} me={me} /> : <span class="quiet">{item.status}</span>}
    </div>
  </li>
);

/** On the page of a drill that is over, and of an incident that is closed: where to write down what is to be better. */
export const ImprovementsSheet = ({ from }: { from: string }) => (
  <section class="sheet noprint" aria-labelledby="imp">
    <header>
      <h2 id="imp">What is to be better</h2>
      <a href={`/improvements?from=${from}`}>What was written down</a>
    </header>
    <p class="second">
      An improvement item has an owner and a day by which it is done; where there is a mail server, it reminds them.
    </p>
    <p class="btns after">
      <a class="btn" href={`/improvements/new?from=${from}`}>
        New improvement item
      </a>
    </p>
  </section>
);

/** On the page of a drill: the items that it is to show something about. */
export const ShowsSheet = ({ items }: { items: readonly ShownImprovement[] }) =>
  items.length > 0 ? (
    <section class="sheet" aria-labelledby="shows">
      <header>
        <h2 id="shows">A re-drill</h2>
      </header>
      <p class="second">
        It is to show whether{' '}
        {items.map(({ id }, i) => (
          <>
            {i > 0 && ', '}
            <a href={improvementAddress(id)}>{id}</a>
          </>
        ))}{' '}
        is done.
      </p>
    </section>
  ) : null;
