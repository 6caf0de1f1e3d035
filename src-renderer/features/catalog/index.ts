/** Tools of this machine and of the network: what they are, which are approved, and a place to try them. */
export { CatalogProvider, createCatalogFeature, useToolCounts } from './store.ts';
