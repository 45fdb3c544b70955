import type { FormField } from '../../../incident/form.ts';
import { answerField } from '../../model/answers.ts';
import { Words } from './text.tsx';

type FieldsProps = {
  form: readonly FormField[];
  draft: ReadonlyMap<string, string>;
  errors: ReadonlyMap<string, string>;
};

/** The blanks that belong to a question, each with its label, hint and error. */
export const FormFields = ({ form, draft, errors }: FieldsProps) => (
  <>
    {form.map((field) => (
      <Field field={field} typed={draft.get(answerField(field.id)) ?? ''} error={errors.get(field.id)} />
    ))}
  </>
);

function Field({ field, typed, error }: { field: FormField; typed: string; error: string | undefined }) {
  const hint = [field.type === 'date-time' ? 'In UTC.' : '', field.hint ?? ''].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={`field-${field.id}`}>
        <Words of={field.label} /> {field.required ? null : <span class="quiet">(optional)</span>}
      </label>
      <Control field={field} typed={typed} error={error} described={hint !== '' || error !== undefined} />
      {(hint !== '' || error !== undefined) && (
        <span class={error ? 'hint c-act' : 'hint'} id={`hint-${field.id}`}>
          {error ? `Error: ${error}` : <Words of={hint} />}
        </span>
      )}
    </div>
  );
}

type ControlProps = { field: FormField; typed: string; error: string | undefined; described: boolean };

function Control({ field, typed, error, described }: ControlProps) {
  const shared = {
    id: `field-${field.id}`,
    name: answerField(field.id),
    'aria-describedby': described ? `hint-${field.id}` : undefined,
    'aria-invalid': error ? ('true' as const) : undefined,
    'aria-required': field.required ? ('true' as const) : undefined,
  };
  switch (field.type) {
    case 'long-text':
      return (
        <textarea {...shared} rows={4} maxlength={3_000}>
          {typed}
        </textarea>
      );
    case 'choice':
    case 'yes-no': {
      const choices = field.type === 'choice' ? (field.choices ?? []) : YES_NO;
      return (
        <select {...shared}>
          <option value="">Choose</option>
          {choices.map(({ value, label }) => (
            <option value={value} selected={value === typed}>
              {label}
            </option>
          ))}
        </select>
      );
    }
    case 'number':
      return <input {...shared} inputmode="decimal" autocomplete="off" value={typed} />;
    case 'date-time':
      return <input {...shared} type="datetime-local" value={typed} />;
    case 'text':
      return <input {...shared} maxlength={500} autocomplete="off" value={typed} />;
    default:
      return field.type satisfies never;
  }
}

const YES_NO = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];
