import { FilterX, Star } from 'lucide-react';
import { memo } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { claims } from '#shared/features/registry/claims.ts';
import {
  approvalStates,
  type Scope,
  scopes,
  type ToolCounts,
  type ToolFilter,
} from '#shared/features/registry/query.ts';
import type { Understood as Reading } from '#shared/features/registry/search-view.ts';
import { useFormats } from '../../../platform/formats.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Choice } from './choice.tsx';
import { SearchBar } from './search-bar.tsx';
import { Understood } from './understood.tsx';
import styles from './filters.module.css';

export type FilterPart = { [Name in keyof ToolFilter]?: ToolFilter[Name] | undefined };

export interface FiltersProps {
  filter: ToolFilter;
  /** Always the same function, so that a keystroke draws the text and nothing else. */
  onChange(part: FilterPart): void;
  onClear(): void;
  /** How many tools there would be with each choice. */
  counts: ToolCounts;
  /** How the node read the text, once it has. */
  understood: Reading | undefined;
}

/** Which tools to show: where they are from, their state, provider, tags and claims, words in them. */
export function Filters({ filter, onChange, onClear, counts, understood }: FiltersProps) {
  const { t } = useTranslation('catalog');
  const { claim, favourite = false, provider, scope, state, tag, text } = filter;
  const writeText = (words: string) => onChange({ text: words });
  const isFiltered = Object.entries(filter).some(([name, value]) => name !== 'scope' && value !== '');
  return (
    <search className={styles['filters']} aria-label={t('filter.label')}>
      <div className={styles['line']}>
        <Scopes scope={scope} counts={counts} onChange={onChange} />
        <div className={styles['search']}>
          <SearchBar text={text} onChange={writeText} />
        </div>
      </div>
      <div className={styles['line']}>
        <Choices
          state={state}
          provider={provider}
          claim={claim}
          tag={tag}
          counts={counts}
          onChange={onChange}
        />
        <Favourites favourite={favourite} counts={counts} onChange={onChange} />
        {isFiltered && <IconButton icon={FilterX} label={t('filter.clear')} onPress={onClear} />}
      </div>
      {understood && text !== '' && <Understood reading={understood} text={text} onChange={writeText} />}
    </search>
  );
}

interface LineProps {
  counts: ToolCounts;
  onChange(part: FilterPart): void;
}

const Scopes = memo(function Scopes({ scope: chosen, counts, onChange }: LineProps & { scope: Scope }) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  return (
    <ToggleButtonGroup
      className={styles['scopes'] ?? ''}
      aria-label={t('scope.label')}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[chosen]}
      onSelectionChange={([scope]) => onChange({ scope: scope as Scope })}
    >
      {scopes.map((scope) => (
        <ToggleButton key={scope} id={scope} className={styles['scope'] ?? ''}>
          {t(`scope.${scope}`)} <span className={styles['count']}>{format.number(counts.scope[scope])}</span>
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
});

type Chosen = { [Name in 'state' | 'provider' | 'claim' | 'tag']: ToolFilter[Name] | undefined };

const Choices = memo(function Choices({ state, provider, claim, tag, counts, onChange }: LineProps & Chosen) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const counted = (label: string, count: number) =>
    t('filter.counted', { label, count: format.number(count) });
  const providers = withChosen(counts.providers, provider);
  return (
    <>
      <Choice
        label={t('state.label')}
        any={t('state.any')}
        options={() =>
          approvalStates.map((value) => ({ value, label: counted(t(`state.${value}`), counts.state[value]) }))
        }
        value={state}
        shown={state && t(`state.${state}`)}
        onChange={(chosen) => onChange({ state: chosen })}
      />
      <Choice
        label={t('filter.provider')}
        any={t('filter.anyProvider')}
        options={() =>
          providers.map((one) => ({ value: one.value, label: counted(providerName(one), one.count) }))
        }
        value={provider}
        shown={provider && providerName(providers.find(({ value }) => value === provider))}
        onChange={(chosen) => onChange({ provider: chosen })}
      />
      <Choice
        label={t('column.claim')}
        any={t('claim.any')}
        options={() =>
          claims.map((value) => ({ value, label: counted(t(`claim.${value}`), counts.claim[value]) }))
        }
        value={claim}
        shown={claim && t(`claim.${claim}`)}
        onChange={(chosen) => onChange({ claim: chosen })}
      />
      <Choice
        label={t('filter.tag')}
        any={t('filter.anyTag')}
        options={() =>
          withChosen(counts.tags, tag).map(({ count, value }) => ({ value, label: counted(value, count) }))
        }
        value={tag}
        shown={tag}
        onChange={(chosen) => onChange({ tag: chosen })}
      />
    </>
  );
});

/** Anybody can take any name; the end of the key tells namesakes apart. */
const providerName = (choice: ToolCounts['providers'][number] | undefined): string =>
  choice?.label ? `${choice.label} · ${choice.value.slice(-6)}` : `${choice?.value.slice(0, 12)}…`;

/** What is chosen stays to be seen when nothing fits it any more. */
const withChosen = (choices: ToolCounts['tags'], chosen: string | undefined): ToolCounts['tags'] =>
  chosen === undefined || choices.some(({ value }) => value === chosen)
    ? choices
    : [...choices, { value: chosen, count: 0 }];

const Favourites = memo(function Favourites(props: LineProps & { favourite: boolean }) {
  const { favourite, counts, onChange } = props;
  const { t } = useTranslation('catalog');
  const format = useFormats();
  return (
    <ToggleButton
      className={styles['toggle'] ?? ''}
      isSelected={favourite}
      onChange={(chosen) => onChange({ favourite: chosen || undefined })}
    >
      <Star aria-hidden size="1rem" />
      <span className={styles['word']}>{t('favourite.filter')}</span>{' '}
      <span className={styles['count']}>{format.number(counts.favourite)}</span>
    </ToggleButton>
  );
});
