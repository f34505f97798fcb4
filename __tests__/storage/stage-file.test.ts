import {describe, expect, it} from '@jest/globals';
import {ExplainedError} from '../../src/errors.ts';
import {LOCATION, MIB, openScene, STORAGE, thrownBy} from './stage.ts';

describe('staging a file', () => {
  it('gives a URL that anybody can fetch, and leaves nothing behind', async () => {
    const scene = await openScene();
    const url = await scene.stage({sizeBytes: 33 * MIB});
    const head = await fetch(url, {method: 'HEAD'});
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(33 * MIB)]);
    const [bucket] = scene.simulator.storage.buckets();
    expect(bucket?.name).toMatch(/^gpu-stage-20260708t1000\d\dz-[0-9a-f]{32}$/);
    expect(bucket?.expirationDays).toBe(1);
    const parts = scene.simulator.requests('s3-part').map(({headers}) => headers);
    expect(parts.map((headers) => headers['content-length'])).toContain(String(MIB));
    for (const {'x-amz-content-sha256': hash = '', 'x-amz-checksum-sha256': checksum} of parts) {
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect(checksum).toBe(Buffer.from(hash, 'hex').toString('base64'));
    }

    expect(await scene.clean()).toEqual({kind: 'gone'});
    expect((await fetch(url)).status).toBe(403);
    const {storage} = scene.simulator;
    expect([storage.buckets(), storage.keyIds(), storage.storages().length]).toEqual([[], [], 1]);
    expect(scene.warnings()).toEqual([]);
  });

  it('saves the name of the bucket, and that it is public, before it sends these requests', async () => {
    const scene = await openScene();
    const savedAt = new Map<string, number>();
    scene.simulator.on('request', ({kind}) => {
      if (!savedAt.has(kind)) savedAt.set(kind, scene.states.length);
    });
    await scene.stage();
    const savedBefore = (kind: string) => scene.states[(savedAt.get(kind) ?? 0) - 1];
    const name = scene.simulator.storage.buckets()[0]?.name;
    expect(savedBefore('create-bucket')?.bucket).toEqual({kind: 'private', name});
    expect(savedBefore('s3-anonymous-head')?.bucket).toMatchObject({kind: 'public', name});
    expect(savedBefore('create-bucket')?.accessKeyIds).toEqual(scene.simulator.storage.keyIds());
  });

  it.each([
    ['of a new storage', 0],
    ['of a storage that is there', 1],
  ])('masks the secret of its key %s and the name of its bucket, and saves no secret', async (_what, older) => {
    const scene = await openScene();
    if (older > 0) scene.simulator.storage.addStorage(STORAGE, LOCATION);
    await scene.stage();
    const [storage] = scene.simulator.storage.storages();
    const secrets = [...(storage?.keys.values() ?? [])].map(({secret}) => secret).slice(older);
    expect(secrets).toHaveLength(1);
    for (const secret of [...secrets, scene.simulator.storage.buckets()[0]?.name])
      expect(scene.masked).toContain(secret);
    for (const secret of secrets) {
      expect(JSON.stringify(scene.states)).not.toContain(secret);
      expect(scene.lines().join('\n')).not.toContain(secret);
    }
  });

  it('uses an existing storage, among others of the account', async () => {
    const scene = await openScene();
    const {storage} = scene.simulator;
    for (let other = 0; other < 30; other += 1) storage.addStorage(`other-${other}`, LOCATION);
    const own = storage.addStorage(STORAGE, LOCATION);
    const foreign = [...own.keys.keys()];
    await scene.stage();
    expect(scene.simulator.requests('create-storage')).toHaveLength(0);
    expect(storage.buckets()[0]?.storageId).toBe(own.id);
    await scene.clean('own');
    expect([...own.keys.keys()]).toEqual(foreign);
    expect(scene.simulator.requests('create-key')).toHaveLength(1);
  });

  it('waits until a new storage is active, and S3 knows its key', async () => {
    const scene = await openScene({storage: {creatingMs: 90_000, keyUnknownMs: 150_000}});
    await scene.stage();
    expect(scene.clock.now()).toBeGreaterThan(140_000);
    expect(await scene.clean('own')).toEqual({kind: 'gone'});
  });

  it('lets two jobs use one storage at the same time, and leaves nothing of either', async () => {
    const scene = await openScene();
    const [one, two] = await Promise.all([scene.stage(), scene.stage()]);
    expect(one.href).not.toBe(two.href);
    expect(scene.simulator.storage.storages()).toHaveLength(1);
    expect(scene.simulator.storage.buckets()).toHaveLength(2);
  });

  it('uses one of several first keys of a new storage, and deletes all', async () => {
    const scene = await openScene();
    const second = {access_key: 'AKSECOND', secret_key: 'another secret'};
    const change = (body: object) => ({
      ...body,
      access_keys: [...('access_keys' in body ? [body.access_keys].flat() : []), second],
    });
    scene.simulator.script({request: 'create-storage', answer: {kind: 'true', change}});
    await scene.stage();
    expect(scene.masked).toContain(second.secret_key);
    expect(scene.simulator.requests('create-key')).toEqual([]);
    await scene.clean('own');
    const deleted = scene.simulator.requests('delete-key').map(({path}) => path.split('/').at(-1));
    expect(deleted).toEqual([scene.states[0]?.accessKeyIds[0], 'AKSECOND']);
  });

  it('waits while S3 does not know a new bucket, and while it is busy', async () => {
    const scene = await openScene();
    const unknown = '<Error><Code>NoSuchBucket</Code></Error>';
    scene.simulator.script(
      {request: 's3-create-upload', effect: 'none', answer: {kind: 'status', status: 404, body: unknown}},
      {request: 's3-create-upload', effect: 'none', answer: {kind: 'status', status: 503, body: ''}},
    );
    await scene.stage();
    expect(scene.simulator.requests('s3-create-upload').map(({status}) => status)).toEqual([404, 503, 200]);
  });

  it('adopts a storage if the answer to its creation was lost', async () => {
    const scene = await openScene();
    scene.simulator.script({request: 'create-storage', answer: {kind: 'reset'}});
    await scene.stage();
    expect(scene.simulator.storage.storages()).toHaveLength(1);
    expect(scene.simulator.requests('create-storage')).toHaveLength(1);
    const [first] = scene.simulator.storage.keyIds();
    expect(scene.warnings()).toEqual([expect.stringContaining(`may be unused: ${first}`)]);
  });

  it('creates a bucket with a new name if a name is taken', async () => {
    const scene = await openScene({storage: {takenNames: 2}});
    await scene.stage();
    expect(scene.simulator.requests('create-bucket').map(({status}) => status)).toEqual([409, 409, 201]);
    expect(await scene.clean('own')).toEqual({kind: 'gone'});
  });

  it('adopts a bucket if the answer to its creation was lost', async () => {
    const scene = await openScene();
    scene.simulator.script({request: 'create-bucket', answer: {kind: 'reset'}});
    await scene.stage();
    expect(scene.simulator.storage.buckets()).toHaveLength(1);
    expect(scene.warnings()).toEqual([]);
  });

  it('warns if the bucket may not have an expiry', async () => {
    const scene = await openScene({storage: {refusesExpiry: true}});
    await scene.stage();
    expect(scene.warnings()).toEqual([expect.stringContaining('lifecycle is not supported in this location')]);
  });

  it('creates another key if the answer with the first one was lost, and names the keys that may be left', async () => {
    const scene = await openScene();
    const {id} = scene.simulator.storage.addStorage(STORAGE, LOCATION);
    scene.simulator.script({request: 'create-key', answer: {kind: 'reset'}});
    await scene.stage();
    const [, lost, own] = scene.simulator.storage.keyIds();
    expect(scene.states.at(-1)?.accessKeyIds).toEqual([own]);
    expect(scene.warnings()).toEqual([expect.stringContaining(`keys of storage ${id} may be unused`)]);
    expect(scene.warnings().join()).toContain(lost);
    await scene.clean('own');
    expect(scene.simulator.storage.keyIds()).toContain(lost);
  });
});

