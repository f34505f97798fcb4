import {describe, expect, it} from '@jest/globals';
import type {QuotaOptions, Simulator} from '../../simulator/simulator.ts';
import {
  BAREMETAL,
  call,
  IMAGE_BYTES,
  INSTANCE_UPLOAD,
  post,
  StandingClock,
  serveImage,
  simulate,
  task,
  upload,
  VIRTUAL,
} from './stage.ts';

const GOOD = {name: 'my-image', url: 'http://127.0.0.1:9/image.raw'};
const QUOTAS = '/cloud/v2/client_quotas';
const REFUSED = {status: 409, body: {exception_class: 'QuotaLimitExceed'}};

async function regionalQuotas(simulator: Simulator): Promise<unknown> {
  const {body} = await call(simulator, QUOTAS);
  expect(body).toMatchObject({global_quotas: {project_count_usage: 2}});
  expect(simulator.violations).toEqual([]);
  return (body as {regional_quotas: unknown}).regional_quotas;
}

describe('client_quotas', () => {
  it('show limits and usage of every initialized region, for all projects and types together', async () => {
    const quota = {images: 50, sizeBytes: 10_000, regions: {10: {images: 2, usedImages: 1, usedBytes: 5}, 76: null}};
    const simulator = await simulate({quota});
    simulator.addImage({name: 'one', sizeBytes: 100});
    simulator.addImage({name: 'two', sizeBytes: 200, projectId: 2, type: 'instance'});
    simulator.addImage({name: 'elsewhere', sizeBytes: 300, regionId: 10});
    simulator.addImage({name: 'of-gcore', visibility: 'public'});
    const full = {image_count_limit: 50, image_size_limit: 10_000};
    const own = {image_count_limit: 2, image_count_usage: 2, image_size_limit: 10_000, image_size_usage: 305};
    expect(await regionalQuotas(simulator)).toEqual([
      {region_id: 7, ...full, image_count_usage: 2, image_size_usage: 300},
      {region_id: 10, ...own},
      {region_id: 26, ...full, image_count_usage: 0, image_size_usage: 0},
    ]);
    expect(simulator.requests('quotas')).toHaveLength(1);
  });

  it('show no region if none has a quota', async () => {
    expect(await regionalQuotas(await simulate())).toEqual([]);
  });

  it.each([0, -1])('show a limit of %i, and an upload passes', async (limit) => {
    const simulator = await simulate({quota: {regions: {7: {images: limit, sizeBytes: limit, usedImages: 9}}}});
    expect(await regionalQuotas(simulator)).toMatchObject([{image_count_limit: limit, image_size_limit: limit}]);
    expect(await post(simulator, VIRTUAL, GOOD)).toMatchObject({status: 200});
  });
});

describe('an upload over the quota', () => {
  it.each([VIRTUAL, BAREMETAL, INSTANCE_UPLOAD])(
    'is refused at %s as documented, and only in that region',
    async (path) => {
      const simulator = await simulate({quota: {images: 1, regions: {10: {images: 2}}}});
      simulator.addImage({name: 'my-image', projectId: 2});
      const info = {attribute: 'image_count', current_usage: 1, requested_usage: 1, limit: 1};
      expect(await post(simulator, path, GOOD)).toMatchObject({
        status: 409,
        body: {exception_class: 'QuotaLimitExceed', message: 'Quota limit for image_count exceeded by 1', info},
      });
      expect(await post(simulator, path.replace('/1/7', '/1/10'), GOOD)).toMatchObject({status: 200});
      expect(await simulator.tasks()).toHaveLength(1);
      expect(simulator.violations).toEqual([]);
    },
  );

  it.each([400, 403, 409])('is refused with status %i if that is wanted', async (refusal) => {
    const simulator = await simulate({quota: {images: 1, refusal}});
    simulator.addImage({name: 'my-image'});
    expect(await post(simulator, VIRTUAL, GOOD)).toMatchObject({...REFUSED, status: refusal});
  });

  it('is refused if not a byte is left', async () => {
    const simulator = await simulate({quota: {sizeBytes: 100}});
    simulator.addImage({name: 'my-image', sizeBytes: 100});
    expect(await post(simulator, VIRTUAL, GOOD)).toMatchObject({...REFUSED, body: {info: {attribute: 'image_size'}}});
  });
});

describe('an import over the quota', () => {
  const COUNT = 'QuotaLimitExceed: Quota limit for image_count exceeded by 1';
  const SIZE = `QuotaLimitExceed: Quota limit for image_size exceeded by ${IMAGE_BYTES - 100}`;
  const CASES: ReadonlyArray<readonly [string, QuotaOptions, string]> = [
    ['in number', {images: 1, refusal: 'task', regions: {7: {usedImages: 1}}}, COUNT],
    ['in bytes, once its size is known', {sizeBytes: 100}, SIZE],
  ];

  it.each(CASES)('%s ends its task in ERROR', async (_what, quota, error) => {
    const simulator = await simulate({clock: new StandingClock(), quota});
    const id = await upload(simulator, (await serveImage()).url);
    expect(await task(simulator, id)).toMatchObject({state: 'ERROR', error, created_resources: null});
    expect(await simulator.images()).toEqual([]);
  });

  it('fits if the quota is just enough', async () => {
    const simulator = await simulate({clock: new StandingClock(), quota: {images: 1, sizeBytes: IMAGE_BYTES}});
    const id = await upload(simulator, (await serveImage()).url);
    expect(await task(simulator, id)).toMatchObject({state: 'FINISHED'});
  });
});
