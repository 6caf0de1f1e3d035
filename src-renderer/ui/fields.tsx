/** Form fields: a label that is always shown, words below it, and a message when the value will not do. */
import { Check, ChevronDown, Search, X } from 'lucide-react';
import type { HTMLInputTypeAttribute, ReactNode, Ref } from 'react';
import {
  Button,
  Checkbox as AriaCheckbox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField as AriaSearchField,
  Select as AriaSelect,
  SelectValue,
  Switch as AriaSwitch,
  Text,
  TextArea,
  TextField as AriaTextField,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { classes } from './classes.ts';
import styles from './fields.module.css';

interface FieldWords {
  label: ReactNode;
  description?: ReactNode;
  /** Why the value will not do; shown below the field and read with it. */
  error?: string | undefined;
}

export interface TextFieldProps extends FieldWords {
  value: string;
  onChange(value: string): void;
  onBlur?(): void;
  type?: HTMLInputTypeAttribute;
  placeholder?: string;
  required?: boolean;
  disabled?: boolean;
  /** Code, addresses, names: written left to right in any language, in a fixed-width face. */
  code?: boolean;
  /** Lines to show; more than one makes it a text area. */
  rows?: number;
  autoFocus?: boolean;
  maxLength?: number;
  inputMode?: 'text' | 'numeric' | 'decimal' | 'url';
  inputRef?: Ref<HTMLInputElement & HTMLTextAreaElement>;
  name?: string;
}

export function TextField(props: TextFieldProps) {
  const {
    label,
    description,
    error,
    code,
    rows = 1,
    placeholder,
    required,
    disabled,
    inputRef,
    ...rest
  } = props;
  const control = {
    ref: inputRef,
    className: classes(styles['input'], code && styles['code']),
    placeholder,
    ...(code ? { dir: 'ltr' as const, spellCheck: false, autoCapitalize: 'none' } : {}),
    autoComplete: rest.type === 'password' ? 'new-password' : 'off',
  };
  return (
    <AriaTextField
      {...rest}
      className={styles['field'] ?? ''}
      isRequired={required ?? false}
      isDisabled={disabled ?? false}
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <FieldLabel required={required}>{label}</FieldLabel>
      {rows > 1 ? <TextArea {...control} rows={rows} /> : <Input {...control} />}
      <FieldNotes description={description} error={error} />
    </AriaTextField>
  );
}

function FieldLabel({ children, required }: { children: ReactNode; required?: boolean | undefined }) {
  const { t } = useTranslation('common');
  return (
    <Label className={styles['label'] ?? ''}>
      {children}
      {required && <span className={styles['required']}>{t('required')}</span>}
    </Label>
  );
}

function FieldNotes({ description, error }: Pick<FieldWords, 'description' | 'error'>) {
  return (
    <>
      {description && (
        <Text slot="description" className={styles['description'] ?? ''}>
          {description}
        </Text>
      )}
      <FieldError className={styles['error'] ?? ''}>{error}</FieldError>
    </>
  );
}

export interface Option<Value extends string = string> {
  value: Value;
  label: string;
}

export interface SelectProps<Value extends string> extends FieldWords {
  options: ReadonlyArray<Option<Value>>;
  value: Value;
  onChange(value: Value): void;
  onBlur?(): void;
  required?: boolean;
  /** Keeps the label for screen readers only, where the place says what is chosen. */
  hideLabel?: boolean;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, description, error, options, value, onChange, onBlur, required, hideLabel } = props;
  return (
    <AriaSelect
      className={styles['field'] ?? ''}
      value={value}
      onChange={(key) => onChange(key as Value)}
      {...(onBlur ? { onBlur } : {})}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      isRequired={required ?? false}
      {...(hideLabel ? { 'aria-label': String(label) } : {})}
    >
      {!hideLabel && <FieldLabel required={required}>{label}</FieldLabel>}
      <Button className={classes(styles['input'], styles['trigger'])}>
        <SelectValue className={styles['chosen'] ?? ''} />
        <ChevronDown aria-hidden size="1rem" />
      </Button>
      <FieldNotes description={description} error={error} />
      <Popover className={styles['popover'] ?? ''}>
        <ListBox className={styles['list'] ?? ''} items={options}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.label} className={styles['option'] ?? ''}>
              {({ isSelected }) => (
                <>
                  <span>{option.label}</span>
                  {isSelected && <Check aria-hidden size="1rem" />}
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export interface ToggleProps {
  children: ReactNode;
  description?: ReactNode;
  selected: boolean;
  onChange(selected: boolean): void;
  disabled?: boolean;
}

export function Switch({ children, description, selected, onChange, disabled }: ToggleProps) {
  return (
    <AriaSwitch
      className={styles['toggle'] ?? ''}
      isSelected={selected}
      onChange={onChange}
      isDisabled={disabled ?? false}
    >
      <span className={styles['track']} aria-hidden>
        <span className={styles['thumb']} />
      </span>
      <ToggleWords description={description}>{children}</ToggleWords>
    </AriaSwitch>
  );
}

export function Checkbox({ children, description, selected, onChange, disabled }: ToggleProps) {
  return (
    <AriaCheckbox
      className={styles['toggle'] ?? ''}
      isSelected={selected}
      onChange={onChange}
      isDisabled={disabled ?? false}
    >
      <span className={styles['box']} aria-hidden>
        {selected && <Check size="0.875rem" strokeWidth={3} />}
      </span>
      <ToggleWords description={description}>{children}</ToggleWords>
    </AriaCheckbox>
  );
}

const ToggleWords = ({ children, description }: Pick<ToggleProps, 'children' | 'description'>) => (
  <span className={styles['words']}>
    <span>{children}</span>
    {description && <span className={styles['description']}>{description}</span>}
  </span>
);

export interface SearchFieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
}

export function SearchField({ label, value, onChange }: SearchFieldProps) {
  const { t } = useTranslation('common');
  return (
    <AriaSearchField className={styles['search'] ?? ''} aria-label={label} value={value} onChange={onChange}>
      <Search aria-hidden size="1rem" className={styles['glass']} />
      <Input className={styles['input'] ?? ''} placeholder={label} />
      {value !== '' && (
        <Button className={styles['clear'] ?? ''} aria-label={t('clear')}>
          <X aria-hidden size="1rem" />
        </Button>
      )}
    </AriaSearchField>
  );
}
