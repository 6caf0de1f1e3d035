/** Which tools a profile shows, and what they cost an AI client that reads all of them. */

export interface ProfileChoice {
  servers?: readonly string[] | undefined;
  includeTools?: readonly string[] | undefined;
  excludeTools?: readonly string[] | undefined;
}

/** A tool as a profile names it. */
export interface ChoosableTool {
  /** Its name in the catalog, with the prefix. */
  name: string;
  id: string;
  /** Local server name, or `provider/server`. */
  server: string;
}

/**
 * Whole servers first (`servers` absent: all), then single tools that are shown besides, at last single tools that are
 * hidden all the same. Tools go by catalog name, which never changes, or by full id.
 */
export function showsTool(choice: ProfileChoice, tool: ChoosableTool): boolean {
  const names = (list: readonly string[] | undefined) =>
    list !== undefined && (list.includes(tool.name) || list.includes(tool.id));
  if (names(choice.excludeTools)) return false;
  return showsServer(choice, tool.server) || names(choice.includeTools);
}

/** Whether a server is shown whole, with its prompts and resources. */
export const showsServer = ({ servers }: ProfileChoice, server: string): boolean =>
  servers?.includes(server) ?? true;

/** Characters of JSON that models' tokenizers make one token of, on average. Models differ by a fifth either way. */
const CHARACTERS_PER_TOKEN = 4;

export const estimateTokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);
