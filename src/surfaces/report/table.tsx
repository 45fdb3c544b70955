import type { Child } from 'hono/jsx';

type TableOf = { name: string; label: string; heads: readonly string[]; rows: readonly Child[][] };

/** A table that becomes a list on a narrow screen: each cell says what it is. */
export const Table = ({ name, label, heads, rows }: TableOf) => (
  <table class={`reflow t-${name}`} aria-label={label}>
    <thead>
      <tr>
        {heads.map((head) => (
          <th scope="col">{head}</th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((cells) => (
        <tr>
          {cells.map((cell, i) => (
            <td data-l={heads[i]}>{cell}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);
