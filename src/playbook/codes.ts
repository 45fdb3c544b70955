/**
 * Every kind of problem that the checker of playbooks and rules tells, by its code: what it is, and what to do about it. The table
 * in docs/playbooks.md lists the same codes.
 */
type Kind = { is: string; help: string };

const form = {
  'unknown-key': { is: 'A key that no step or playbook has here', help: 'Correct its spelling, or remove it.' },
  'missing-key': { is: 'A key that is needed is missing', help: 'Add it; the schema for editors says what it holds.' },
  type: { is: 'A value of the wrong type', help: 'Write a value of the type that is named.' },
  value: { is: 'A value that is not allowed here', help: 'Choose one of those that are named.' },
  name: {
    is: 'A name that cannot be one',
    help: 'Use lower-case words joined by hyphens, and none that has a meaning of its own.',
  },
  shape: { is: 'Something that has the form of nothing known', help: 'Give it one of the keys that are named.' },
  yaml: { is: 'Text that is no YAML', help: 'Mend the line; indentation and quotes are the usual cause.' },
  alias: { is: 'An anchor or an alias of YAML', help: 'Write out what it stands for.' },
  tag: { is: 'A tag of YAML', help: 'Remove it; the schema says which type is meant.' },
  'merge-key': { is: 'A key that merges, or that hides others', help: 'Write out what it stands for.' },
  'duplicate-key': { is: 'A key that stands twice', help: 'Keep one of the two.' },
  'too-large': {
    is: 'A file or a plan that is too large',
    help: 'Shorten it, or divide it into playbooks that are added one after the other.',
  },
  'too-deep': { is: 'Values nested too deeply', help: 'Move inner steps into a playbook of their own.' },
  'not-utf-8': { is: 'A file that is not UTF-8 text', help: 'Save it as UTF-8.' },
  unreadable: { is: 'A folder of playbooks that is not there', help: 'Check its path.' },
} as const satisfies Record<string, Kind>;

const names = {
  'unknown-capability': { is: 'A capability that does not exist', help: 'Take one of docs/library.md.' },
  'unknown-input': { is: 'An input that does not exist', help: 'Correct its name, or declare it under inputs.' },
  'missing-input': { is: 'An input that must be given', help: 'Give it under with.' },
  'unknown-system': { is: 'An AI system that the inventory does not have', help: 'Take the id of one of its systems.' },
  'unknown-playbook': {
    is: 'A playbook that is not in the folder',
    help: 'Correct its name, or put its file beside this one.',
  },
  'unknown-template': {
    is: 'A template that is not in the folder',
    help: 'Correct its name, or write templates/<name>.md.',
  },
  'unknown-reference': {
    is: 'An id that its framework does not have',
    help: 'Take an id that the framework publishes.',
  },
  expression: {
    is: 'An expression that cannot be read',
    help: 'Mend its CEL; quotes and brackets are the usual cause.',
  },
  'unknown-name': {
    is: 'An expression that names what does not exist',
    help: 'Begin with inputs, steps, incident or alert.',
  },
  'unknown-field': { is: 'A field or an output that does not exist', help: 'Take one that the value has.' },
  'unknown-function': { is: 'A function that does not exist', help: 'Take one of those in docs/playbooks.md.' },
  arguments: { is: 'A wrong number of arguments', help: 'Give as many as the function takes.' },
  pattern: { is: 'A pattern that cannot be used', help: 'Write it in the syntax of RE2.' },
  'not-here': { is: 'A name that is not known at this place', help: 'Use one of those that are known here.' },
  'unknown-step': { is: 'A step that does not exist', help: 'Correct its id.' },
  'unknown-answer': {
    is: 'An answer or outcome that a step never has',
    help: 'Compare with one of those that are named.',
  },
  'no-outputs': { is: 'A step that leaves nothing', help: 'Refer to a step that has outputs.' },
  'not-done-before': { is: 'A step that comes later', help: 'Move it before this place.' },
  'not-surely-done': { is: 'A step that may have been skipped', help: 'Look first: "id" in steps && …' },
  'id-twice': { is: 'Two steps or branches of one name', help: 'Rename one of them.' },
  'id-missing': { is: 'A step that cannot be told from another', help: 'Give it an id.' },
} as const satisfies Record<string, Kind>;

