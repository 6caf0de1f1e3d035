import { useMemo, useState } from 'react';
import { OpenedTool } from './parts/opened-tool.tsx';

/** The open tool as a list has it at its side; undefined where none is open. */
export function useDetail(openId: string | undefined, revision: number | undefined) {
  const [title, setTitle] = useState<{ of: string; text: string }>();
  return useMemo(
    () =>
      openId === undefined
        ? undefined
        : {
            id: openId,
            title: <bdi>{title?.of === openId ? title.text : (openId.split('/').at(-1) ?? openId)}</bdi>,
            content: (
              <OpenedTool
                key={openId}
                id={openId}
                revision={revision}
                onNamed={(text) => setTitle({ of: openId, text })}
              />
            ),
          },
    [openId, revision, title],
  );
}
