import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PackageReview } from '#shared/features/packages/views.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/page.tsx';
import { ChangeLines } from '../../catalog/index.ts';
import styles from '../packages.module.css';
import { byChange, visible } from '../rules.ts';

type ReviewTool = PackageReview['tools'][number];

/** Unchanged tools of an update are shown when asked for; more than these of a new package, too. */
const SHOWN = 8;

const tones: Record<ReviewTool['change'], Tone> = {
  new: 'info',
  changed: 'warn',
  removed: 'off',
  same: 'idle',
};

/** What AI clients will be able to do with it, and what of that is new. */
export function ToolsCard({ review: { installed, tools } }: { review: PackageReview }) {
  const { t } = useTranslation('packages');
  const [all, setAll] = useState(false);
  const sorted = byChange(tools);
  const told = installed ? sorted.filter(({ change }) => change !== 'same') : sorted;
  const shown = all ? sorted : told.slice(0, Math.max(SHOWN, installed ? told.length : 0));
  const rest = sorted.length - shown.length;
  return (
    <Card
      title={t('tool.title', { count: tools.length })}
      lead={t(installed ? 'tool.leadUpdate' : 'tool.lead')}
    >
      {shown.length === 0 && <p>{t('tool.unchanged')}</p>}
      <ul className={styles['tools']}>
        {shown.map((tool) => (
          <ToolItem key={`${tool.change} ${tool.name}`} tool={tool} isUpdate={installed !== undefined} />
        ))}
      </ul>
      {rest > 0 && (
        <div>
          <Button size="small" onPress={() => setAll(true)}>
            {t('tool.rest', { count: rest })}
          </Button>
        </div>
      )}
    </Card>
  );
}

function ToolItem({ isUpdate, tool }: { tool: ReviewTool; isUpdate: boolean }) {
  const { t } = useTranslation('packages');
  const { before, change, description, destructive, name, readOnly, title } = tool;
  const path = t('tool.description');
  const isDiffered = before !== undefined && before !== description;
  return (
    <li>
      <div className={styles['named']}>
        <strong>
          <bdi>{visible(title ?? name)}</bdi>
        </strong>
        {title && <code dir="ltr">{visible(name)}</code>}
        {isUpdate && <Badge tone={tones[change]}>{t(`tool.change.${change}`)}</Badge>}
        {destructive && <Badge tone="warn">{t('tool.destructive')}</Badge>}
        {readOnly && !destructive && <Badge tone="ok">{t('tool.readOnly')}</Badge>}
      </div>
      {isDiffered ? (
        <Suspense>
          <ChangeLines changes={[{ path, before: visible(before), after: visible(description) }]} />
        </Suspense>
      ) : (
        <p dir="auto" className={styles['notes']}>
          {visible(description)}
        </p>
      )}
      {change === 'changed' && !isDiffered && <p className={styles['soft']}>{t('tool.inputs')}</p>}
    </li>
  );
}
