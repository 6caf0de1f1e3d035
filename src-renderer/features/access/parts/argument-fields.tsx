import { Check, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';
import { Inline } from '../../../ui/page.tsx';
import styles from '../access.module.css';

export interface ArgumentFieldsProps {
  /** Those that the grant is for. */
  tools: readonly string[];
  /** By tool: JSON Schema as text. */
  args: Readonly<Record<string, string>>;
  onChange(args: Readonly<Record<string, string>>): void;
}

/** A schema that shows how one is written; what it names is nobody's. */
const EXAMPLE = '{"properties": {"path": {"pattern": "^public/"}}}';

/** What the arguments of single tools must fit, each with a check before it is saved. */
export function ArgumentFields({ tools, args, onChange }: ArgumentFieldsProps) {
  const { t } = useTranslation('access');
  const constrained = Object.keys(args).filter((tool) => tools.includes(tool));
  const free = tools.filter((tool) => !constrained.includes(tool));
  const [next, setNext] = useState('');
  const chosen = free.includes(next) ? next : (free[0] ?? '');
  return (
    <fieldset className={styles['picker']}>
      <legend>{t('args.title')}</legend>
      <p className={styles['soft']}>{t('args.help')}</p>
      {constrained.map((tool) => (
        <Constraint
          key={tool}
          tool={tool}
          schema={args[tool] ?? ''}
          onChange={(schema) => onChange({ ...args, [tool]: schema })}
        />
      ))}
      {free.length > 0 && (
        <Inline>
          <Select
            hideLabel
            label={t('args.tool')}
            options={free.map((tool) => ({ value: tool, label: tool }))}
            value={chosen}
            onChange={setNext}
          />
          <Button size="small" icon={Plus} onPress={() => onChange({ ...args, [chosen]: EXAMPLE })}>
            {t('args.add')}
          </Button>
        </Inline>
      )}
    </fieldset>
  );
}

interface ConstraintProps {
  tool: string;
  schema: string;
  onChange(schema: string): void;
}

function Constraint({ tool, schema, onChange }: ConstraintProps) {
  const { t } = useTranslation('access');
  const node = useNode();
  const [sample, setSample] = useState('');
  const [judged, setJudged] = useState<{ problem?: string | undefined; fits?: boolean | undefined }>();
  const check = useCommand(
    async (signal) => {
      const given = parsed(sample);
      if (given === null) return setJudged({ problem: t('args.badSample') });
      setJudged(await node['access.checkConstraint']({ schema, arguments: given }, { signal }));
    },
    { call: 'access.checkConstraint' },
  );
  return (
    <>
      <TextField
        label={t('args.schema', { tool })}
        description={t('args.empty')}
        value={schema}
        onChange={(text) => {
          setJudged(undefined);
          onChange(text);
        }}
        rows={3}
        maxLength={4096}
        code
      />
      <TextField
        label={t('args.sample')}
        placeholder='{"path": "public/a.txt"}'
        value={sample}
        onChange={(text) => {
          setJudged(undefined);
          setSample(text);
        }}
        code
      />
      <Inline>
        <Button
          size="small"
          icon={Check}
          command={check}
          isDisabled={schema.trim() === ''}
          onPress={() => void check.run()}
        >
          {t('args.check')}
        </Button>
        <span role="status">{judged && <Judgement {...judged} />}</span>
      </Inline>
      <FaultNote fault={check.fault} />
    </>
  );
}

function Judgement({ fits, problem }: { problem?: string | undefined; fits?: boolean | undefined }) {
  const { t } = useTranslation('access');
  if (problem !== undefined)
    return (
      <Badge tone="bad">
        <span dir="auto">{problem}</span>
      </Badge>
    );
  if (fits === undefined) return <Badge tone="ok">{t('args.good')}</Badge>;
  return <Badge tone={fits ? 'ok' : 'warn'}>{t(fits ? 'args.fits' : 'args.misfits')}</Badge>;
}

/** The object that a text is; undefined where it is empty, null where it is none. */
function parsed(text: string): Record<string, unknown> | undefined | null {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown> | null)
      : null;
  } catch {
    // Said at the field in the person's language; the parser's own words are English.
    return null;
  }
}
