/**
 * What the page shows, written into its address: `/catalog/+state=pending&text=read/<tool>`. A link opens the same tools
 * in the same order, and the way back from a tool leads to where one was.
 */
import { claims } from '#shared/features/registry/claims.ts';
import {
  approvalStates,
  scopes,
  type ToolFilter,
  type ToolSort,
  toolSortSchema,
} from '#shared/features/registry/query.ts';

export interface Shown {
  filter: ToolFilter;
  /** Where nobody chose one, what was searched for decides: relevance first. */
  sort?: ToolSort | undefined;
  descending: boolean;
}

export const everything: Shown = { filter: { scope: 'all', text: '' }, descending: false };

/** `+pending` is short for `+state=pending`; no tool's id starts with a plus. */
export const isView = (part: string | undefined): part is string => part?.startsWith('+') ?? false;

/** What an address shows; parts that mean nothing are left aside. */
export function readView(part: string | undefined): Shown {
  if (!isView(part)) return everything;
  const text = part.slice(1);
  const given = new URLSearchParams(text.includes('=') ? text : `state=${text}`);
  const oneOf = <Value extends string>(name: string, values: readonly Value[]): Value | undefined =>
    values.find((value) => value === given.get(name));
  const words = (name: string) => given.get(name) || undefined;
  const isSet = (name: string) => (given.get(name) === '1' ? true : undefined);
  return {
    filter: compact({
      scope: oneOf('scope', scopes) ?? 'all',
      state: oneOf('state', approvalStates),
      claim: oneOf('claim', claims),
      provider: words('provider'),
      server: words('server'),
      tag: words('tag'),
      favourite: isSet('favourite'),
      reachable: isSet('reachable'),
      text: given.get('text') ?? '',
    }),
    ...sortIn(oneOf('sort', toolSortSchema.options)),
    descending: isSet('descending') ?? false,
  };
}

const sortIn = (sort: ToolSort | undefined): Pick<Shown, 'sort'> => (sort === undefined ? {} : { sort });

/** The part of an address that {@link readView} reads; empty where everything is shown. */
export function writeView({ descending, filter, sort }: Shown): string {
  const given = new URLSearchParams();
  const { scope, ...rest } = filter;
  if (scope !== 'all') given.set('scope', scope);
  for (const [name, value] of Object.entries(rest))
    if (value !== undefined && value !== '' && value !== false) given.set(name, value === true ? '1' : value);
  if (sort !== undefined) given.set('sort', sort);
  if (descending) given.set('descending', '1');
  given.sort();
  const text = given.toString();
  return text && `+${text}`;
}

/** @param tool `provider/server/tool` of the one that is open. */
export function catalogPath(shown: Shown, tool?: string): string {
  const view = writeView(shown);
  return ['/catalog', view, tool === undefined ? '' : encodeURIComponent(tool)].filter(Boolean).join('/');
}

/** Without the parts that ask for nothing. */
export const compact = (filter: { [Name in keyof ToolFilter]: ToolFilter[Name] | undefined }): ToolFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as ToolFilter;

/** `provider/server/tool`, which stays when version and fingerprint move on. */
export const stemOf = (id: string): string => id.split(/[@#]/, 1)[0] ?? id;