describe('staging fails', () => {
  it('before it creates anything if the token has no role for Object Storage', async () => {
    const scene = await openScene({storage: {apiKey: 'another'}});
    const error = await thrownBy(scene.stage());
    expect(error).toBeInstanceOf(ExplainedError);
    expect(error.message).toContain('The token may not use Gcore Object Storage');
    expect(error.message).toContain('storage-api-key');
    expect(scene.simulator.journal.map(({method}) => method)).toEqual(['GET']);
    expect(scene.states).toEqual([]);
  });

  it('if the storage is not active within ten minutes', async () => {
    const scene = await openScene({storage: {creatingMs: 3_600_000}});
    const error = await thrownBy(scene.stage());
    expect(error.message).toContain('did not become active in time. Last state seen: creating.');
    expect(scene.clock.now()).toBeLessThan(11 * 60_000);
    const [storage] = scene.simulator.storage.storages();
    expect(scene.masked).toEqual([...(storage?.keys.values() ?? [])].map(({secret}) => secret));
    expect(await scene.clean()).toEqual({kind: 'gone'});
    expect(scene.simulator.storage.keyIds()).toEqual([]);
  });

  it('if the storage gives no key for two minutes, names its keys, and deletes none', async () => {
    const scene = await openScene({storage: {keyLimit: 1}});
    const {keys} = scene.simulator.storage.addStorage(STORAGE, LOCATION);
    const [id = ''] = keys.keys();
    const error = await thrownBy(scene.stage());
    expect(error.message).toContain(`Its keys: ${id} (made 2026-07-08T10:00:`);
    expect(error.message).toContain('as many keys as it may have, or it is still being processed');
    expect(error.message).toContain('Open https://portal.gcore.com/storage');
    expect(scene.clock.now()).toBeGreaterThanOrEqual(120_000);
    expect(scene.clock.now()).toBeLessThan(130_000);
    expect([...keys.keys()]).toEqual([id]);
    expect(scene.simulator.storage.buckets()).toEqual([]);
  });

  it('if three names of buckets are taken', async () => {
    const scene = await openScene({storage: {takenNames: 3}});
    expect((await thrownBy(scene.stage())).message).toContain('said of 3 random bucket names that they are taken');
    expect(await scene.clean()).toEqual({kind: 'gone'});
  });

  it('if the location accepts no storages, and says which ones do', async () => {
    const scene = await openScene({storage: {locations: [{name: 'frankfurt-1', technicalName: 's-region-2'}]}});
    const error = await thrownBy(scene.stage());
    expect(error.message).toContain(`no location ${LOCATION} that accepts a new storage`);
    expect(error.message).toContain('Locations that do: frankfurt-1.');
  });

  it('if it cannot be told whether anybody can fetch the file', async () => {
    const scene = await openScene();
    const unclear = {kind: 'status', status: 500, body: ''} as const;
    scene.simulator.script({request: 's3-anonymous-head', times: Infinity, answer: unclear});
    expect((await thrownBy(scene.stage())).message).toContain('an anonymous HEAD was answered 500');
  });

  it('if anybody may ask for the file by HEAD, and not by GET', async () => {
    const scene = await openScene();
    const refused = {kind: 'status', status: 403, body: ''} as const;
    scene.simulator.script({request: 's3-anonymous-get', times: Infinity, answer: refused});
    expect((await thrownBy(scene.stage())).message).toContain('an anonymous GET was answered 403');
  });

  it('if nobody can fetch the file within two minutes, and the clean-up makes it private', async () => {
    const scene = await openScene({storage: {policyMs: 3_600_000}});
    const error = await thrownBy(scene.stage());
    expect(error.message).toContain('cannot be fetched without credentials: an anonymous HEAD was answered 403');
    const tookMs = scene.clock.now();
    expect(tookMs).toBeGreaterThan(119_000);
    expect(tookMs).toBeLessThan(130_000);
    await scene.clean('own');
    const changes = scene.simulator.requests('change-bucket').map(({body}) => body);
    expect(changes.at(-1)).toEqual({policy: {is_public: false}});
  });

  it('if its time is over, and says so', async () => {
    const scene = await openScene();
    scene.simulator.script({request: 's3-part', answer: {kind: 'hang'}});
    scene.simulator.on('request', ({kind}) => {
      if (kind === 's3-part') scene.clock.advance(1000);
    });
    const error = await thrownBy(scene.stage({onRun: ({run}) => Object.assign(run, {deadlineMs: 1000})}));
    expect(error.message).toContain('the time of this step (timeout-minutes) is over');
  });

  it('if the whole of S3 refuses the key for two minutes', async () => {
    const scene = await openScene({storage: {keyUnknownMs: 600_000}});
    const error = await thrownBy(scene.stage());
    expect(error.message).toContain('403 InvalidAccessKeyId');
    expect(scene.simulator.requests('s3-part')).toEqual([]);
  });
});
