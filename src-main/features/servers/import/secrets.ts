/** What in a configuration is a secret, by the look of its name or value, and where it is put instead. */

/** Parts of names that hold secrets. */
const SECRET_NAME =
  /(?:^|[^a-z])(?:key|token|secret|password|passwd|pass|pwd|credentials?|auth|authorization|cookie|bearer|dsn)(?:$|[^a-z])/;
/** Beginnings of well-known kinds of tokens. */
const SECRET_VALUE =
  /^(?:sk-|sk_live_|rk_live_|gh[oprsu]_|github_pat_|glpat-|xox[abprs]-|AKIA|ntn_|hf_|pat-|shpat_|eyJ[A-Za-z0-9_-]+\.eyJ)/;
const AUTHORIZATION = /^(?:Bearer|Basic|Token)\s+\S/i;

/** `API_KEY`, `githubToken` and `X-Api-Key` do; `KEYBOARD` and `MONKEY` do not. */
export function looksSecret(name: string, value: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return SECRET_NAME.test(words) || /api_?key$|apikey/.test(words) || looksSecretValue(value);
}

export const looksSecretValue = (value: string): boolean =>
  SECRET_VALUE.test(value) || AUTHORIZATION.test(value);

/** What was found while a configuration was read: secrets by name, with their values where the file had them. */
export interface SecretFinds {
  names: Set<string>;
  values: Record<string, string>;
  /** Keeps a value under a name made from `hint`, and returns the placeholder that stands for it. */
  keep(hint: string, value: string | undefined): string;
}

export function createSecretFinds(): SecretFinds {
  const names = new Set<string>();
  const values: Record<string, string> = {};
  return {
    names,
    values,
    keep(hint, value) {
      const base =
        hint
          .replace(/^-+/, '')
          .replace(/[^A-Za-z0-9_]+/g, '_')
          .replace(/^(?=\d)/, '_')
          .toUpperCase() || 'SECRET';
      let name = base;
      for (let count = 2; names.has(name) && values[name] !== value; count += 1) name = `${base}_${count}`;
      names.add(name);
      if (value !== undefined) values[name] = value;
      return `\${${name}}`;
    },
  };
}

/** Command-line arguments with secrets replaced by placeholders. */
export function hideSecretArguments(args: readonly string[], finds: SecretFinds): string[] {
  return args.map((arg, index) => {
    const assignment = /^(--?[A-Za-z0-9][\w-]*|[A-Za-z_]\w*)=(.+)$/s.exec(arg);
    if (assignment?.[1] && assignment[2] && looksSecret(assignment[1], assignment[2]))
      return `${assignment[1]}=${finds.keep(assignment[1], assignment[2])}`;
    const flag = args[index - 1];
    if (flag && /^--?[A-Za-z][\w-]*$/.test(flag) && !arg.startsWith('-') && looksSecret(flag, ''))
      return finds.keep(flag, arg);
    const header = /^([A-Za-z-]+):\s*(\S.*)$/s.exec(arg);
    if (header?.[1] && header[2] && looksSecret(header[1], header[2]))
      return `${header[1]}:${finds.keep(header[1], header[2])}`;
    return looksSecretValue(arg) ? finds.keep('SECRET', arg) : hideUrlPassword(arg, finds);
  });
}

/** A URL with secret query values and its password replaced by placeholders. */
export function hideSecretsInUrl(url: string, finds: SecretFinds): string {
  const hidden = url.replace(
    /([?&])([^=&#]+)=([^&#]+)/g,
    (whole, mark: string, name: string, value: string) =>
      looksSecret(name, value) ? `${mark}${name}=${finds.keep(name, value)}` : whole,
  );
  return hideUrlPassword(hidden, finds);
}

/** `scheme://user:password@host` with the password replaced, wherever it stands in a text. */
export function hideUrlPassword(text: string, finds: SecretFinds): string {
  return text.replace(
    /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):([^\s/@${}]+)@/gi,
    (_whole, start: string, password: string) => {
      return `${start}:${finds.keep('URL_PASSWORD', password)}@`;
    },
  );
}
