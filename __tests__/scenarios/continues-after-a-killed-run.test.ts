import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

interface Point {
  readonly onRequest?: RegExp;
  readonly onLine?: RegExp;
  readonly nth?: number;
  /** Long enough for the point to be seen: each look takes half a second of the cloud's time. */
  readonly timing?: {readonly newMs?: number; readonly runningMs?: number; readonly savingMs?: number};
}

/** Where the first run is killed: at a request that the cloud has received and not answered yet, or at a line of its log. */
const POINTS: Readonly<Record<string, Point>> = {
  'reading the regions': {onRequest: /^regions$/},
  'looking for imports that run': {onRequest: /^active-tasks$/},
  'looking for images of the name': {onRequest: /^images$/},
  'about to upload': {onLine: /^Uploading /, timing: {runningMs: 500}},
  'its upload not answered': {onRequest: /^upload$/, timing: {runningMs: 500}},
  'its upload just answered': {onRequest: /^task$/, timing: {newMs: 500}},
  'the task NEW': {onLine: /^Task .*: NEW/, timing: {newMs: 800}},
  'the task RUNNING': {onLine: /^Task .*: RUNNING/, timing: {runningMs: 1500}},
  'the image not seen yet': {onRequest: /^image$/, timing: {savingMs: 2000}},
  'the image saving': {onLine: /^Image .*: saving/, timing: {savingMs: 2000}},
  'the image ready, before the last look': {onRequest: /^images$/, nth: 2},
};

it.concurrent.each(Object.entries(POINTS))(
  'goes on where a run was killed: %s',
  async (_, {onRequest, onLine, nth = 1, timing = {}}) => {
    // Time goes on in the cloud with each look at the import: however busy the machine, every state is there to be seen.
    let nowMs = Date.now();
    await using stage = await setStage({timing, clock: {now: () => nowMs}});
    stage.cloud.on('request', ({kind}) => {
      if (kind === 'task' || kind === 'tasks' || kind === 'image') nowMs += 500;
    });
    let seen = 0;
    const killAt = (isPoint: boolean) => {
      if (!isPoint) return;
      seen += 1;
      if (seen === nth) first.kill('SIGKILL');
    };
    stage.cloud.on('request', ({kind}) => killAt(onRequest?.test(kind) ?? false));
    const first = stage.startUpload({name: 'release'}, {onLine: (line) => killAt(onLine?.test(line) ?? false)});
    expect((await first.result).signal).toBe('SIGKILL');

    const {exitCode, outputs} = await stage.upload({name: 'release'});
    const images = await stage.cloud.images();
    expect(exitCode).toBe(0);
    expect(images).toMatchObject([{id: outputs['image-id'], status: 'active'}]);
    expect((await stage.cloud.tasks()).filter(({state}) => state !== 'FINISHED')).toEqual([]);
    expect(stage.cloud.requests('upload')).toHaveLength(1);
  },
);
