import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InvocationDetail } from '#shared/features/relay/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { CodeBlock } from '../../../ui/copy.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { ToolResult } from '../../../ui/tool-result.tsx';
import { keptArguments, stemOf } from '../rules.ts';

/** A replay may take as long as a call of an AI client. */
const TIMEOUT_MS = 300_000;

/** The same call once more, after a look at what it is: only where its arguments were kept whole. */
export function Replay({ call }: { call: InvocationDetail }) {
  const { t } = useTranslation('activity');
  const node = useNode();
  const [asking, setAsking] = useState(false);
  const [result, setResult] = useState<Record<string, unknown>>();
  const given = keptArguments(call.request);
  const id = call.toolId && stemOf(call.toolId);
  if (!given || !id) return null;
  return (
    <div className="form">
      <div>
        <Button icon={RotateCcw} onPress={() => setAsking(true)}>
          {t('replay.open')}
        </Button>
      </div>
      {result && <ToolResult result={result} />}
      {asking && (
        <ConfirmDialog
          isOpen
          title={t('replay.title', { tool: call.tool ?? call.method })}
          confirmLabel={t('replay.confirm')}
          danger={false}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            const answer = await node['tools.call']({ id, arguments: given, timeoutMs: TIMEOUT_MS });
            setResult(answer.result);
          }}
        >
          <Warning id={id} />
          <p>{t('replay.words')}</p>
          <CodeBlock label={t('payload.arguments')} text={JSON.stringify(given, null, 2)} />
        </ConfirmDialog>
      )}
    </div>
  );
}

/** A tool that only reads can be called as often as one likes; any other may do its work twice. */
function Warning({ id }: { id: string }) {
  const { t } = useTranslation('activity');
  const { data, fault } = useQuery((node, signal) => node['tools.show']({ id }, { signal }), [id]);
  if (fault) return <FaultNote fault={fault} />;
  if (!data || data.tool.annotations?.readOnlyHint === true) return null;
  return (
    <Note tone="warn">
      {data.tool.annotations?.destructiveHint === true ? t('replay.destructive') : t('replay.changes')}
    </Note>
  );
}
