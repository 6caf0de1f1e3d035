/**
 * For translators and their tools: `i18next-cli status` shows what a language lacks, `i18next-cli lint` finds words that
 * stand in the code. What `npm run check` proves (all keys, all plural forms, a description of each, no key left over)
 * needs none of it. locales/descriptions.json tells where each text stands and what its placeholders are.
 */
import { defineConfig } from 'i18next-cli';

export default defineConfig({
  locales: ['en', 'ru', 'ar'],
  extract: {
    input: ['src-renderer/**/*.{ts,tsx}'],
    output: 'locales/{{language}}/{{namespace}}.json',
    defaultNS: 'common',
    primaryLanguage: 'en',
    // Keys that are put together at run time cannot be found in the code.
    removeUnusedKeys: false,
  },
  lint: {
    ignoredTags: ['code', 'strong', 'svg'],
  },
});
