import { fileURLToPath, pathToFileURL } from 'node:url';
import react from '@vitejs/plugin-react';
import { type Plugin, defineConfig } from 'vite';
import { asciiOnly } from './scripts/lib/ascii.mjs';
import { httpAlone } from './scripts/lib/http-alone.mjs';
import { licences } from './scripts/lib/licences.mjs';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Carries a native addon that is read from disk at run time; everything else goes into the bundle. */
const NATIVE = ['better-sqlite3', 'node-datachannel'];
/** What Electron itself provides to the programs that it runs. */
const FROM_ELECTRON = ['electron'];

/** react-aria brings its own words in 34 languages; the dashboard carries those that it speaks. */
function onlyOurLanguages(languages: readonly string[]): Plugin {
  const wordless = '\0react-aria-without-words';
  return {
    name: 'only-our-languages',
    enforce: 'pre',
    resolveId: {
      filter: { id: /\/[a-z]{2}-[A-Z]{2}\.mjs$/ },
      handler(id, importer) {
        const isWords = /[/\\]react-(aria|aria-components|stately)[/\\]/.test(importer ?? '');
        return isWords && !languages.some((language) => id.includes(`/${language}-`)) ? wordless : undefined;
      },
    },
    load: (id) => (id === wordless ? 'export default undefined;' : undefined),
  };
}

/** Where the contracts are that a page calls by. */
const CONTRACTS = /[/\\]src-shared[/\\](features[/\\]desktop[/\\])?contract\.ts$/;

/**
 * A page calls by name and kind; the schemas stay with the node, which checks what it is sent. Without them and their
 * library the page is drawn sooner.
 */
function contractsByNameOnly(): Plugin {
  const isContract = (value: unknown): value is Record<string, { kind: string }> =>
    typeof value === 'object' && value !== null;
  const kindsOf = (contract: Record<string, { kind: string }>) =>
    Object.fromEntries(Object.entries(contract).map(([name, { kind }]) => [name, { kind }]));
  return {
    name: 'contracts-by-name-only',
    applyToEnvironment: ({ name }) => name === 'renderer',
    load: {
      filter: { id: CONTRACTS },
      async handler(id) {
        const exported = (await import(pathToFileURL(id).href)) as Record<string, unknown>;
        return Object.entries(exported)
          .map(([name, value]) => [name, JSON.stringify(isContract(value) ? kindsOf(value) : value)])
          .map(([name, value]) => `export const ${name} = ${value};`)
          .join('\n');
      },
    },
  };
}

/**
 * Four builds from one file. `node` is the command line and the daemon as a few files: a bundle needs two thirds of the
 * memory of unbundled modules and starts faster. `renderer` is the
 * pages; `desktop` and `preload` are the application that shows them in windows.
 *
 * Source maps are written beside the files without a comment that names them (`hidden`): at hand for whoever reads
 * a stack, not loaded by anyone else.
 */
export default defineConfig({
  root: here('src-renderer'),
  base: './',
  plugins: [
    react(),
    contractsByNameOnly(),
    onlyOurLanguages(['en', 'ru', 'ar']),
    licences(NATIVE),
    asciiOnly('node'),
    httpAlone('node'),
  ],
  environments: {
    node: {
      consumer: 'server',
      resolve: { noExternal: true, external: NATIVE },
      // Older modules, npm's own among them, ask where they lie as soon as they are loaded.
      define: { __dirname: 'import.meta.dirname' },
      build: {
        ssr: true,
        outDir: here('dist/node'),
        emptyOutDir: true,
        copyPublicDir: false,
        target: 'node24',
        sourcemap: 'hidden',
        rolldownOptions: {
          // `command-line` is the same for a process that hosts the node itself instead of starting one.
          input: {
            cli: here('src-main/shells/cli/main.ts'),
            'command-line': here('src-main/shells/cli/command-line.ts'),
            // The program of a thread; `search/thread.ts` looks for it by this name.
            'search-worker': here('src-main/features/registry/search/worker.ts'),
          },
          output: {
            format: 'esm',
            entryFileNames: '[name].js',
            chunkFileNames: 'chunks/[name]-[hash].js',
            // The engine keeps the text of what it runs, two bytes a character: smaller text is 11 MiB less resident.
            // Names of functions and classes stay, so that a stack can be read.
            minify: {
              compress: { keepNames: { function: true, class: true } },
              mangle: { keepNames: true },
              codegen: true,
            },
          },
        },
      },
    },
    desktop: {
      consumer: 'server',
      resolve: { noExternal: true, external: FROM_ELECTRON },
      build: {
        ssr: true,
        outDir: here('dist/desktop'),
        emptyOutDir: true,
        copyPublicDir: false,
        // Of the oldest Electron that it is tested on.
        target: 'node20',
        sourcemap: 'hidden',
        rolldownOptions: {
          input: { main: here('src-main/shells/desktop/main.ts') },
          // Required rather than imported: all of it runs in the first tick, before Electron can be ready.
          output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true, external: FROM_ELECTRON },
      build: {
        ssr: true,
        // Beside the main program, which is built before.
        outDir: here('dist/desktop'),
        emptyOutDir: false,
        copyPublicDir: false,
        target: 'chrome130',
        sourcemap: false,
        rolldownOptions: {
          input: { preload: here('src-main/shells/desktop/preload.ts') },
          // In the sandbox a preload script is a single CommonJS file.
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
    renderer: {
      consumer: 'client',
      build: {
        outDir: here('dist/renderer'),
        emptyOutDir: true,
        target: 'chrome140',
        // The page's content security policy knows no data: URLs.
        assetsInlineLimit: 0,
        // One page from this very machine: splitting it would only add round trips.
        chunkSizeWarningLimit: 2048,
        sourcemap: 'hidden',
        // A browser that knows the style sheets’ light-dark() preloads modules by itself.
        modulePreload: { polyfill: false },
        rolldownOptions: {
          input: here('src-renderer/index.html'),
          output: {
            // One file of pictures instead of a file for each: requests cost more than their few bytes.
            codeSplitting: { groups: [{ name: 'icons', test: /[/\\]lucide-react[/\\]/ }] },
          },
          // The page checks no signatures: what only encodes and hashes stays out.
          treeshake: {
            moduleSideEffects: [
              { test: /[/\\](cborg|multiformats|canonicalize|@noble)[/\\]/, sideEffects: false },
            ],
          },
        },
      },
    },
  },
});
