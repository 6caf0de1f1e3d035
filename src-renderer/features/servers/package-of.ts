/** Where the package of a server is shown: there it is changed and removed. */
export const addressOfPackage = (id: string): string => `/packages/${encodeURIComponent(id)}`;

/** `files` of `z6Mk…/files`. */
export const nameOfPackage = (id: string): string => id.split('/').at(-1) ?? id;
