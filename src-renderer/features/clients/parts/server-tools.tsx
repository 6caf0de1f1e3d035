import { useTranslation } from 'react-i18next';
import type { ProfileView } from '#shared/features/clients/contract.ts';
import { type ChoosableTool, showsTool } from '#shared/features/clients/profile-rules.ts';
import { Checkbox } from '../../../ui/fields.tsx';
import { withServer, withTool } from '../rules.ts';
import styles from './profile.module.css';

export interface ServerToolsProps {
  server: string;
  /** What people call it. */
  label: string;
  tools: readonly ChoosableTool[];
  /** Only tools whose name has this. */
  wanted: string;
  draft: ProfileView;
  onChange(draft: ProfileView): void;
}

/** Tools of one server that are drawn; beyond that a person searches. */
const MOST_TOOLS = 100;

/** One server in a profile: whole, in part, or not at all. */
export function ServerTools({ server, label, tools, wanted, draft, onChange }: ServerToolsProps) {
  const { t } = useTranslation('profiles');
  const word = wanted.trim().toLowerCase();
  const found = tools.filter(({ name }) => name.toLowerCase().includes(word));
  const shown = tools.filter((tool) => showsTool(draft, tool)).length;
  if (found.length === 0) return null;
  return (
    <div className={styles['server']}>
      <div className={styles['serverHead']}>
        <Checkbox
          selected={shown === tools.length}
          onChange={(selected) => onChange(withServer(draft, server, tools, selected))}
          description={t('shown', { shown, count: tools.length })}
        >
          <bdi>{t('whole', { server: label })}</bdi>
        </Checkbox>
      </div>
      {/* `open` is set anew with every search, so that what was found is seen. */}
      <details open={word !== ''}>
        <summary>{t('open', { server: label })}</summary>
        <div className={styles['tools']}>
          {found.slice(0, MOST_TOOLS).map((tool) => (
            <Checkbox
              key={tool.name}
              selected={showsTool(draft, tool)}
              onChange={(selected) => onChange(withTool(draft, tool, selected))}
            >
              <bdi dir="ltr">{tool.name}</bdi>
            </Checkbox>
          ))}
        </div>
        {found.length > MOST_TOOLS && <p>{t('more', { count: found.length - MOST_TOOLS })}</p>}
      </details>
    </div>
  );
}
