import {describe, expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

describe('an upload with rows in the lists that cannot be read', () => {
  it('is green if they belong to others, and warns once about each', async () => {
    await using stage = await setStage();
    stage.cloud.addImage({name: 'another', wire: {created_at: null}});
    stage.cloud.addImage({name: 'another', wire: {task_id: 'urn:task:1'}});
    stage.cloud.addImage({name: 'another', wire: () => 'not an object'});
    stage.cloud.addImage({name: 'public', visibility: 'public', sizeBytes: 1e20});
    stage.cloud.addTask({wire: {state: null}});
    const {exitCode, log} = await stage.upload({name: 'trainer'});
    expect(exitCode).toBe(0);
    for (const field of ['created_at', 'task_id', 'the whole', 'size', 'state']) {
      expect(log.match(new RegExp(`cannot be read and is skipped: .*${field}: `, 'g'))).toHaveLength(1);
    }
  });

  it('fails if one may be the image itself, and names image and field', async () => {
    await using stage = await setStage();
    const {id} = stage.cloud.addImage({name: 'trainer', wire: {created_at: null}});
    const {exitCode, log} = await stage.upload({name: 'trainer'});
    expect(exitCode).toBe(1);
    expect(log).toContain(`${id} "trainer": created_at: `);
    expect(log).toContain('Nothing was uploaded.');
    expect(stage.cloud.requests('upload')).toHaveLength(0);
  });
});
