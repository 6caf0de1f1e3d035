/** Which tools a profile shows. */

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

/** Whether a tool is listed even where the catalog is searched: the operator's favourites, and what the profile names. */
export const isAlwaysListed = (
  { alwaysListed = [] }: { alwaysListed?: readonly string[] | undefined },
  { favourite, id, name }: { favourite?: boolean | undefined; id: string; name: string },
): boolean => favourite === true || alwaysListed.includes(name) || alwaysListed.includes(id);
