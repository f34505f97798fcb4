import {expect, it} from '@jest/globals';
import {NOTHING, setFileStage} from '../fixtures/file-stage.ts';

it('stages nothing in a run that finds the image in all regions', async () => {
  await using stage = await setFileStage();
  const first = await stage.publish({region: '7,10'});
  const before = stage.requests('create-bucket', 'upload').length;
  const second = await stage.publish({region: '7,10', file: stage.write('moved.qcow2', stage.image)});

  expect([first.main.exitCode, second.main.exitCode]).toEqual([0, 0]);
  expect(second.main.outputs).toMatchObject({created: 'false', 'image-id': first.main.outputs['image-id']});
  expect(stage.requests('create-bucket', 'upload')).toHaveLength(before);
});

it('stages the file once more for the region that lacks the image', async () => {
  await using stage = await setFileStage();
  await stage.publish({region: '7'});
  const {main} = await stage.publish({region: '7,10'});

  expect(main.exitCode).toBe(0);
  expect(JSON.parse(main.outputs['images'] ?? '')).toMatchObject({7: {created: false}, 10: {created: true}});
  expect(stage.requests('create-bucket')).toHaveLength(2);
  expect(stage.left()).toEqual(NOTHING);
});

it('does not reuse the image for another file, and stages nothing', async () => {
  await using stage = await setFileStage();
  await stage.publish();
  const other = Buffer.from(stage.image);
  other.write('another', 200_000);
  const {main} = await stage.publish({file: stage.write('trainer.qcow2', other)});

  expect(main.exitCode).toBe(1);
  expect(main.log).toContain('its SHA-256 differs');
  expect(stage.requests('create-bucket')).toHaveLength(1);
});

it('says in a dry run what would be staged, and stages nothing', async () => {
  await using stage = await setFileStage();
  const {main, post} = await stage.publish({'dry-run': 'true'});

  expect([main.exitCode, post.exitCode]).toEqual([0, 0]);
  expect(main.log).toContain('would be staged in Gcore Object Storage, luxembourg-2');
  expect(main.summary).toContain('would be staged in Gcore Object Storage');
  expect(main.outputs['sha256']).toMatch(/^[0-9a-f]{64}$/);
  const changes = stage.cloud.journal.filter(({method, path}) => method !== 'GET' || path.startsWith('/storage'));
  // The price of an image is asked by a POST.
  expect(changes.filter(({kind}) => kind !== 'price')).toEqual([]);
});
