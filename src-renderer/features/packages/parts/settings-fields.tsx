import { type Control, Controller } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { UserSetting } from '#shared/features/packages/manifest.ts';
import { Switch, TextField } from '../../../ui/fields.tsx';
import { visible } from '../rules.ts';
import { type Drafts, problemOf, type Settings } from '../settings.ts';

/** One level down: names that publishers choose must not meet words of the form library. */
export interface SettingsForm {
  given: Drafts;
}

interface SettingsFieldsProps {
  control: Control<SettingsForm>;
  settings: Settings;
  /** Names of secrets that are in the keystore already. */
  secretsSet: readonly string[];
}

/** The fields that a package asks its operator to fill in. */
export const SettingsFields = ({ control, secretsSet, settings }: SettingsFieldsProps) =>
  Object.entries(settings).map(([key, setting]) => (
    <SettingField key={key} name={key} control={control} setting={setting} isSet={secretsSet.includes(key)} />
  ));

interface SettingFieldProps {
  name: string;
  control: Control<SettingsForm>;
  setting: UserSetting;
  isSet: boolean;
}

function SettingField({ control, isSet, name, setting }: SettingFieldProps) {
  const { t } = useTranslation('form');
  const words = (draft: string): string | true => {
    const problem = problemOf(setting, draft, isSet);
    return problem ? t(`problem.${problem.key}`, { limit: problem.limit }) : true;
  };
  return (
    <Controller
      control={control}
      name={`given.${name}`}
      rules={{ validate: words }}
      render={({ field, fieldState }) => (
        <Field
          setting={setting}
          isSet={isSet}
          value={field.value}
          onChange={field.onChange}
          onBlur={field.onBlur}
          inputRef={field.ref}
          error={fieldState.error?.message}
        />
      )}
    />
  );
}

interface FieldProps {
  setting: UserSetting;
  isSet: boolean;
  value: string;
  onChange(value: string): void;
  onBlur(): void;
  inputRef(element: HTMLElement | null): void;
  error: string | undefined;
}

function Field({ isSet, setting, ...bound }: FieldProps) {
  const { multiple, required, sensitive, title, type } = setting;
  const description = useHelp(setting, isSet);
  if (type === 'boolean')
    return (
      <Switch
        selected={bound.value === 'true'}
        onChange={(on) => bound.onChange(String(on))}
        description={description}
      >
        {visible(title)}
      </Switch>
    );
  return (
    <TextField
      {...bound}
      label={<bdi>{visible(title)}</bdi>}
      description={description}
      required={required && !(sensitive && isSet)}
      code={type !== 'string' || sensitive}
      rows={multiple && !sensitive ? 3 : 1}
      {...(sensitive ? { type: 'password' } : {})}
      {...(type === 'number' ? { inputMode: 'decimal' as const } : {})}
    />
  );
}

/** The publisher's words, and ours on how to fill it in. */
function useHelp({ description, multiple, sensitive, type }: UserSetting, isSet: boolean) {
  const { t } = useTranslation('packages');
  const ours = [
    type === 'directory' && t('setting.directory'),
    type === 'file' && t('setting.file'),
    multiple && !sensitive && t('setting.multiple'),
    sensitive && t(isSet ? 'setting.secretSet' : 'setting.secret'),
  ].filter((text) => text !== false);
  return (
    <>
      {description && <bdi>{visible(description)}</bdi>} {ours.join(' ')}
    </>
  );
}
