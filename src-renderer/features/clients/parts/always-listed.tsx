import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isMetaTool } from '#shared/features/clients/budget.ts';
import type { ProfileView } from '#shared/features/clients/contract.ts';
import { showsTool } from '#shared/features/clients/profile-rules.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { withAlwaysListed } from '../rules.ts';
import styles from './budget.module.css';

/** Tools suggested at a time. */
const SUGGESTED = 5;

export interface AlwaysListedProps {
  draft: ProfileView;
  onChange(draft: ProfileView): void;
}

/** Tools that are listed even where the rest is found by searching. */
export function AlwaysListed({ draft, onChange }: AlwaysListedProps) {
  const { t } = useTranslation('profiles');
  const [wanted, setWanted] = useState('');
  const { data, fault } = useQuery(
    (node, signal) => node['tools.list']({ scope: 'catalog' }, { signal }),
    [],
  );
  const names = draft.alwaysListed ?? [];
  const suggested = wanted.trim() === '' ? [] : suggestions(data?.items ?? [], draft, wanted.trim());
  return (
    <div className={styles['always']} role="group" aria-label={t('budget.always')}>
      <h3 className={styles['heading']}>{t('budget.always')}</h3>
      {names.length === 0 ? (
        <p className={styles['soft']}>{t('budget.alwaysNone')}</p>
      ) : (
        <ul className={styles['names']}>
          {names.map((name) => (
            <li key={name} className={styles['name']}>
              <bdi dir="ltr">{name}</bdi>
              <IconButton
                icon={X}
                label={t('budget.removeOne', { name })}
                onPress={() => onChange(withAlwaysListed(draft, name, false))}
              />
            </li>
          ))}
        </ul>
      )}
      <TextField
        label={t('budget.add')}
        description={t('budget.addHelp')}
        value={wanted}
        onChange={setWanted}
        maxLength={64}
        code
      />
      {suggested.length > 0 && (
        <ul className={styles['names']}>
          {suggested.map((name) => (
            <li key={name}>
              <Button
                size="small"
                icon={Plus}
                aria-label={t('budget.addOne', { name })}
                onPress={() => {
                  onChange(withAlwaysListed(draft, name, true));
                  setWanted('');
                }}
              >
                <bdi dir="ltr">{name}</bdi>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <FaultNote fault={fault} />
    </div>
  );
}

/** Names of the profile's tools that have the text and are not listed in any case. */
function suggestions(tools: readonly ToolView[], draft: ProfileView, text: string): string[] {
  const word = text.toLowerCase();
  const found: string[] = [];
  for (const { catalogName: name, id, origin, providerId, server: own } of tools) {
    if (name === undefined || isMetaTool(name) || !name.toLowerCase().includes(word)) continue;
    const server = origin === 'local' ? own : `${providerId}/${own}`;
    if (!showsTool(draft, { name, id, server }) || draft.alwaysListed?.includes(name)) continue;
    found.push(name);
    if (found.length >= SUGGESTED) break;
  }
  return found;
}
