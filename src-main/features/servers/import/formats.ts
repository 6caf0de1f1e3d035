/** Configuration files of AI clients and of other MCP managers, recognised by their shape: which servers they name. */
import { parse as parseJsonc, type ParseError } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { AppError } from '#shared/kernel/errors.ts';
import { readDockerFile } from './docker.ts';
import {
  isMcpHub,
  isMetaMcp,
  readContextForge,
  readMcpHub,
  readMcpJungle,
  readOpenCode,
} from './managers.ts';
import { isPlain, type Plain } from './plain.ts';

export interface RawEntry {
  name: string;
  entry: Plain;
  /**
   * `client`: a command or a URL. `registry`: a `server.json`, which describes packages. `docker`: a container, as
   * Docker's catalogs describe it. `unsupported`: nothing that could be a server here; `entry.reason` says why.
   */
  kind: 'client' | 'registry' | 'docker' | 'unsupported';
}

export interface ParsedFile {
  format: string;
  entries: RawEntry[];
}

interface Format {
  name: string;
  /** Entries, or undefined where the document has another shape. */
  read(document: Plain): RawEntry[] | undefined;
}

const FORMATS: readonly Format[] = [
  { name: 'server.json', read: readServerJson },
  { name: 'docker-mcp', read: readDockerFile },
  { name: 'contextforge', read: readContextForge },
  { name: 'mcpjungle', read: readMcpJungle },
  { name: 'mcp-hub', read: (document) => (isMcpHub(document) ? readMcpHub(document) : undefined) },
  {
    name: 'metamcp',
    read: (document) => (isMetaMcp(document) ? entriesOf(document['mcpServers']) : undefined),
  },
  { name: 'opencode', read: readOpenCode },
  {
    name: 'claude-code',
    read: (document) => (isPlain(document['projects']) ? readClaudeCode(document) : undefined),
  },
  { name: 'windsurf', read: (document) => entriesWith(document, 'serverUrl') },
  { name: 'gemini', read: (document) => entriesWith(document, 'httpUrl') },
  { name: 'zed', read: (document) => entriesOf(document['context_servers']) },
  { name: 'codex', read: (document) => entriesOf(document['mcp_servers']) },
  { name: 'goose', read: (document) => entriesOf(document['extensions']) },
  {
    name: 'mcpServers',
    read: (document) => entriesOf(document['mcpServers']) ?? readList(document['mcpServers']),
  },
  { name: 'vscode', read: (document) => entriesOf(document['servers']) ?? readVsCodeSettings(document) },
];

/** File names that tell apart formats of one shape. */
const BY_PATH: ReadonlyArray<readonly [pattern: RegExp, format: string]> = [
  [/claude_desktop_config\.json$/i, 'claude-desktop'],
  [/\.claude\.json$|\.mcp\.json$/i, 'claude-code'],
  [/\.cursor[\\/]mcp\.json$/i, 'cursor'],
  [/windsurf[\\/]mcp_config\.json$/i, 'windsurf'],
  [/\.gemini[\\/]settings\.json$/i, 'gemini'],
  [/mcphub[\\/]servers\.json$|mcp-servers\.json$/i, 'mcp-hub'],
  [/\.continue[\\/].*\.ya?ml$/i, 'continue'],
  [/cline_mcp_settings\.json$/i, 'cline'],
];

/**
 * Throws `servers.import_malformed` or `servers.import_unknown`.
 * @param wanted the only format to look for, where the caller knows it.
 */
export function parseConfigFile(text: string, path?: string, wanted?: string): ParsedFile {
  const documents = [readJson(text), readToml(text), readYaml(text)].filter(isPlain);
  if (documents.length === 0) throw malformed();
  for (const document of documents) {
    for (const { name, read } of FORMATS) {
      const entries = read(document);
      const format = wanted && sharesShape(wanted, name) ? wanted : nameOf(name, path);
      if (entries && (!wanted || format === wanted)) return { format, entries };
    }
  }
  throw unknownShape();
}

/** Several clients write `mcpServers` in the same way. */
const sharesShape = (wanted: string, shape: string): boolean =>
  shape === 'mcpServers' && BY_PATH.some(([, format]) => format === wanted);

const nameOf = (format: string, path: string | undefined): string =>
  format === 'mcpServers' ? (BY_PATH.find(([pattern]) => path && pattern.test(path))?.[1] ?? format) : format;

function readJson(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true });
  return errors.length === 0 ? value : undefined;
}

function readToml(text: string): unknown {
  try {
    return parseToml(text);
  } catch {
    // Another format, then; a file that is none of them is reported as such.
    return undefined;
  }
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    // As above.
    return undefined;
  }
}

/** Some clients list their servers, each with its name. */
function readList(value: unknown): RawEntry[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value
    .filter(isPlain)
    .map((entry) => ({ name: String(entry['name'] ?? 'server'), entry, kind: 'client' }));
}

export function entriesOf(value: unknown): RawEntry[] | undefined {
  if (!isPlain(value)) return undefined;
  return Object.entries(value)
    .filter((pair): pair is [string, Plain] => isPlain(pair[1]))
    .map(([name, entry]) => ({ name, entry, kind: 'client' }));
}

function entriesWith(document: Plain, key: string): RawEntry[] | undefined {
  const entries = entriesOf(document['mcpServers']);
  return entries?.some(({ entry }) => key in entry) ? entries : undefined;
}

/** Servers of the user, then of each project; an entry that was seen already is not repeated. */
function readClaudeCode(document: Plain): RawEntry[] {
  const projects = Object.values(document['projects'] as Plain).filter(isPlain);
  const all = [document, ...projects].flatMap((scope) => entriesOf(scope['mcpServers']) ?? []);
  const seen = new Set<string>();
  return all.filter(({ name, entry }) => {
    const key = JSON.stringify([name, entry]);
    return !seen.has(key) && seen.add(key);
  });
}

const readVsCodeSettings = (document: Plain): RawEntry[] | undefined =>
  isPlain(document['mcp']) ? entriesOf(document['mcp']['servers']) : undefined;

/** A `server.json`, bare or as the registry wraps it. */
function readServerJson(document: Plain): RawEntry[] | undefined {
  const server = isPlain(document['server']) ? document['server'] : document;
  const described = Array.isArray(server['packages']) || Array.isArray(server['remotes']);
  if (!described || typeof server['name'] !== 'string') return undefined;
  const name = server['name'].split('/').at(-1) ?? server['name'];
  return [{ name, entry: server, kind: 'registry' }];
}

const malformed = (): AppError =>
  new AppError('servers.import_malformed', 'This is not JSON, TOML or YAML.', {
    advice: 'Check the file in an editor: perhaps a bracket or a quotation mark is missing.',
  });

const unknownShape = (): AppError =>
  new AppError('servers.import_unknown', 'This file names no MCP servers.', {
    advice:
      'Give the configuration of an AI client or of another MCP manager (see the guide on importing), or a server.json.',
  });
