import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Checkbox, SearchField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import styles from '../access.module.css';

export interface ToolFieldsProps {
  /** Those that the server has now. */
  tools: readonly string[];
  /** `undefined`: all that are shared. */
  chosen: readonly string[] | undefined;
  onChange(chosen: readonly string[] | undefined): void;
  error: string | undefined;
}

/** Tools that are listed at once; a filter finds the others. */
const SHOWN = 60;

/** Which tools of a server: all that are shared, or some. */
export function ToolFields({ tools, chosen, onChange, error }: ToolFieldsProps) {
  const { t } = useTranslation('access');
  const [text, setText] = useState('');
  // What was asked for may be gone by now: it can be seen, and unchosen.
  const all = [...new Set([...(chosen ?? []), ...tools])].sort((a, b) => a.localeCompare(b));
  const found = all.filter((tool) => tool.toLowerCase().includes(text.trim().toLowerCase()));
  const gone = (chosen ?? []).filter((tool) => !tools.includes(tool));
  const toggle = (tool: string, on: boolean) =>
    onChange(on ? [...(chosen ?? []), tool] : (chosen ?? []).filter((other) => other !== tool));
  return (
    <fieldset className={styles['picker']}>
      <legend>{t('field.tools')}</legend>
      <Checkbox
        selected={chosen === undefined}
        onChange={(on) => onChange(on ? undefined : [])}
        description={t('field.allHelp')}
      >
        {t('field.all')}
      </Checkbox>
      {chosen && all.length > 12 && <SearchField label={t('field.filter')} value={text} onChange={setText} />}
      {chosen && (
        <div className={styles['scroll']}>
          {found.slice(0, SHOWN).map((tool) => (
            <Checkbox key={tool} selected={chosen.includes(tool)} onChange={(on) => toggle(tool, on)}>
              <code dir="ltr">{tool}</code>
            </Checkbox>
          ))}
        </div>
      )}
      {chosen && found.length > SHOWN && <p>{t('field.more', { count: found.length - SHOWN })}</p>}
      {gone.length > 0 && <Note tone="warn">{t('field.gone', { count: gone.length })}</Note>}
      {error !== undefined && (
        <p role="alert" className={styles['problem']}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
