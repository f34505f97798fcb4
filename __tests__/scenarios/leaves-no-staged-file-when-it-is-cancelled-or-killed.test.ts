import {expect, it} from '@jest/globals';
import type {RunningStep} from '../../harness/runner.ts';
import type {JournalEntry} from '../../simulator/simulator.ts';
import {type FileStage, LOCATION, STORAGE, setFileStage} from '../fixtures/file-stage.ts';

type Kind = JournalEntry['kind'];
type Part = 'main' | 'post';

/** Sends signals to the parts of a step, each when its nth request of a kind has come, which is never answered. */
function strike(stage: FileStage, strikes: readonly {part: Part; at: Kind; nth?: number; signal: NodeJS.Signals}[]) {
  const running = new Map<Part, RunningStep>();
  let now: Part = 'main';
  for (const {part, at, nth = 1, signal} of strikes) {
    let seen = 0;
    stage.cloud.script({
      request: at,
      answer: {kind: 'hang'},
      match: () => {
        if (now === part) seen += 1;
        if (now !== part || seen !== nth) return false;
        // The request has its effect first.
        setTimeout(() => running.get(part)?.kill(signal), 50);
        return true;
      },
    });
  }
  return (step: RunningStep, part: Part) => {
    now = part;
    running.set(part, step);
  };
}

const IN_MAIN: readonly [Kind, number][] = [
  ['storages', 1],
  ['create-key', 1],
  ['create-bucket', 1],
  ['change-bucket', 1],
  ['s3-create-upload', 1],
  ['s3-part', 1],
  ['s3-complete', 1],
  ['change-bucket', 2],
  ['s3-anonymous-head', 1],
  ['upload', 1],
  ['task', 1],
  ['change-bucket', 3],
  ['delete-bucket', 1],
  ['s3-uploads', 1],
  ['s3-delete', 1],
  ['delete-key', 1],
];

it.concurrent.each(
  IN_MAIN.flatMap(([at, nth]) => (['SIGINT', 'SIGKILL'] as const).map((signal) => [at, nth, signal] as const)),
)('leaves nothing after post if the step receives at its request %s (%i) the signal %s', async (at, nth, signal) => {
  await using stage = await setFileStage();
  const {keys} = stage.cloud.storage.addStorage(STORAGE, LOCATION);
  const before = [...keys.keys()];
  const {main, post} = await stage.publish({}, strike(stage, [{part: 'main', at, nth, signal}]));

  expect([main.exitCode, main.signal]).toEqual(signal === 'SIGINT' ? [1, null] : [null, signal]);
  expect(main.elapsedMs).toBeLessThan(20_000);
  expect(post.exitCode).toBe(0);
  expect(stage.left().buckets).toEqual([]);
  // The ID of a key is known by its answer alone: docs/decisions.md.
  expect(stage.left().keys).toHaveLength(before.length + (at === 'create-key' ? 1 : 0));
});

it('says that nothing was uploaded if it is cancelled while it stages the file', async () => {
  await using stage = await setFileStage();
  const {main} = await stage.publish({}, strike(stage, [{part: 'main', at: 's3-part', signal: 'SIGINT'}]));

  expect(main.log).toContain('Nothing was uploaded.');
  expect(main.log).not.toContain('Look in the Gcore portal for an image');
});

const IN_POST: readonly Kind[] = ['change-bucket', 's3-anonymous-head', 'delete-bucket', 'create-key', 's3-delete'];

it.concurrent.each(IN_POST.flatMap((at) => (['SIGINT', 'SIGKILL'] as const).map((signal) => [at, signal] as const)))(
  'says where the file is if post, too, gets at its request %s the signal %s',
  async (at, signal) => {
    await using stage = await setFileStage();
    const {id} = stage.cloud.storage.addStorage(STORAGE, LOCATION);
    const onStarted = strike(stage, [
      {part: 'main', at: 'task', signal: 'SIGKILL'},
      {part: 'post', at, signal},
    ]);
    const {main, post} = await stage.publish({}, onStarted);

    expect(main.signal).toBe('SIGKILL');
    expect([post.exitCode, post.signal]).toEqual(signal === 'SIGINT' ? [1, null] : [null, signal]);
    expect(post.log).toContain(`Deleting what this step has made in storage ${id}: the file is made private first.`);
    if (signal === 'SIGINT')
      expect(post.log).toContain(`Whether the staged file is deleted is not known. It is in storage ${id}.`);
    expect(stage.cloud.storage.buckets().filter(({isPublic}) => isPublic)).toEqual([]);
  },
);
