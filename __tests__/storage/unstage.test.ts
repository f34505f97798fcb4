import {describe, expect, it} from '@jest/globals';
import type {Fault} from '../../simulator/simulator.ts';
import {type CleanUpOutcome, tellCleanUp} from '../../src/storage/unstage.ts';
import {LOCATION, openScene, type Scene, STORAGE, thrownBy} from './stage.ts';

const REFUSED = {effect: 'none', answer: {kind: 'status', status: 500, body: {error: 'out of order'}}} as const;

const PUBLIC: Fault = {
  request: 's3-anonymous-head',
  times: Infinity,
  answer: {kind: 'status', status: 200, body: 'image'},
};

/** The answer of an object store that is out of order says nothing of who can read the file. */
const UNCLEAR: Fault = {request: 's3-anonymous-head', times: Infinity, answer: {kind: 'status', status: 503, body: ''}};

function always(request: Fault['request']): Fault {
  return {request, times: Infinity, ...REFUSED};
}

/** The warnings and the error that people see. */
async function told(outcome: CleanUpOutcome): Promise<{readonly warnings: readonly string[]; readonly error: string}> {
  const warnings: string[] = [];
  const ignore = () => undefined;
  const log = {
    debug: ignore,
    info: ignore,
    notice: ignore,
    warning: (line: string) => void warnings.push(line),
    warnOnce: ignore,
    heartbeat: ignore,
    group: ignore,
  };
  try {
    tellCleanUp(outcome, log);
    return {warnings, error: ''};
  } catch (error) {
    return {warnings, error: error instanceof Error ? error.message : ''};
  }
}

async function staged(options: Parameters<typeof openScene>[0] = {}): Promise<Scene> {
  const scene = await openScene(options);
  scene.simulator.storage.addStorage(STORAGE, LOCATION);
  await scene.stage();
  return scene;
}

