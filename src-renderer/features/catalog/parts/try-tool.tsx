import { Play, Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Inline, Stack } from '../../../ui/page.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { SchemaForm } from '../../../ui/schema-form/schema-form.tsx';
import { ToolResult } from '../../../ui/tool-result.tsx';
import { AskButton, canAsk } from '../../asking/index.ts';
import { annotationWords } from '../rules.ts';
import { FailedAt } from './failed-at.tsx';
import type { ToolDetail } from './tool-actions.tsx';
import { type Progress, useTrial } from './use-trial.ts';
import styles from './try-tool.module.css';

/** Calls the tool as an AI client would: its form, the call under way with what it says, its answer. */
export function TryTool({ tool }: { tool: ToolDetail }) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const { answer, call, logs, progress } = useTrial(tool.id);
  const inCatalog = tool.state === 'local' || tool.state === 'approved';
  if (!inCatalog)
    return <Note>{tool.pin?.holds === false ? t('try.settlePin') : t('try.approveFirst')}</Note>;
  return (
    <Stack>
      {annotationWords(tool.annotations).includes('destructive') && (
        <Note tone="warn">{t('try.destructive')}</Note>
      )}
      <SchemaForm
        schema={tool.tool.inputSchema}
        onSubmit={(given) => void call.run(given)}
        actions={
          <>
            <Button type="submit" look="primary" icon={Play} command={call}>
              {t('try.run')}
            </Button>
            {call.pending && (
              <Button icon={Square} onPress={call.cancel}>
                {t('try.cancel')}
              </Button>
            )}
          </>
        }
      />
      {call.pending && <Running progress={progress} />}
      <FaultNote fault={call.fault} />
      {call.fault && <FailedAt code={call.fault.code} origin={tool.origin} />}
      {tool.origin === 'network' && canAsk(call.fault?.code) && (
        <Inline>
          <AskButton
            look="primary"
            provider={tool.providerId}
            providerName={tool.providerName}
            server={tool.server}
            tool={tool.name}
          />
        </Inline>
      )}
      {logs.length > 0 && (
        <section className={styles['logs']} aria-label={t('try.logs')}>
          {logs.map((text, index) => (
            <p key={`${index}-${text}`} dir="auto">
              {text}
            </p>
          ))}
        </section>
      )}
      <div aria-live="polite">
        {answer && (
          <section className={styles['answer']} aria-label={t('try.answer')}>
            <p className={styles['took']}>{t('try.took', { time: format.duration(answer.tookMs) })}</p>
            {answer.result['isError'] === true && <FailedAt origin={tool.origin} />}
            <ToolResult result={answer.result} />
          </section>
        )}
      </div>
    </Stack>
  );
}

/** How long the call has taken and how far it says it is; shown after a blink, so that quick ones do not flicker. */
function Running({ progress }: { progress: Progress | undefined }) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const { clock } = useNodeLink();
  const [elapsedMs, setElapsedMs] = useState(0);
  useEffect(() => {
    const start = clock.monotonic();
    const timer = clock.every(100, () => setElapsedMs(clock.monotonic() - start));
    return () => timer.cancel();
  }, [clock]);
  if (elapsedMs < 200) return null;
  const tenths = Math.floor(elapsedMs / 100) * 100;
  const percent = progress?.total ? Math.min(100, (progress.progress / progress.total) * 100) : undefined;
  return (
    <div className={styles['running']}>
      <ProgressBar label={t('try.running')} {...(percent === undefined ? {} : { value: percent })} />
      <span>
        {t('try.running')} <span aria-hidden>{format.duration(tenths)}</span>
      </span>
      {progress && (
        <span dir="auto">
          {progress.message ??
            t('try.progress', {
              done: format.number(progress.progress),
              total: progress.total === undefined ? '?' : format.number(progress.total),
            })}
        </span>
      )}
    </div>
  );
}
