import { useTranslation } from 'react-i18next';
import type { HeldGrantView, MadeGrantView } from '#shared/features/access/grants-contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { CodeBlock } from '../../../ui/copy.tsx';
import { Facts } from '../../../ui/page.tsx';

/** What a grant says, beside who holds it and for which server. */
export function GrantFacts({ grant }: { grant: MadeGrantView | HeldGrantView }) {
  const { t } = useTranslation('access');
  const format = useFormats();
  const { args = {}, calls, expiresAt, issuedAt } = grant;
  const made = 'used' in grant ? grant : undefined;
  return (
    <>
      <Facts
        items={[
          made?.note ? { label: t('fact.note'), value: <span dir="auto">{made.note}</span> } : undefined,
          { label: t('fact.given'), value: format.dateTime(issuedAt) },
          { label: t('fact.until'), value: format.dateTime(expiresAt) },
          made && {
            label: t('fact.calls'),
            value:
              calls === undefined
                ? t('calls.used', { count: made.used })
                : t('calls.usedOf', { count: calls, used: made.used }),
          },
          !made &&
            calls !== undefined && { label: t('fact.calls'), value: t('calls.most', { count: calls }) },
        ]}
      />
      {Object.entries(args).map(([tool, schema]) => (
        <CodeBlock key={tool} label={t('fact.args', { tool })} text={schema} />
      ))}
    </>
  );
}