describe('the clean-up', () => {
  it('makes the bucket private, checks that, and then deletes it', async () => {
    const scene = await staged({storage: {policyMs: 20_000}});
    const before = scene.simulator.journal.length;
    expect(await scene.clean('own')).toEqual({kind: 'gone'});
    const kinds = scene.simulator.journal.slice(before).map(({kind}) => kind);
    expect(kinds[0]).toBe('change-bucket');
    expect(kinds.indexOf('delete-bucket')).toBeGreaterThan(kinds.lastIndexOf('s3-anonymous-head'));
    expect(kinds.at(-1)).toBe('delete-key');
    expect(kinds).not.toContain('create-key');
  });

  it('needs no S3 if the API empties the bucket', async () => {
    const scene = await staged({storage: {deletesFullBuckets: true}});
    expect(await scene.clean()).toEqual({kind: 'gone'});
    expect(scene.simulator.requests('create-key')).toHaveLength(1);
    expect(scene.simulator.requests('s3-delete')).toHaveLength(0);
  });

  it('creates its own key in another process, masks its secret, and deletes it', async () => {
    const scene = await staged();
    expect(await scene.clean()).toEqual({kind: 'gone'});
    expect(scene.simulator.requests('create-key')).toHaveLength(2);
    expect(scene.simulator.requests('delete-key')).toHaveLength(2);
    expect(scene.simulator.storage.keyIds()).toHaveLength(1);
    expect(scene.masked).toHaveLength(3);
  });

  it('can be done twice', async () => {
    const scene = await staged();
    await scene.clean();
    expect(await scene.clean()).toEqual({kind: 'gone'});
  });

  it('is done by another process if answers are lost on the way', async () => {
    const scene = await staged();
    for (const request of ['change-bucket', 'delete-bucket', 'delete-key'] as const) {
      scene.simulator.script({request, answer: {kind: 'reset'}});
    }
    expect(await scene.clean()).toEqual({kind: 'gone'});
    expect(scene.simulator.storage.buckets()).toEqual([]);
  });

  it('retries if the API fails for a while', async () => {
    const scene = await staged();
    for (const request of ['change-bucket', 'delete-bucket', 'delete-key'] as const) {
      scene.simulator.script({request, times: 5, ...REFUSED});
    }
    expect(await scene.clean('own')).toEqual({kind: 'gone'});
  });

  it('is a warning if the file is private but not deleted', async () => {
    const scene = await staged();
    scene.simulator.script(always('delete-bucket'), always('s3-uploads'));
    const outcome = await scene.clean('own');
    expect(outcome).toMatchObject({kind: 'left', leftovers: [{kind: 'bucket', isEmpty: false}]});
    const {warnings, error} = await told(outcome);
    expect(error).toBe('');
    expect(warnings).toEqual([
      expect.stringContaining('The staged file could not be deleted: S3 ListMultipartUploads'),
    ]);
    expect(scene.simulator.storage.buckets()[0]?.isPublic).toBe(false);
  });

  it('is a warning if the bucket is empty but not deleted', async () => {
    const scene = await staged();
    scene.simulator.script(always('change-bucket'), always('delete-bucket'));
    const {warnings, error} = await told(await scene.clean('own'));
    expect(error).toBe('');
    expect(warnings).toEqual([expect.stringContaining('The bucket of the staged file is empty, but could not')]);
    expect(scene.simulator.storage.buckets()[0]?.objects.size).toBe(0);
  });

  it('is a warning with the ID of a key that is left', async () => {
    const scene = await staged();
    scene.simulator.script(always('delete-key'));
    const outcome = await scene.clean('own');
    const [id = ''] = scene.states.at(-1)?.accessKeyIds ?? [];
    expect((await told(outcome)).warnings).toEqual([expect.stringContaining(`The access key ${id} of storage 101`)]);
    expect(scene.simulator.storage.buckets()).toEqual([]);
  });

  it.each<[string, Parameters<typeof openScene>[0], readonly Fault[]]>([
    ['by S3', {}, []],
    ['by the API alone', {storage: {deletesFullBuckets: true}}, []],
    ['and nobody can tell whether it is still seen', {}, [UNCLEAR]],
  ])('is no fault if the file is deleted %s, though it could not be made private', async (_what, options, faults) => {
    const scene = await staged(options);
    scene.simulator.script(always('change-bucket'), ...faults);
    expect(await scene.clean('own')).toEqual({kind: 'gone'});
  });

  it('reads where S3 is again if that fails', async () => {
    const scene = await staged();
    scene.simulator.script({request: 'storage', ...REFUSED});
    expect(await scene.clean('own')).toEqual({kind: 'gone'});
  });

  it('asks for nothing but the deletion of its keys if there is no bucket yet', async () => {
    const scene = await openScene({storage: {creatingMs: 3_600_000}});
    await thrownBy(scene.stage());
    const before = scene.simulator.journal.length;
    expect(await scene.clean()).toEqual({kind: 'gone'});
    expect(scene.simulator.journal.slice(before).map(({kind}) => kind)).toEqual(['delete-key']);
  });

  it.each<[string, readonly Fault[], string]>([
    [
      'everything is refused',
      [always('change-bucket'), always('delete-bucket'), always('s3-uploads')],
      'Not deleted: S3 ListMultipartUploads: 500.',
    ],
    [
      'everybody still sees it, and it cannot be deleted',
      [PUBLIC, always('delete-bucket'), always('s3-uploads')],
      'Not private: an anonymous HEAD was answered 200.',
    ],
    [
      'whether it is private cannot be told, and it cannot be deleted',
      [UNCLEAR, always('delete-bucket'), always('s3-uploads')],
      'Not private: an anonymous HEAD was answered 503.',
    ],
    ['everybody sees it though it is deleted', [PUBLIC], 'Deleted, yet an anonymous HEAD was answered 200.'],
  ])('is red if the file may still be public: %s', async (_what, faults, reason) => {
    const scene = await staged();
    scene.simulator.script(...faults);
    const outcome = await scene.clean('own');
    expect(outcome).toMatchObject({kind: 'maybe-public', storageId: 101});
    const {error} = await told(outcome);
    expect(error).toContain('Treat this file as public');
    expect(error).toContain(reason);
    expect(error).toContain('select storage 101');
    // The error says all of the bucket. That it was not deleted is no news beside that.
    expect(outcome).toHaveProperty('leftovers', []);
    expect(scene.clock.now()).toBeLessThan(330_000);
  });

  it('works after the deadline of the step, for five minutes at most', async () => {
    const scene = await staged();
    scene.clock.advance(3 * 3_600_000);
    expect(await scene.clean('own')).toEqual({kind: 'gone'});

    const other = await staged();
    const headers = {'retry-after': '60'};
    const busy: Fault['answer'] = {kind: 'status', status: 503, headers, body: {error: 'busy'}};
    for (const request of ['change-bucket', 'delete-bucket', 's3-uploads', 'delete-key'] as const) {
      other.simulator.script({request, times: Infinity, effect: 'none', answer: busy});
    }
    const startMs = other.clock.now();
    expect(await other.clean('own')).toMatchObject({kind: 'maybe-public'});
    expect(other.clock.now() - startMs).toBeLessThan(330_000);
  });

  it('deletes its keys even if the bucket cannot be deleted', async () => {
    const scene = await staged();
    scene.simulator.script(always('change-bucket'), always('delete-bucket'), always('s3-uploads'));
    await scene.clean('own');
    expect(scene.simulator.requests('delete-key').map(({status}) => status)).toEqual([204]);
  });

  it('does not make a file private that was never public', async () => {
    const scene = await openScene();
    scene.simulator.script({
      request: 's3-create-upload',
      times: Infinity,
      answer: {kind: 'status', status: 501, body: ''},
    });
    await thrownBy(scene.stage());
    scene.simulator.script(always('change-bucket'), always('delete-bucket'));
    expect(await scene.clean('own')).toMatchObject({kind: 'left', leftovers: [{kind: 'bucket'}]});
  });
});

