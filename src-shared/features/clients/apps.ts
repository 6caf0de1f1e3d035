/**
 * AI clients that keep their MCP servers in a file: which there are, where the file lies on each system, how it is
 * written, and what shows that the client is installed. Facts only, from the clients' own documentation; what is done
 * with them stands in `src-main/features/clients`.
 */
import type { EntryShape } from './entry.ts';

export const CLIENT_APPS = [
  'claude-desktop',
  'claude-code',
  'cursor',
  'vscode',
  'vscode-insiders',
  'windsurf',
  'cline',
  'roo-code',
  'continue',
  'zed',
  'codex',
  'gemini-cli',
  'copilot-cli',
  'lm-studio',
  'goose',
  'opencode',
  'amazon-q',
  'kiro',
  'junie',
] as const;
export type ClientAppId = (typeof CLIENT_APPS)[number];

export type ClientSystem = 'linux' | 'macos' | 'windows';
/** `jsonc`: JSON in which the client allows comments and trailing commas. */
export type FileFormat = 'json' | 'jsonc' | 'toml' | 'yaml';

/** Where a client's servers stand in its file: names of members from the root down; below is `name → entry`, or a list. */
export interface EntryPlace {
  format: FileFormat;
  path: readonly string[];
  /** The container is a list whose items carry their `name`. */
  list?: true;
}

/**
 * A path in which `~` is the home folder, `{NAME|other}` an environment variable or, where it is not set, the other, and
 * `*` any ending of a folder's name.
 */
export type PathTemplate = string;

export interface ClientApp extends EntryPlace {
  id: ClientAppId;
  name: string;
  shape: EntryShape;
  /** The file, most likely first: the first that exists is meant, else the first whose folder does, else the first. */
  files: Readonly<Record<ClientSystem, readonly PathTemplate[]>>;
  /** Files and folders that show that the client is installed, besides its own file. */
  signs: Readonly<Record<ClientSystem, readonly PathTemplate[]>>;
  /** Programs that show the same where they are found on the PATH; none whose name others use as well. */
  programs?: readonly string[];
  /** The file that a project may keep, below the project's folder. */
  projectFile?: string;
  /** When the client reads a changed file. */
  takesEffect: 'restart' | 'new_session' | 'reload' | 'at_once';
}

const everywhere = (...paths: PathTemplate[]) => ({ linux: paths, macos: paths, windows: paths });

const LINUX = '{XDG_CONFIG_HOME|~/.config}';
const MACOS = '~/Library/Application Support';
const WINDOWS = '{APPDATA|~/AppData/Roaming}';
const WINDOWS_LOCAL = '{LOCALAPPDATA|~/AppData/Local}';

/** Below the folder in which each system keeps the settings of desktop applications. */
const settings = (path: string) => ({
  linux: [`${LINUX}/${path}`],
  macos: [`${MACOS}/${path}`],
  windows: [`${WINDOWS}/${path}`],
});

const installed = (macosName: string, windowsFolder: string, linux: readonly PathTemplate[] = []) => ({
  linux,
  macos: [`/Applications/${macosName}.app`, `~/Applications/${macosName}.app`],
  windows: [`${WINDOWS_LOCAL}/Programs/${windowsFolder}`],
});

const mcpServers = (format: FileFormat) => ({ format, path: ['mcpServers'] });