const people = {
  'nobody-holds': {
    is: 'A role that nobody holds',
    help: 'Name another role, or give it to somebody in the inventory.',
  },
  'too-few-people': { is: 'More people than hold a role', help: 'Ask for fewer, or give the role to more people.' },
  'role-twice': { is: 'A role with two seats', help: 'Raise its count instead.' },
  'after-deadline': {
    is: 'A reminder or escalation after the end of its question',
    help: 'Bring it forward, or give more time.',
  },
  options: { is: 'Own answers that cannot be', help: 'Name two to five, none of them like an answer of Tocsin.' },
  otherwise: { is: 'What silence means is not said, or is no answer', help: 'Name one of the answers.' },
  form: { is: 'A form that cannot be filled in', help: 'Have one to ten fields, with choices where one is chosen.' },
  'unhandled-deny': {
    is: 'A question that says nothing about its deny',
    help: 'Say on-deny; on-deny: [] if nothing else is done.',
  },
  'approve-by-silence': { is: 'Silence taken for consent', help: 'Say otherwise: deny.' },
  uncovered: {
    is: 'A risky act that nobody decides about',
    help: 'Put an ask before it, or say unattended: <reason>.',
  },
  'silent-path': { is: 'A way on which nobody is told', help: 'Put a say on that way, or in finally.' },
  outside: { is: 'A say to an outside address', help: 'Use do: notify.mail, which must be approved.' },
} as const satisfies Record<string, Kind>;

const duties = {
  'unknown-rule': { is: 'A rule that is not in the folder', help: 'Correct its name, or write rules/<name>.yaml.' },
  'broken-rule': { is: 'A rule that has errors', help: 'Mend the rule first.' },
  'before-start': { is: 'A reminder from before its clock starts', help: 'Count back less from the limit.' },
  'no-obligation': { is: 'A notice of what is no duty', help: 'Name the id of an oblige step.' },
  unfulfilled: { is: 'A duty that no act meets', help: 'Say fulfils where the notice is sent.' },
} as const satisfies Record<string, Kind>;

const course = {
  'unbounded-wait': { is: 'A wait without an end', help: 'Say within.' },
  'no-calendar': { is: 'Working time without a calendar', help: 'Give tocsin.yaml a calendar.' },
  unbound: { is: 'A capability that no connector carries out', help: 'Add it under bindings in tocsin.yaml.' },
  'no-way-back': {
    is: 'A system that is cut for good',
    help: 'Restore it in a later step, or leave its undo in place.',
  },
  'left-cut': { is: 'A system that only standing down brings back', help: 'Restore it in a later step.' },
  'parallel-conflict': { is: 'Risky acts on one system at the same time', help: 'Put them one after the other.' },
  'not-a-proof': { is: 'A proof that proves nothing', help: 'Name a capability that proves, such as model.probe.' },
  reason: { is: 'An undo that is waived without a reason', help: 'Say undo: { none: <reason> }.' },
  unreachable: { is: 'Steps that can never run', help: 'Mend the condition, or remove them.' },
  needless: { is: 'Something that changes nothing', help: 'Remove it.' },
  recursion: { is: 'A playbook that runs itself', help: 'Remove one run of the circle.' },
  'broken-playbook': { is: 'A playbook to be run that has errors', help: 'Mend that playbook first.' },
  'file-name': { is: 'A file that is not called after what is in it', help: 'Rename the file.' },
  'missing-from': { is: 'An input that an alert would not fill', help: 'Say from, or a default.' },
} as const satisfies Record<string, Kind>;

export const CODES = { ...form, ...names, ...people, ...duties, ...course };
export type Code = keyof typeof CODES;

export const kindOfCode = (code: string): Kind | undefined =>
  Object.hasOwn(CODES, code) ? CODES[code as Code] : undefined;