describe('the sweep of the next run', () => {
  const OLD = 'gpu-stage-20260707t095900z-0123456789abcdef0123456789abcdef';
  const YOUNG = 'gpu-stage-20260707t100500z-0123456789abcdef0123456789abcdef';

  it("deletes this action's own buckets that are over a day old, private first, and no others", async () => {
    const scene = await openScene();
    const {storage} = scene.simulator;
    const {id} = storage.addStorage(STORAGE, LOCATION);
    for (const name of [OLD, YOUNG, 'gpu-stage-of-somebody', 'backups']) {
      const bucket = storage.addBucket(id, name);
      bucket.isPublic = true;
      bucket.objects.set('image', {body: Buffer.alloc(9), etag: '"x"'});
    }
    await scene.stage();
    const names = storage.buckets().map(({name}) => name);
    expect(names).toEqual([YOUNG, 'gpu-stage-of-somebody', 'backups', expect.stringMatching(/^gpu-stage-20260708/)]);
    const touched = scene.simulator.journal.filter(({path}) => path.includes(OLD)).map(({kind}) => kind);
    expect(touched.slice(0, 2)).toEqual(['change-bucket', 'delete-bucket']);
    const others = scene.simulator.journal.filter(({path}) => /somebody|backups|20260707t1005/.test(path));
    expect(others).toEqual([]);
  });

  it('is a warning if it fails, and the file is staged all the same', async () => {
    const scene = await openScene();
    const {id} = scene.simulator.storage.addStorage(STORAGE, LOCATION);
    scene.simulator.storage.addBucket(id, OLD);
    scene.simulator.script(always('delete-bucket'));
    await scene.stage();
    expect(scene.warnings()).toEqual([expect.stringContaining('that an earlier run has left behind')]);
  });
});
