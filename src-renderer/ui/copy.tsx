import { Check, Copy, Eye, EyeOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNodeLink } from '../platform/node-link.ts';
import { IconButton } from './button.tsx';
import { classes } from './classes.ts';
import { useToasts } from './toasts.tsx';
import styles from './copy.module.css';

/** How long the button says that the text was copied. */
const COPIED_MS = 2000;
/** A hidden value tells nothing of itself, its length included. */
const HIDDEN_DOTS = 24;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation('common');
  const { clock } = useNodeLink();
  const toasts = useToasts();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = clock.after(COPIED_MS, () => setCopied(false));
    return () => timer.cancel();
  }, [copied, clock]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      toasts.say(t('copied'));
    } catch {
      // Browsers refuse the clipboard to pages without focus or permission; the text is still there to be selected.
      toasts.warn(t('copyRefused'));
    }
  };
  return (
    <IconButton
      icon={copied ? Check : Copy}
      label={copied ? t('copied') : t('copy', { what: label })}
      onPress={() => void copy()}
    />
  );
}

export interface CopyFieldProps {
  label: string;
  value: string;
  /** Shows dots until the person asks to see it; copying works all the same. */
  secret?: boolean;
  /** Where the place already says what it is. */
  hideLabel?: boolean;
}

/** A value to take elsewhere: shown whole as far as there is room, copied with one press. */
export function CopyField({ label, value, secret, hideLabel }: CopyFieldProps) {
  const { t } = useTranslation('common');
  const [shown, setShown] = useState(!secret);
  return (
    <div className={styles['field']}>
      <span className={classes(styles['label'], hideLabel && 'visually-hidden')}>{label}</span>
      <div className={styles['row']}>
        <input
          readOnly
          dir="ltr"
          className={styles['value']}
          value={shown ? value : '•'.repeat(HIDDEN_DOTS)}
          aria-label={label}
          onFocus={(event) => event.currentTarget.select()}
        />
        {secret && (
          <IconButton
            icon={shown ? EyeOff : Eye}
            label={shown ? t('hide', { what: label }) : t('show', { what: label })}
            onPress={() => setShown(!shown)}
          />
        )}
        <CopyButton text={value} label={label} />
      </div>
    </div>
  );
}

/** A block of code or configuration with a copy button. */
export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    <figure className={styles['block']} aria-label={label}>
      <div className={styles['blockHead']}>
        <figcaption>{label}</figcaption>
        <CopyButton text={text} label={label} />
      </div>
      <pre dir="ltr" tabIndex={0} role="group" aria-label={label}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
