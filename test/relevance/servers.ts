/** The public MCP servers whose tools the relevance of searching is measured on, and how each is started to list them. */

export interface PublicServer {
  /** As a person would call it; also the name of its file in `tools/`. */
  name: string;
  /** npm package. */
  package: string;
  /** Where the package has several. */
  bin?: string;
  args?: string[];
  /** What it wants to see before it lists its tools; nothing here opens a door. */
  env?: Record<string, string>;
}

const KEY = 'not-a-key-0000000000000000000000000000';

// biome-ignore format: one server a line
export const publicServers: readonly PublicServer[] = [
  { name: 'airtable', package: 'airtable-mcp-server', env: { AIRTABLE_API_KEY: `pat123.${KEY}` } },
  { name: 'brave-search', package: '@modelcontextprotocol/server-brave-search', env: { BRAVE_API_KEY: KEY } },
  { name: 'bright-data', package: '@brightdata/mcp', env: { API_TOKEN: KEY, PRO_MODE: 'true' } },
  { name: 'chrome-devtools', package: 'chrome-devtools-mcp', args: ['--headless'] },
  { name: 'cloudflare', package: '@cloudflare/mcp-server-cloudflare', args: ['run', '0123456789abcdef0123456789abcdef'], env: { CLOUDFLARE_API_TOKEN: KEY } },
  { name: 'context7', package: '@upstash/context7-mcp' },
  { name: 'datadog', package: '@winor30/mcp-server-datadog', env: { DATADOG_API_KEY: KEY, DATADOG_APP_KEY: KEY } },
  { name: 'deepl', package: 'deepl-mcp-server', env: { DEEPL_API_KEY: KEY } },
  { name: 'desktop-commander', package: '@wonderwhy-er/desktop-commander' },
  { name: 'duckduckgo', package: 'duckduckgo-mcp-server' },
  { name: 'elasticsearch', package: '@elastic/mcp-server-elasticsearch', env: { ES_URL: 'http://127.0.0.1:9', ES_API_KEY: KEY } },
  { name: 'eslint', package: '@eslint/mcp' },
  { name: 'everything', package: '@modelcontextprotocol/server-everything' },
  { name: 'exa', package: 'exa-mcp-server', env: { EXA_API_KEY: KEY } },
  { name: 'excel', package: '@negokaz/excel-mcp-server' },
  { name: 'figma', package: 'figma-developer-mcp', args: ['--stdio'], env: { FIGMA_API_KEY: KEY } },
  { name: 'filesystem', package: '@modelcontextprotocol/server-filesystem', args: ['.'] },
  { name: 'firecrawl', package: 'firecrawl-mcp', env: { FIRECRAWL_API_KEY: KEY } },
  { name: 'git', package: '@cyanheads/git-mcp-server' },
  { name: 'github', package: '@modelcontextprotocol/server-github', env: { GITHUB_PERSONAL_ACCESS_TOKEN: KEY } },
  { name: 'google-maps', package: '@modelcontextprotocol/server-google-maps', env: { GOOGLE_MAPS_API_KEY: KEY } },
  { name: 'hubspot', package: '@hubspot/mcp-server', env: { PRIVATE_APP_ACCESS_TOKEN: `pat-na1-${KEY}` } },
  { name: 'jira', package: '@aashari/mcp-server-atlassian-jira' },
  { name: 'kubernetes', package: 'mcp-server-kubernetes' },
  { name: 'linear', package: '@tacticlaunch/mcp-linear', args: ['--token', KEY], env: { LINEAR_API_TOKEN: KEY } },
  { name: 'memory', package: '@modelcontextprotocol/server-memory' },
  { name: 'mongodb', package: 'mongodb-mcp-server', env: { MDB_MCP_TELEMETRY: 'disabled' } },
  { name: 'notion', package: '@notionhq/notion-mcp-server', env: { NOTION_TOKEN: `ntn_${KEY}` } },
  { name: 'pdf-reader', package: '@sylphx/pdf-reader-mcp' },
  { name: 'playwright', package: '@playwright/mcp', args: ['--headless'] },
  { name: 'postgres', package: '@modelcontextprotocol/server-postgres', args: ['postgresql://127.0.0.1:9/none'] },
  { name: 'puppeteer', package: '@modelcontextprotocol/server-puppeteer' },
  { name: 'sentry', package: '@sentry/mcp-server', args: ['--access-token', KEY] },
  { name: 'sequential-thinking', package: '@modelcontextprotocol/server-sequential-thinking' },
  { name: 'shopify', package: 'shopify-mcp', args: ['--accessToken', KEY, '--domain', 'none.example'] },
  { name: 'slack', package: '@modelcontextprotocol/server-slack', env: { SLACK_BOT_TOKEN: `xoxb-${KEY}`, SLACK_TEAM_ID: 'T01234567' } },
  { name: 'tavily', package: 'tavily-mcp', env: { TAVILY_API_KEY: `tvly-${KEY}` } },
  { name: 'time', package: 'time-mcp' },
  { name: 'todoist', package: 'todoist-mcp', env: { API_KEY: KEY, TODOIST_API_KEY: KEY } },
  { name: 'trello', package: '@delorenj/mcp-server-trello', env: { TRELLO_API_KEY: KEY, TRELLO_TOKEN: KEY, TRELLO_BOARD_ID: 'none' } },
  { name: 'weather', package: '@dangahagan/weather-mcp' },
  { name: 'youtube', package: 'youtube-data-mcp-server', env: { YOUTUBE_API_KEY: KEY } },
  { name: 'youtube-transcript', package: '@kimtaeyoon83/mcp-server-youtube-transcript' },
];
