import { Lock, Pencil, Undo2 } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { type Command, useCommand } from '../../../platform/use-command.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select, Switch } from '../../../ui/fields.tsx';
import { Inline } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { isLocked, kindOf, type Setting } from '../rules.ts';
import styles from '../settings.module.css';
import { SettingDialog } from './setting-dialog.tsx';
import { useChoiceWords, useValueWords } from './value-words.ts';
import { useSettingWords } from './words.ts';

interface SettingRowProps {
  setting: Setting;
  onChanged(): void;
}

/** One setting of the node: what it does, its value, where that comes from, and the way to change it. */
export function SettingRow({ setting, onChanged }: SettingRowProps) {
  const { t } = useTranslation('settings');
  const { key } = setting;
  const node = useNode();
  const toasts = useToasts();
  const { help, title } = useSettingWords()(setting);
  const name = useId();
  const changed = (next: Setting) => {
    toasts.say(next.restartPending ? t('savedRestart') : t('saved'));
    onChanged();
  };
  const save = useCommand(async (signal, value: unknown) => {
    changed(await node['settings.set']({ key, value }, { signal }));
    return true;
  });
  const reset = useCommand(async (signal) => changed(await node['settings.reset']({ key }, { signal })));
  return (
    <li className={styles['setting']} aria-labelledby={name}>
      <div className={styles['words']}>
        <h3 id={name}>{title}</h3>
        <p>{help}</p>
        <Origin setting={setting} />
      </div>
      <div className={styles['control']}>
        <Control setting={setting} title={title} save={save} />
        {setting.source === 'file' && (
          <Button size="small" look="quiet" icon={Undo2} command={reset} onPress={() => void reset.run()}>
            {t('reset')}
          </Button>
        )}
      </div>
      <FaultNote fault={reset.fault ?? (kindOf(setting) === 'other' ? undefined : save.fault)} />
    </li>
  );
}

/** Where the value comes from; one that is decided elsewhere says how to change it there. */
function Origin({ setting }: { setting: Setting }) {
  const { t } = useTranslation('settings');
  const { restartPending, source, variable } = setting;
  if (source === 'default' && !restartPending) return null;
  return (
    <Inline>
      {source === 'file' && <Badge tone="info">{t('source.file')}</Badge>}
      {isLocked(setting) && (
        <Badge tone="idle" icon={Lock}>
          {t(source === 'flag' ? 'source.flag' : 'source.environment')}
        </Badge>
      )}
      {source === 'environment' && <code dir="ltr">{variable}</code>}
      {restartPending && <Badge tone="waiting">{t('restart.pending')}</Badge>}
    </Inline>
  );
}

interface ControlProps {
  setting: Setting;
  title: string;
  save: Command<[value: unknown], boolean>;
}

function Control({ setting, title, save }: ControlProps) {
  const { t } = useTranslation('settings');
  const [editing, setEditing] = useState(false);
  const choice = useChoiceWords();
  const value = useValueWords()(setting);
  const locked = isLocked(setting);
  if (kindOf(setting) === 'flag')
    return (
      <Switch
        selected={setting.value === true}
        disabled={locked || save.pending}
        onChange={(on) => void save.run(on)}
      >
        <span className="visually-hidden">{title}</span>
        <span aria-hidden>{setting.value === true ? t('on') : t('off')}</span>
      </Switch>
    );
  if (kindOf(setting) === 'choice' && !locked)
    return (
      <Select
        hideLabel
        label={title}
        options={(setting.schema['enum'] as string[]).map((option) => ({
          value: option,
          label: choice(option),
        }))}
        value={String(setting.value)}
        onChange={(next) => void save.run(next)}
      />
    );
  return (
    <>
      <span className={styles['value']} dir="auto">
        {value}
      </span>
      {!locked && (
        <Button size="small" icon={Pencil} onPress={() => setEditing(true)}>
          {t('change')}
          <span className="visually-hidden">: {title}</span>
        </Button>
      )}
      {editing && (
        <SettingDialog setting={setting} title={title} save={save} onClose={() => setEditing(false)} />
      )}
    </>
  );
}
