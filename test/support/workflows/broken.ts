/** A workflow with a mistake of ours in it: what escapes it is retried for ever, in silence. */
export async function incident(): Promise<void> {
  throw new TypeError("Cannot read properties of undefined (reading 'steps')");
}
