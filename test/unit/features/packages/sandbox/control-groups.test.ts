import { describe, expect, it } from 'vitest';
import { groupFolders } from '#main/features/packages/sandbox/control-groups.ts';

describe('folders of control groups', () => {
  it('are beside and below the own one, where there is one tree', () => {
    const membership = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/node.service\n';
    const mounts = '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n';
    const app = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice';
    expect(groupFolders(membership, mounts)).toEqual([`${app}/node.service`, app]);
  });

  it('are at the root of a tree whose root is all that is seen', () => {
    expect(groupFolders('0::/\n', '35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n')).toEqual([
      '/sys/fs/cgroup',
    ]);
  });

  it('count processes where there is a tree for each thing', () => {
    const membership = '8:pids:/docker/abc\n4:memory:/docker/abc\n0::/\n';
    const mounts = [
      '40 30 0:40 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      '41 30 0:41 /docker/abc /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids',
    ].join('\n');
    expect(groupFolders(membership, mounts)).toEqual(['/sys/fs/cgroup/pids']);
  });

  it('are nowhere without such a tree', () => {
    expect(groupFolders('', '22 1 0:20 / /proc rw - proc proc rw')).toEqual([]);
  });
});
