import * as http from 'node:http';

const INSIDE = '\0http-alone';
/** Classes that the module hands out for browsers' sake, through getters that load all of undici and HTTP/2. */
const BORROWED = new Set(['WebSocket', 'CloseEvent', 'MessageEvent']);

/**
 * Lets a bundle import `node:http` without what it only borrows: an import of a built-in module reads all that the module
 * exports, and these getters cost 3 to 6 MiB of memory, and time at start.
 * @param {string} environment Name of the environment of the bundle.
 * @returns {import('vite').Plugin}
 */
export function httpAlone(environment) {
  return {
    name: 'http-alone',
    enforce: 'pre',
    applyToEnvironment: ({ name }) => name === environment,
    resolveId: { filter: { id: /^(node:)?http$/ }, handler: () => INSIDE },
    load: { filter: { id: new RegExp(`^${INSIDE}$`) }, handler: moduleText },
  };
}

/** The text of a module that stands for `node:http`. */
export function moduleText() {
  const names = Object.keys(http).filter((name) => name !== 'default' && !BORROWED.has(name));
  return [
    `const http = process.getBuiltinModule('node:http');`,
    `export default http;`,
    `export const { ${names.join(', ')} } = http;`,
  ].join('\n');
}
