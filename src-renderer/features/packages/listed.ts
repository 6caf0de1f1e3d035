/** What a package of a centralized registry asks before it is brought here. Pure. */
import {
  type DescribedArgument,
  type DescribedInput,
  type DescribedPackage,
  installable,
} from '#shared/features/packages/described.ts';
import type { UserSetting } from '#shared/features/packages/manifest.ts';
import { type Permissions, permissionsSchema } from '#shared/features/packages/permissions.ts';
import type { Settings } from './settings.ts';

/** Names of variables stay as they are up to this length when they become settings. */
const MOST_LETTERS = 60;

/**
 * The variables that its operator fills in. `undefined` where it asks for more than variables: such a package is added as
 * a server, by hand.
 */
export function askedBy({ environmentVariables, packageArguments }: DescribedPackage): Settings | undefined {
  const isFixed = ({ value, variables }: DescribedArgument | (typeof environmentVariables)[number]) =>
    value !== undefined && Object.keys(variables).length === 0;
  const asked = environmentVariables.filter((variable) => !isFixed(variable));
  if (asked.some(({ name, value }) => value !== undefined || name.length > MOST_LETTERS)) return undefined;
  if (!packageArguments.every((argument) => isFixed(argument) || mayBeLeft(argument))) return undefined;
  return Object.fromEntries(asked.map((variable) => [variable.name, settingOf(variable)]));
}

/** One without a value that the program does without, or has a proposal for. */
const mayBeLeft = ({ default: proposed, isRequired, type, value }: DescribedArgument): boolean =>
  value === undefined && (proposed !== undefined || (type === 'named' && !isRequired));

const settingOf = (input: DescribedInput & { name: string }): UserSetting => ({
  type: input.format === 'filepath' ? 'file' : input.format,
  title: input.name,
  description: input.description ?? '',
  required: input.isRequired,
  sensitive: input.isSecret,
  multiple: false,
  ...(input.default === undefined || input.isSecret ? {} : { default: input.default }),
});

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

export interface TypedPermissions {
  hosts: string;
  read: string;
  write: string;
}

/** One to a line each; `undefined` for what does not have the form of one. */
export function readPermissions(typed: TypedPermissions): {
  [Key in keyof TypedPermissions]: string[] | undefined;
} & { all: Permissions | undefined } {
  const { hosts, read, write } = permissionsSchema.shape;
  const given = {
    hosts: hosts.safeParse(lines(typed.hosts)).data,
    read: read.safeParse(lines(typed.read)).data,
    write: write.safeParse(lines(typed.write)).data,
  };
  const isWhole = given.hosts && given.read && given.write;
  return { ...given, all: isWhole ? permissionsSchema.parse(given) : undefined };
}

/** The first package of a `server.json` that can be brought here with what its operator types into a few fields. */
export function bringable(serverJson: string): DescribedPackage | undefined {
  return installable(parsed(serverJson)).find((one) => askedBy(one) !== undefined);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // What is no JSON describes no package.
  }
}
