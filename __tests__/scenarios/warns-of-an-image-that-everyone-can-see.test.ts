import {expect, it} from '@jest/globals';
import {IMAGES_FILE, setReleaseStage} from '../fixtures/release-stage.ts';
import {setStage} from '../fixtures/stage.ts';

it('shows in outputs and release file who can see an image', async () => {
  await using stage = await setReleaseStage();
  const {outputs, log} = await stage.upload({'attach-to-release': 'true'});

  expect(JSON.parse(outputs['images'] ?? '')).toMatchObject({7: {visibility: 'private'}});
  expect(stage.attached()).toMatchObject({7: {visibility: 'private'}});
  expect(log).toContain(IMAGES_FILE);
  expect(log).not.toContain('is public');
});

it('warns in log and summary if it is public', async () => {
  await using stage = await setStage({uploadVisibility: 'public'});
  const {exitCode, outputs, log, summary} = await stage.upload();

  expect(exitCode).toBe(0);
  expect(JSON.parse(outputs['images'] ?? '')).toMatchObject({7: {visibility: 'public'}});
  expect(log).toContain(`warning: Image ${outputs['image-id']} is public: everyone can see it`);
  expect(summary).toContain('is public&#58; everyone can see it');
});

it('warns again about a public image that it finds, and uploads no second one', async () => {
  await using stage = await setStage({uploadVisibility: 'public'});
  const {outputs} = await stage.upload();
  const again = await stage.upload();

  expect(again.outputs).toMatchObject({created: 'false', 'image-id': outputs['image-id']});
  expect(again.log).toContain(`warning: Image ${outputs['image-id']} is public`);
  expect(stage.cloud.requests('upload')).toHaveLength(1);
});

it.each(['reuse', 'replace'])(
  'fails with require-private, retries and deletes nothing: if-exists %s',
  async (ifExists) => {
    await using stage = await setStage({uploadVisibility: 'public'});
    const inputs = {'require-private': 'true', 'if-exists': ifExists};
    const first = await stage.upload({'if-exists': ifExists});
    const {exitCode, outputs, log} = await stage.upload({...inputs, attempts: '3'});

    const images = await stage.cloud.images();
    const id = outputs['image-id'] ?? '';
    expect(exitCode).toBe(1);
    expect(log).toContain(
      `The workflow asks for a private image (require-private), but image ${id} is public: everyone can see it`,
    );
    expect(outputs['failed-regions']).toBe('[7]');
    expect(images.map((image) => image.id)).toEqual(expect.arrayContaining([id, first.outputs['image-id']]));
    expect(stage.cloud.requests('upload')).toHaveLength(ifExists === 'reuse' ? 1 : 2);
    expect(stage.cloud.requests('delete')).toEqual([]);
  },
);

it.each(['private', 'shared'])('passes with require-private if it is %s', async (uploadVisibility) => {
  await using stage = await setStage({uploadVisibility});
  const {exitCode} = await stage.upload({'require-private': 'true'});

  expect(exitCode).toBe(0);
});

it('says nothing about the visibility without a wait', async () => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({'require-private': 'true', wait: 'false'});

  expect(exitCode).toBe(1);
  expect(log).toContain('- wait: "false"; expected true with require-private: true');
});
