/** Placeholders that AI clients fill in: `${input:id}`, `${env:NAME}`, `${NAME}`, `${NAME:-default}`, `$NAME`. */
import { looksSecret, type SecretFinds } from './secrets.ts';

export interface VariableSources {
  /** This machine's environment, which the file refers to. */
  environment: Readonly<Record<string, string | undefined>>;
  home: string;
}

/** What cannot be filled in; the whole entry is left out then. */
export class Unresolvable extends Error {}

const PLACEHOLDER = /\$\{([^{}]+)\}/g;

/** Fills in what can be known here, turns what a person would be asked for into secrets. Throws `Unresolvable`. */
export function fillIn(text: string, sources: VariableSources, finds: SecretFinds): string {
  // Gemini also knows `$NAME`; elsewhere in a text a dollar sign is just that.
  const whole = /^\$([A-Za-z_]\w*)$/.exec(text)?.[1];
  if (whole) return valueOf(whole, sources, finds);
  return text.replace(PLACEHOLDER, (_whole, inner: string) => valueOf(inner, sources, finds));
}

function valueOf(inner: string, { environment, home }: VariableSources, finds: SecretFinds): string {
  const input = /^(?:input|prompt):(.+)$/.exec(inner)?.[1];
  if (input) return finds.keep(input, undefined);
  if (inner.startsWith('cmd:'))
    throw new Unresolvable(
      `It takes a value from a command (\${${inner.slice(0, 60)}}), which is not run here.`,
    );
  if (inner === 'userHome' || inner === 'HOME') return home;
  if (/^(?:workspaceFolder|workspaceRoot|file|cwd|extensionPath)/.test(inner))
    throw new Unresolvable(`It depends on the folder that is open in the editor (\${${inner}}).`);
  const [, name = '', fallback] = /^(?:env:)?([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inner) ?? [];
  if (name === '') throw new Unresolvable(`It uses \${${inner}}, which is not known here.`);
  const value = environment[name];
  if (value !== undefined) return looksSecret(name, value) ? finds.keep(name, value) : value;
  return fallback ?? finds.keep(name, undefined);
}
