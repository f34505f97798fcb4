import {expect, it} from '@jest/globals';
import {setPruneStage} from '../fixtures/prune-stage.ts';
import {setStage} from '../fixtures/stage.ts';

const GIB = 2 ** 30;
/** The simulated cloud takes 0.072 EUR a month for each GiB, and a file of less counts as one. */
const ONE = '0.07 EUR';
const BOTH = '0.14 EUR a month';

it.each(['virtual-gpu', 'baremetal-gpu', 'instance', 'baremetal'])(
  'says what an image of type %s will cost, and what it costs',
  async (imageType) => {
    await using stage = await setStage();
    const inputs = {region: '7,10', 'image-type': imageType};
    const planned = await stage.upload({...inputs, 'dry-run': 'true'});
    const published = await stage.upload(inputs);

    expect([planned.exitCode, published.exitCode]).toEqual([0, 0]);
    for (const {summary} of [planned, published]) {
      expect(summary).toContain(`Price: ${BOTH}.`);
      expect(summary).toContain(`| ${ONE} |`);
    }
  },
);

it.each([
  ['are refused', {kind: 'status', status: 403}],
  ['fail', {kind: 'status', status: 500}],
  ['are hidden', {kind: 'true', change: (price: object) => ({...price, price_status: 'hide'})}],
  ['are null', {kind: 'true', change: (price: object) => ({...price, price_per_month: null})}],
] as const)('says nothing if prices %s, and asks once for each region', async (_, answer) => {
  await using stage = await setStage();
  stage.cloud.script({request: 'price', times: Number.POSITIVE_INFINITY, answer});
  const {exitCode, log, summary} = await stage.upload({region: '7,10'});

  expect(exitCode).toBe(0);
  expect(`${log}${summary}`).not.toMatch(/price|EUR/i);
  expect(stage.cloud.requests('price')).toHaveLength(2);
});

it('says what a prune frees a month, and would free', async () => {
  await using stage = await setPruneStage();
  for (const regionId of [7, 10]) for (const days of [1, 2]) stage.add(days, {regionId, sizeBytes: 10 * GIB});
  const inputs = {region: '7,10', 'keep-last': '0'};
  const planned = await stage.prune({...inputs, 'dry-run': 'true'});
  const pruned = await stage.prune(inputs);

  expect(planned.summary).toContain('2.88 EUR a month');
  expect(pruned.summary).toContain('2.88 EUR a month');
  expect(pruned.log).toMatch(/^notice: Deleted 4 images, 40 GiB.*\. That saves 2\.88 EUR a month\.$/m);
});

it('prunes without a price', async () => {
  await using stage = await setPruneStage();
  stage.add(1);
  stage.cloud.script({request: 'price', times: Number.POSITIVE_INFINITY, answer: {kind: 'status', status: 404}});
  const {exitCode, log, summary} = await stage.prune({'keep-last': '0'});

  expect(exitCode).toBe(0);
  expect(`${log}${summary}`).not.toContain('EUR');
});
