import { Play, Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Stack } from '../../../ui/page.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { SchemaForm } from '../../../ui/schema-form/schema-form.tsx';
import { ToolResult } from '../../../ui/tool-result.tsx';
import { annotationWords } from '../rules.ts';
import type { ToolDetail } from './tool-actions.tsx';
import styles from './try-tool.module.css';

interface Answer {
  result: Record<string, unknown>;
  tookMs: number;
}

/** Calls the tool as an AI client would: its form, the call under way with the time it has taken, its answer. */
export function TryTool({ tool }: { tool: ToolDetail }) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  const { node, clock } = useNodeLink();
  const [answer, setAnswer] = useState<Answer>();
  const call = useCommand(async (signal, given: JsonObject) => {
    setAnswer(undefined);
    const start = clock.monotonic();
    const { result } = await node['tools.call']({ id: tool.id, arguments: given }, { signal });
    setAnswer({ result, tookMs: Math.round(clock.monotonic() - start) });
  });
  const inCatalog = tool.state === 'local' || tool.state === 'approved';
  if (!inCatalog) return <Note>{t('try.approveFirst')}</Note>;
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
            <Button type="submit" look="primary" icon={Play} isPending={call.pending}>
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
      {call.pending && <Running />}
      <FaultNote fault={call.fault} />
      <div aria-live="polite">
        {answer && (
          <section className={styles['answer']} aria-label={t('try.answer')}>
            <p className={styles['took']}>{t('try.took', { time: format.duration(answer.tookMs) })}</p>
            <ToolResult result={answer.result} />
          </section>
        )}
      </div>
    </Stack>
  );
}

/** How long the call has taken; shown after a blink, so that quick ones do not flicker. */
function Running() {
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
  return (
    <div className={styles['running']}>
      <ProgressBar label={t('try.running')} />
      <span>
        {t('try.running')} <span aria-hidden>{format.duration(tenths)}</span>
      </span>
    </div>
  );
}
