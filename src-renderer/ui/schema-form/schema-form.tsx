/** A form made from a JSON Schema; see model.ts for what becomes which field. */
import { Plus, Trash2 } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { type Control, Controller, useFieldArray, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import { Button, IconButton } from '../button.tsx';
import { Select, Switch, TextField } from '../fields.tsx';
import { type Draft, draftOf, type Problem, problemOf, valueOf } from './draft.ts';
import { describeSchema, type Field } from './model.ts';
import styles from './schema-form.module.css';

/** Its shape is the schema's, unknown before that is read. (`root` would be a word of the form library.) */
type FormValues = { given: unknown };
type FormControl = Control<FormValues>;

export interface SchemaFormProps {
  schema: unknown;
  initial?: JsonValue;
  onSubmit(value: JsonObject): void;
  /** The buttons; one of them of type `submit`. */
  actions: ReactNode;
}

/** The form for an object schema. Submits only what fits it; wrong fields say what is wrong. */
export function SchemaForm({ schema, initial, onSubmit, actions }: SchemaFormProps) {
  const { t } = useTranslation('form');
  const field = useMemo(() => describeSchema(schema), [schema]);
  const form = useForm<FormValues>({ defaultValues: { given: draftOf(field, initial) }, mode: 'onTouched' });
  const submit = form.handleSubmit(({ given }) =>
    onSubmit((valueOf(field, given as Draft) ?? {}) as JsonObject),
  );
  const nothing = field.kind === 'object' && field.properties.length === 0;
  return (
    <form className={styles['form']} noValidate onSubmit={(event) => void submit(event)}>
      {nothing ? (
        <p className={styles['none']}>{t('noArguments')}</p>
      ) : (
        <FieldView control={form.control} path="given" field={field} label={t('arguments')} required bare />
      )}
      <div className={styles['actions']}>{actions}</div>
    </form>
  );
}

interface FieldViewProps {
  control: FormControl;
  path: string;
  field: Field;
  label: string;
  required: boolean;
  /** The outermost object has no frame of its own. */
  bare?: boolean;
}

function FieldView(props: FieldViewProps) {
  if (props.field.kind === 'object') return <ObjectView {...props} field={props.field} />;
  if (props.field.kind === 'list') return <ListView {...props} field={props.field} />;
  return <ValueView {...props} />;
}

type Kind<K extends Field['kind']> = Extract<Field, { kind: K }>;

function ObjectView({ control, path, field, label, bare }: FieldViewProps & { field: Kind<'object'> }) {
  const parts = field.properties.map(({ key, name, field: part, required }) => (
    <FieldView
      key={key}
      control={control}
      path={`${path}.${key}`}
      field={part}
      label={part.title ?? name}
      required={required}
    />
  ));
  if (bare) return <div className={styles['parts']}>{parts}</div>;
  return (
    <fieldset className={styles['group']}>
      <legend>{label}</legend>
      {field.description && <p className={styles['description']}>{field.description}</p>}
      <div className={styles['parts']}>{parts}</div>
    </fieldset>
  );
}

function ListView({ control, path, field, label, required }: FieldViewProps & { field: Kind<'list'> }) {
  const { t } = useTranslation('form');
  const words = useProblemText();
  // The library derives the type of a path from the form's type; a schema's form has no type before it is read.
  const name = path as 'given';
  const { fields, append, remove } = useFieldArray({
    control,
    name: name as never,
    rules: { validate: (rows) => words(problemOf(field, rows as unknown as Draft, required)) ?? true },
  });
  const { error } = control.getFieldState(name);
  const problem = (error as { root?: { message?: string } } | undefined)?.root?.message;
  return (
    <fieldset className={styles['group']}>
      <legend>{label}</legend>
      {field.description && <p className={styles['description']}>{field.description}</p>}
      <div className={styles['parts']}>
        {fields.map((row, index) => (
          <div key={row.id} className={styles['row']}>
            <FieldView
              control={control}
              path={`${path}.${index}.value`}
              field={field.item}
              label={t('item', { number: index + 1 })}
              required
            />
            <IconButton
              icon={Trash2}
              label={t('removeItem', { number: index + 1 })}
              onPress={() => remove(index)}
            />
          </div>
        ))}
        {problem && (
          <p role="alert" className={styles['problem']}>
            {problem}
          </p>
        )}
        <div>
          <Button size="small" icon={Plus} onPress={() => append({ value: draftOf(field.item) })}>
            {t('addItem')}
          </Button>
        </div>
      </div>
    </fieldset>
  );
}

function ValueView({ control, path, field, label, required }: FieldViewProps) {
  const words = useProblemText();
  return (
    <Controller
      control={control}
      name={path as 'given'}
      rules={{ validate: (draft) => words(problemOf(field, draft as Draft, required)) ?? true }}
      render={({ field: bound, fieldState }) => (
        <Input
          field={field}
          label={label}
          required={required}
          value={typeof bound.value === 'string' ? bound.value : ''}
          onChange={bound.onChange}
          onBlur={bound.onBlur}
          error={fieldState.error?.message}
          inputRef={bound.ref}
        />
      )}
    />
  );
}

interface InputProps {
  field: Field;
  label: string;
  required: boolean;
  value: string;
  onChange(value: string): void;
  onBlur(): void;
  error: string | undefined;
  inputRef(element: HTMLElement | null): void;
}

function Input({ field, ...props }: InputProps) {
  const { t } = useTranslation('form');
  const { inputRef, ...rest } = props;
  const common = { ...rest, description: field.description };
  switch (field.kind) {
    case 'choice': {
      const options = field.options.map((option, index) => ({ value: String(index), label: option.label }));
      return (
        <Select
          {...common}
          options={props.required ? options : [{ value: '', label: t('notSet') }, ...options]}
        />
      );
    }
    case 'flag':
      return props.required || field.defaultValue !== undefined ? (
        <Switch
          selected={props.value === 'true'}
          onChange={(on) => props.onChange(String(on))}
          description={field.description}
        >
          {props.label}
        </Switch>
      ) : (
        <Select
          {...common}
          options={(['', 'true', 'false'] as const).map((value) => ({
            value,
            label: t(`flag.${value || 'unset'}`),
          }))}
        />
      );
    case 'number':
      return <TextField {...common} inputRef={inputRef} inputMode={field.integer ? 'numeric' : 'decimal'} />;
    case 'json':
      return (
        <TextField
          {...common}
          description={<JsonNotes words={field.description} />}
          inputRef={inputRef}
          code
          rows={3}
        />
      );
    default:
      return (
        <TextField {...common} inputRef={inputRef} rows={field.kind === 'text' && field.multiline ? 4 : 1} />
      );
  }
}

/** Under a field whose schema allows anything: what its value is for, and how to write it. */
function JsonNotes({ words }: { words: string | undefined }) {
  const { t } = useTranslation('form');
  return (
    <>
      {words && <span className={styles['line']}>{words}</span>}
      <span className={styles['line']}>{t('asJson')}</span>
    </>
  );
}

function useProblemText(): (problem: Problem | undefined) => string | undefined {
  const { t } = useTranslation('form');
  return (problem) => problem && t(`problem.${problem.key}`, { limit: problem.limit });
}
