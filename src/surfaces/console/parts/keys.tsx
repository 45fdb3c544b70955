const KEYS: readonly (readonly [string, string])[] = [
  ['?', 'show these keys'],
  ['g n', 'go to Now'],
  ['g i', 'go to incidents'],
  ['g s', 'go to alerts'],
  ['g c', 'go to checks'],
  ['g p', 'go to playbooks'],
  ['g d', 'go to drills'],
  ['j', 'next row'],
  ['k', 'previous row'],
  ['o', 'open the row'],
  ['q', 'go to the question'],
  ['n', 'write a note'],
  ['f', 'on the board of a drill: fire what is due, or comes next; asks first'],
  ['space', 'on the board of a drill: pause or resume; asks first'],
];

/** Filled by the server, opened by the script. No key approves or denies: that takes focus and Enter. */
export function KeysDialog() {
  return (
    <dialog id="keys" class="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div>
            <dt>
              {key.split(' ').map((k, i) => (
                <>
                  {i > 0 ? ' then ' : ''}
                  <kbd>{k}</kbd>
                </>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="second">No key approves or denies. Go to the button and press Enter.</p>
      <label class="check">
        <input type="checkbox" id="keys-on" checked /> Single-letter keys are on
      </label>
      <form method="dialog">
        <button class="btn main" type="submit">
          Close
        </button>
      </form>
    </dialog>
  );
}