export const clientApps: readonly ClientApp[] = [
  {
    id: 'claude-desktop',
    name: 'Claude Desktop',
    ...mcpServers('json'),
    shape: 'stdio_only',
    files: {
      ...settings('Claude/claude_desktop_config.json'),
      // The packaged app of the Store is given a folder of its own instead of the usual one.
      windows: [
        `${WINDOWS_LOCAL}/Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json`,
        `${WINDOWS}/Claude/claude_desktop_config.json`,
      ],
    },
    signs: installed('Claude', 'Claude'),
    programs: ['claude-desktop'],
    takesEffect: 'restart',
  },
  {
    id: 'claude-code',
    name: 'Claude Code',
    ...mcpServers('json'),
    shape: 'typed',
    files: everywhere('{CLAUDE_CONFIG_DIR|~}/.claude.json'),
    signs: everywhere('{CLAUDE_CONFIG_DIR|~/.claude}'),
    programs: ['claude'],
    projectFile: '.mcp.json',
    takesEffect: 'new_session',
  },
  {
    id: 'cursor',
    name: 'Cursor',
    ...mcpServers('jsonc'),
    shape: 'url',
    files: everywhere('~/.cursor/mcp.json'),
    signs: installed('Cursor', 'cursor'),
    programs: ['cursor'],
    projectFile: '.cursor/mcp.json',
    takesEffect: 'at_once',
  },
  {
    id: 'vscode',
    name: 'VS Code',
    format: 'jsonc',
    path: ['servers'],
    shape: 'typed',
    files: settings('Code/User/mcp.json'),
    signs: installed('Visual Studio Code', 'Microsoft VS Code'),
    programs: ['code'],
    projectFile: '.vscode/mcp.json',
    takesEffect: 'at_once',
  },
  {
    id: 'vscode-insiders',
    name: 'VS Code Insiders',
    format: 'jsonc',
    path: ['servers'],
    shape: 'typed',
    files: settings('Code - Insiders/User/mcp.json'),
    signs: installed('Visual Studio Code - Insiders', 'Microsoft VS Code Insiders'),
    programs: ['code-insiders'],
    takesEffect: 'at_once',
  },
  {
    id: 'windsurf',
    name: 'Windsurf',
    ...mcpServers('jsonc'),
    shape: 'server_url',
    files: everywhere('~/.codeium/windsurf/mcp_config.json'),
    signs: installed('Windsurf', 'Windsurf'),
    programs: ['windsurf'],
    takesEffect: 'reload',
  },
  {
    id: 'cline',
    name: 'Cline',
    ...mcpServers('json'),
    shape: 'streamable',
    // Since version 4 the extension, its command line and its library share one file; before, VS Code kept it.
    files: withVsCode(
      '~/.cline/data/settings/cline_mcp_settings.json',
      'saoudrizwan.claude-dev/settings/cline_mcp_settings.json',
    ),
    signs: withVsCode('~/.cline', 'saoudrizwan.claude-dev'),
    programs: ['cline'],
    takesEffect: 'at_once',
  },
  {
    id: 'roo-code',
    name: 'Roo Code',
    ...mcpServers('json'),
    shape: 'roo',
    files: withVsCode(undefined, 'rooveterinaryinc.roo-cline/settings/mcp_settings.json'),
    signs: withVsCode(undefined, 'rooveterinaryinc.roo-cline'),
    projectFile: '.roo/mcp.json',
    takesEffect: 'at_once',
  },
  {
    id: 'continue',
    name: 'Continue',
    format: 'yaml',
    path: ['mcpServers'],
    list: true,
    shape: 'continue',
    files: everywhere('{CONTINUE_GLOBAL_DIR|~/.continue}/config.yaml'),
    signs: everywhere('{CONTINUE_GLOBAL_DIR|~/.continue}'),
    takesEffect: 'at_once',
  },
  {
    id: 'zed',
    name: 'Zed',
    format: 'jsonc',
    path: ['context_servers'],
    shape: 'url',
    files: {
      linux: [`${LINUX}/zed/settings.json`],
      macos: ['~/.config/zed/settings.json'],
      windows: [`${WINDOWS}/Zed/settings.json`],
    },
    signs: installed('Zed', 'Zed', ['~/.local/zed.app']),
    programs: ['zeditor'],
    projectFile: '.zed/settings.json',
    takesEffect: 'at_once',
  },
  {
    id: 'codex',
    name: 'Codex',
    format: 'toml',
    path: ['mcp_servers'],
    shape: 'codex',
    files: everywhere('{CODEX_HOME|~/.codex}/config.toml'),
    signs: everywhere('{CODEX_HOME|~/.codex}'),
    programs: ['codex'],
    projectFile: '.codex/config.toml',
    takesEffect: 'new_session',
  },
  {
    id: 'gemini-cli',
    name: 'Gemini CLI',
    ...mcpServers('jsonc'),
    shape: 'gemini',
    files: everywhere('{GEMINI_CLI_HOME|~}/.gemini/settings.json'),
    signs: everywhere('{GEMINI_CLI_HOME|~}/.gemini'),
    programs: ['gemini'],
    projectFile: '.gemini/settings.json',
    takesEffect: 'new_session',
  },
  {
    id: 'copilot-cli',
    name: 'GitHub Copilot CLI',
    ...mcpServers('json'),
    shape: 'copilot',
    files: everywhere('{COPILOT_HOME|~/.copilot}/mcp-config.json'),
    signs: everywhere('{COPILOT_HOME|~/.copilot}'),
    takesEffect: 'new_session',
  },
  {
    id: 'lm-studio',
    name: 'LM Studio',
    ...mcpServers('json'),
    shape: 'url',
    // Installations from before the folder was renamed still use the old one.
    files: everywhere('~/.lmstudio/mcp.json', '~/.cache/lm-studio/mcp.json'),
    signs: installed('LM Studio', 'LM Studio', ['~/.lmstudio', '~/.cache/lm-studio']),
    takesEffect: 'at_once',
  },
  {
    id: 'goose',
    name: 'Goose',
    format: 'yaml',
    path: ['extensions'],
    shape: 'goose',
    files: {
      linux: [`${LINUX}/goose/config.yaml`],
      macos: ['~/.config/goose/config.yaml'],
      windows: [`${WINDOWS}/Block/goose/config/config.yaml`],
    },
    signs: installed('Goose', 'Goose'),
    takesEffect: 'new_session',
  },
  {
    id: 'opencode',
    name: 'opencode',
    format: 'jsonc',
    path: ['mcp'],
    shape: 'opencode',
    files: everywhere(`${LINUX}/opencode/opencode.json`, `${LINUX}/opencode/opencode.jsonc`),
    signs: everywhere('~/.opencode', '{XDG_DATA_HOME|~/.local/share}/opencode'),
    programs: ['opencode'],
    projectFile: 'opencode.json',
    takesEffect: 'new_session',
  },
  {
    id: 'amazon-q',
    name: 'Amazon Q Developer',
    ...mcpServers('json'),
    shape: 'typed_url',
    files: everywhere('~/.aws/amazonq/mcp.json'),
    signs: everywhere(),
    projectFile: '.amazonq/mcp.json',
    takesEffect: 'new_session',
  },
  {
    id: 'kiro',
    name: 'Kiro',
    ...mcpServers('json'),
    shape: 'url',
    files: everywhere('~/.kiro/settings/mcp.json'),
    signs: installed('Kiro', 'Kiro', ['~/.kiro']),
    programs: ['kiro', 'kiro-cli'],
    projectFile: '.kiro/settings/mcp.json',
    takesEffect: 'at_once',
  },
  {
    id: 'junie',
    name: 'JetBrains Junie',
    ...mcpServers('json'),
    shape: 'url',
    files: everywhere('~/.junie/mcp/mcp.json'),
    signs: everywhere('~/.junie'),
    programs: ['junie'],
    projectFile: '.junie/mcp/mcp.json',
    takesEffect: 'reload',
  },
];

/** Extensions of VS Code keep their files below its settings; `own` comes before. */
function withVsCode(own: PathTemplate | undefined, path: string): Record<ClientSystem, PathTemplate[]> {
  const first = own ? [own] : [];
  const kept = settings(`Code/User/globalStorage/${path}`);
  return {
    linux: [...first, ...kept.linux],
    macos: [...first, ...kept.macos],
    windows: [...first, ...kept.windows],
  };
}

const byId = new Map(clientApps.map((app) => [app.id, app]));
export const clientApp = (id: ClientAppId): ClientApp => byId.get(id) as ClientApp;
