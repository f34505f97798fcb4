import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('shows the price of an instance image', async () => {
  await using stage = await setStage();
  const image = stage.cloud.addImage({
    name: 'priced',
    type: 'instance',
    projectId: 1,
    regionId: 7,
    sizeBytes: 3 * 2 ** 30,
  });
  const {exitCode, outputs, summary} = await stage.gate({
    'image-type': 'instance',
    'image-id': image.id,
    'include-prices': 'true',
  });

  const {price_per_month, currency_code} = JSON.parse(outputs['image'] ?? '');
  expect(exitCode).toBe(0);
  expect(price_per_month).toBeGreaterThan(0);
  expect(summary).toContain(`${price_per_month} ${currency_code}`);
  expect(stage.cloud.requests('image')).toHaveLength(1);
});

it('goes on after one bad answer to a request for the price by name', async () => {
  await using stage = await setStage();
  stage.cloud.addImage({name: 'priced', type: 'instance', projectId: 1, regionId: 7, sizeBytes: 3 * 2 ** 30});
  stage.cloud.script({request: 'image', answer: {kind: 'status', status: 502, body: 'Bad gateway'}});
  const {exitCode, outputs} = await stage.gate({'image-type': 'instance', name: 'priced', 'include-prices': 'true'});

  expect(exitCode).toBe(0);
  expect(JSON.parse(outputs['image'] ?? '').price_per_month).toBeGreaterThan(0);
});
