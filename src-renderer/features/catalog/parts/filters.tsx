import { FilterX, Star } from 'lucide-react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type Claim, claims } from '#shared/features/registry/claims.ts';
import {
  approvalStates,
  type Scope,
  scopes,
  type ToolCounts,
  type ToolFilter,
} from '#shared/features/registry/query.ts';
import { useFormats } from '../../../platform/formats.ts';
import { IconButton } from '../../../ui/button.tsx';
import { type Option, SearchField, Select } from '../../../ui/fields.tsx';
import { compact, everything } from '../address.ts';
import styles from './filters.module.css';

export interface FiltersProps {
  filter: ToolFilter;
  onChange(filter: ToolFilter): void;
  /** How many tools there would be with each choice. */
  counts: ToolCounts;
}

type Part = { [Name in keyof ToolFilter]?: ToolFilter[Name] | undefined };

/** Which tools to show: where they are from, their state, provider, tags and claims, words in them. */
export function Filters({ filter, onChange, counts }: FiltersProps) {
  const { t } = useTranslation('catalog');
  const change = (part: Part) => onChange(compact({ ...filter, ...part }));
  const isFiltered = Object.entries(filter).some(([name, value]) => name !== 'scope' && value !== '');
  return (
    <search className={styles['filters']} aria-label={t('filter.label')}>
      <div className={styles['line']}>
        <Scopes filter={filter} counts={counts} onChange={change} />
        <div className={styles['search']}>
          <SearchField label={t('search')} value={filter.text} onChange={(text) => change({ text })} />
        </div>
      </div>
      <div className={styles['line']}>
        <Choices filter={filter} counts={counts} onChange={change} />
        <Favourites filter={filter} counts={counts} onChange={change} />
        {isFiltered && (
          <IconButton
            icon={FilterX}
            label={t('filter.clear')}
            onPress={() => onChange({ ...everything.filter, scope: filter.scope })}
          />
        )}
      </div>
    </search>
  );
}

interface LineProps {
  filter: ToolFilter;
  counts: ToolCounts;
  onChange(part: Part): void;
}

function Scopes({ filter, counts, onChange }: LineProps) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  return (
    <ToggleButtonGroup
      className={styles['scopes'] ?? ''}
      aria-label={t('scope.label')}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[filter.scope]}
      onSelectionChange={([scope]) => onChange({ scope: scope as Scope })}
    >
      {scopes.map((scope) => (
        <ToggleButton key={scope} id={scope} className={styles['scope'] ?? ''}>
          {t(`scope.${scope}`)} <span className={styles['count']}>{format.number(counts.scope[scope])}</span>
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** No choice at all. */
const ANY = '+any';

function Choices({ filter, counts, onChange }: LineProps) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const counted = (label: string, count: number) =>
    t('filter.counted', { label, count: format.number(count) });
  const withAny = <Value extends string>(any: string, options: ReadonlyArray<Option<Value>>) => [
    { value: ANY as Value, label: any },
    ...options,
  ];
  const states = withAny(
    t('state.any'),
    approvalStates.map((value) => ({ value, label: counted(t(`state.${value}`), counts.state[value]) })),
  );
  const claimed = withAny(
    t('claim.any'),
    claims.map((value) => ({ value, label: counted(t(`claim.${value}`), counts.claim[value]) })),
  );
  const providers = withAny(
    t('filter.anyProvider'),
    withChosen(counts.providers, filter.provider).map(({ count, label, value }) => ({
      value,
      label: counted(label ? `${label} · ${value.slice(-6)}` : `${value.slice(0, 12)}…`, count),
    })),
  );
  const tags = withAny(
    t('filter.anyTag'),
    withChosen(counts.tags, filter.tag).map(({ count, value }) => ({ value, label: counted(value, count) })),
  );
  return (
    <>
      <Choice
        label={t('state.label')}
        options={states}
        value={filter.state}
        onChange={(state) => onChange({ state })}
      />
      <Choice
        label={t('filter.provider')}
        options={providers}
        value={filter.provider}
        onChange={(provider) => onChange({ provider })}
      />
      <Choice<Claim>
        label={t('claim.label')}
        options={claimed}
        value={filter.claim}
        onChange={(claim) => onChange({ claim })}
      />
      <Choice
        label={t('filter.tag')}
        options={tags}
        value={filter.tag}
        onChange={(tag) => onChange({ tag })}
      />
    </>
  );
}

/** What is chosen stays to be seen when nothing fits it any more. */
const withChosen = (choices: ToolCounts['tags'], chosen: string | undefined): ToolCounts['tags'] =>
  chosen === undefined || choices.some(({ value }) => value === chosen)
    ? choices
    : [...choices, { value: chosen, count: 0 }];

function Choice<Value extends string>(props: {
  label: string;
  options: ReadonlyArray<Option<Value>>;
  value: Value | undefined;
  onChange(value: Value | undefined): void;
}) {
  const { label, options, value, onChange } = props;
  return (
    <div className={styles['choice']} data-chosen={value !== undefined || undefined}>
      <Select<Value>
        label={label}
        hideLabel
        options={options}
        value={value ?? (ANY as Value)}
        onChange={(chosen) => onChange(chosen === ANY ? undefined : chosen)}
      />
    </div>
  );
}

function Favourites({ filter, counts, onChange }: LineProps) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  return (
    <ToggleButton
      className={styles['toggle'] ?? ''}
      isSelected={filter.favourite === true}
      onChange={(chosen) => onChange({ favourite: chosen || undefined })}
    >
      <Star aria-hidden size="1rem" />
      {t('favourite.filter')} <span className={styles['count']}>{format.number(counts.favourite)}</span>
    </ToggleButton>
  );
}
