/** The thread of the index: takes in what it is sent and answers, one message after the other. */
import { parentPort } from 'node:worker_threads';
import { createSearchEngine } from './engine.ts';
import type { WorkerAnswer, WorkerRequest } from './thread.ts';

const port = parentPort;
if (!port) throw new Error('This file is the program of a thread.');
const engine = createSearchEngine();

port.on('message', ({ change, find, id }: WorkerRequest) => {
  const answer: WorkerAnswer = { id };
  try {
    if (change) {
      engine.remove(change.remove);
      engine.put(change.put);
    }
    if (find) answer.found = engine.find(find);
  } catch (error) {
    answer.error = error instanceof Error ? error.message : String(error);
  }
  port.postMessage(answer);
});
