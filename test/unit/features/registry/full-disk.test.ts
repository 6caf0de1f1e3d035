import { expect, it } from 'vitest';
import { anna, setUpShelf, toolNamed } from './support/shelf.ts';

it('what is known stays readable where nothing can be written, and what changed meanwhile is caught up with', () => {
  const world = setUpShelf();
  world.offer([toolNamed('read')], { local: true });
  expect(world.state(`${anna}/files/read`)).toBe('local');
  world.db.pragma('query_only = ON');
  world.offer([toolNamed('read'), toolNamed('write')], { local: true });
  expect(world.state(`${anna}/files/read`)).toBe('local');
  expect(() => world.shelf.all()).not.toThrow();
  world.db.pragma('query_only = OFF');
  expect(world.state(`${anna}/files/write`)).toBe('local');
});
