/** What the page and the window's program agree on before they speak a contract: the one function between them. */

/** Whom a page can be connected to: the node, or the window's own program. */
export const desktopTargets = ['node', 'desktop'] as const;
export type DesktopTarget = (typeof desktopTargets)[number];

/** `window.toolswarm`, all that the preload script adds to a page. */
export interface DesktopBridge {
  /**
   * Asks for a line. Its port arrives as a message event of the page's own window whose data is `{ toolswarm: ticket }`,
   * since ports cannot be returned across the isolation; the page chose the ticket and knows the port by it. The line
   * carries the target's contract in parts, and is closed where the target is not there.
   */
  connect(target: DesktopTarget, ticket: string): void;
}

/** The one channel between preload and program. */
export const CONNECT = 'toolswarm:connect';
