import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const IMAGE = {name: 'priced', type: 'instance', projectId: 1, regionId: 7, sizeBytes: 3 * 2 ** 30} as const;

it('has a column of prices if there are any', async () => {
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

it('has no column of prices if there are none, and has the notices', async () => {
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
  expect(summary).not.toContain('hcl');
  expect(summary).toMatch(/\*\*What happened:\*\* The image will never be ready.* error\./);
});

it('shows how Terraform reads the ID of one region', async () => {
  await using stage = await setStage();
  const {id} = stage.cloud.addImage(IMAGE);
  const {summary} = await stage.gate({'image-type': 'instance', 'image-id': id}, {env: {GITHUB_ACTION: 'ready'}});

  expect(summary).toContain(`TF_VAR_image_id: \${{ steps.ready.outputs.image-id }}\n`);
  expect(summary).toContain('variable "image_id" {\n  type = string\n}\n\n# image_id = var.image_id\n');
});

it('shows how Terraform reads the IDs of several regions', async () => {
  await using stage = await setStage();
  const images = [7, 10].map((regionId) => [regionId, {id: stage.cloud.addImage({...IMAGE, regionId}).id}]);
  const {summary} = await stage.gate({
    'image-type': 'instance',
    region: '',
    images: JSON.stringify(Object.fromEntries(images)),
  });

  expect(summary).toContain(`TF_VAR_images: \${{ steps.gate.outputs.images }}\n`);
  expect(summary).toContain('# image_id = jsondecode(var.images)[var.region_id].id\n');
});
