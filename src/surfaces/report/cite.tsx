/** Beyond these a list of numbers is no help; the first ones lead to where the others are. */
const CITED_MAX = 8;

/** The events that something is told from. */
export function Cite({ events, most = CITED_MAX }: { events: readonly number[]; most?: number }) {
  if (events.length === 0) return null;
  const shown = events.length <= most + 1 ? events : events.slice(0, most);
  return (
    <span class="cite">
      {events.length === 1 ? 'event ' : 'events '}
      {shown.map((seq, i) => (
        <>
          {i > 0 ? ', ' : ''}
          <a href={`#e${seq}`}>{seq}</a>
        </>
      ))}
      {shown.length < events.length && ` and ${events.length - shown.length} more`}
    </span>
  );
}
