import {describe, expect, it} from '@jest/globals';
import {LOCATION, openScene, type Scene, STORAGE, thrownBy} from './stage.ts';

const {GCORE_STORAGE_OPENAPI: documentPath = ''} = process.env;

async function call(scene: Scene, method: string, path: string, body?: unknown): Promise<number> {
  const {url, apiKey} = scene.simulator;
  const response = await fetch(`${url}/storage/v4/${path}`, {
    method,
    headers: {authorization: `apikey ${apiKey}`, ...(body !== undefined && {'content-type': 'application/json'})},
    ...(body !== undefined && {body: JSON.stringify(body)}),
  });
  await response.text();
  return response.status;
}

if (documentPath === '') {
  it('NOT CHECKED against the OpenAPI document of Object Storage: GCORE_STORAGE_OPENAPI names none', () => {
    console.warn('GCORE_STORAGE_OPENAPI names no OpenAPI document: requests and answers were not checked against one.');
    expect(documentPath).toBe('');
  });
} else {
  describe('the OpenAPI document of Object Storage', () => {
    it('is kept by all requests of staging and by all answers to them', async () => {
      const scene = await openScene({storage: {creatingMs: 20_000}});
      await scene.stage();
      await scene.clean();
      scene.simulator.storage.addBucket(101, 'gpu-stage-20260707t095900z-0123456789abcdef0123456789abcdef');
      await scene.stage();
      await scene.clean('own');
      const kinds = new Set(scene.simulator.journal.map(({kind}) => kind));
      expect([...kinds].filter((kind) => !kind.startsWith('s3')).toSorted()).toEqual(
        ['buckets', 'change-bucket', 'create-bucket', 'create-key', 'create-storage'].concat([
          'delete-bucket',
          'delete-key',
          'locations',
          'storage',
          'storages',
        ]),
      );
      expect(scene.simulator.violations).toEqual([]);
    });

    it('is kept by what is refused', async () => {
      const scene = await openScene({storage: {keyLimit: 1, takenNames: 3, refusesExpiry: true}});
      const {id} = scene.simulator.storage.addStorage(STORAGE, LOCATION);
      await thrownBy(scene.stage());
      expect(await call(scene, 'POST', `object_storages/${id}/buckets`, {name: 'taken'})).toBe(409);
      scene.simulator.storage.addBucket(id, 'mine');
      expect(await call(scene, 'PATCH', `object_storages/${id}/buckets/mine`, {lifecycle: {expiration_days: 1}})).toBe(
        400,
      );
      expect(await call(scene, 'GET', 'object_storages/9')).toBe(404);
      expect(await call(scene, 'DELETE', `object_storages/${id}/access_keys/none`)).toBe(404);
      expect(await call(scene, 'GET', `object_storages/${id}/buckets?limit=1000&offset=0`)).toBe(200);
      expect(await call(scene, 'POST', `object_storages/${id}/access_keys`, {read_only: true})).toBe(409);
      expect(scene.simulator.violations).toEqual([]);
    });

    it.each<[string, string, unknown, string]>([
      ['GET', 'object_storages?limit=1001', undefined, 'parameter limit: it must be <= 1000'],
      ['GET', 'object_storages?title=x', undefined, 'query title is not in the document'],
      ['POST', 'object_storages', {name: 'x'}, "must have required property 'location_name'"],
      ['POST', 'object_storages/101/buckets', {name: 'abc', region: 'x'}, 'field region is not in the document'],
      ['PATCH', 'object_storages/101/buckets/b', {policy: {is_public: 'yes'}}, '/policy/is_public must be boolean'],
      ['DELETE', 'object_storages/101/buckets/b', {force: true}, 'a body, where none is allowed'],
      ['GET', 'buckets', undefined, 'not in the document'],
    ])('is broken by %s %s', async (method, path, body, violation) => {
      const scene = await openScene();
      await call(scene, method, path, body);
      expect(scene.simulator.violations.join('\n')).toContain(violation);
    });
  });
}
