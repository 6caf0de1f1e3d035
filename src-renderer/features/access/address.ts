/** Addresses below `/access`: a view; `give` and `accept` open a dialog over one. */
export const views = ['permissions', 'grants', 'requests', 'limits'] as const;
export type View = (typeof views)[number];

export const viewOf = (address: string | undefined): View =>
  address === 'give'
    ? 'grants'
    : address === 'accept'
      ? 'requests'
      : (views.find((view) => view === address) ?? 'permissions');

export const acceptPath = (id: number): string => `/access/accept/${id}`;
