import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const IMAGE = {name: 'priced', type: 'instance', projectId: 1, regionId: 7, sizeBytes: 3 * 2 ** 30} as const;

it('has a column of prices where there are any', async () => {
  await using stage = await setStage();
  const {id} = stage.cloud.addImage(IMAGE);
  const {summary, outputs} = await stage.gate({
    'image-type': 'instance',
    'image-id': id,
    'include-prices': 'true',
  });

  const {price_per_month, currency_code} = JSON.parse(outputs['image'] ?? '');
  expect(summary).toContain('### ✅ The image is ready in region 7');
  expect(summary).toContain('| Region | State | Name | Image ID | Size | Price per month | Took |');
  expect(summary).toContain(
    `| region 7 | ✅ ready | priced | <code>${id}</code> | 3 GiB | ${price_per_month} ${currency_code} |`,
  );
});

it('has none where there are none, and the notices', async () => {
  await using stage = await setStage();
  stage.cloud.addImage({...IMAGE, createdAtMs: 1000, tags: {'managed-by': 'upload-gcore-gpu-image'}});
  stage.cloud.addImage(IMAGE);
  const {exitCode, summary} = await stage.gate({'image-type': 'instance', name: 'priced'});

  expect(exitCode).toBe(0);
  expect(summary).not.toContain('Price');
  expect(summary).toMatch(/#### Notes\n\n- &#50; images have the name .*priced/);
});

it('says what is not ready, and why', async () => {
  await using stage = await setStage();
  const {id} = stage.cloud.addImage({...IMAGE, type: 'virtual-gpu', status: 'error'});
  const {exitCode, summary} = await stage.gate({'image-id': id});

  expect(exitCode).toBe(1);
  expect(summary).toContain('### ❌ The image is not ready in region 7');
  expect(summary).toMatch(/\*\*What happened:\*\* The image will never be ready.* error\./);
});
