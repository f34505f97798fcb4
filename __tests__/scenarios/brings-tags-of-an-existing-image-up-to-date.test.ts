import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

const OLD = 'team=ml\nstage=dev';
const NEW = 'team=ml\nstage=prod\nowner=kim';

it.concurrent.each(['virtual-gpu', 'instance'])(
  'sets the tags that the workflow gives now, and keeps the others: %s',
  async (type) => {
    await using stage = await setStage();
    const inputs = {'image-type': type};
    const first = await stage.upload({...inputs, tags: OLD});
    const [before] = await stage.cloud.images();
    const {exitCode, outputs, log} = await stage.upload({...inputs, tags: NEW}, {env: {GITHUB_RUN_ID: '4711'}});

    const [after] = await stage.cloud.images();
    const id = first.outputs['image-id'];
    expect(exitCode).toBe(0);
    expect(outputs).toMatchObject({created: 'false', 'image-id': id});
    expect(after?.tags).toEqual({...before?.tags, stage: 'prod', owner: 'kim'});
    expect(stage.cloud.requests('patch').map(({body}) => body)).toEqual([{tags: {stage: 'prod', owner: 'kim'}}]);
    expect(log.split('\n').filter((line) => line.includes('brought up to date'))).toEqual([
      `Image ${id}: its tags are brought up to date: stage=prod, owner=kim`,
    ]);
    expect(outputs['image']).toContain('prod');
  },
);

it.concurrent('sends no PATCH if the image already has the tags', async () => {
  await using stage = await setStage();
  await stage.upload({tags: OLD});
  const {exitCode} = await stage.upload({tags: 'stage=dev'});

  expect(exitCode).toBe(0);
  expect(stage.cloud.requests('patch')).toEqual([]);
});

it.concurrent('updates the tags of an import that it joins', async () => {
  await using stage = await setStage({timing: {runningMs: 1500}});
  await stage.upload({tags: OLD, wait: 'false'});
  const {exitCode, outputs} = await stage.upload({tags: NEW});

  expect([exitCode, outputs['created']]).toEqual([0, 'false']);
  expect((await stage.cloud.images())[0]?.tags).toMatchObject({team: 'ml', stage: 'prod', owner: 'kim'});
});

it.concurrent.each([429, 500])('sends the PATCH again if Gcore answers %s to it', async (status) => {
  await using stage = await setStage();
  await stage.upload({tags: OLD});
  stage.cloud.script({request: 'patch', effect: 'none', answer: {kind: 'status', status}});
  const {exitCode, log} = await stage.upload({tags: NEW});

  expect(exitCode).toBe(0);
  expect((await stage.cloud.images())[0]?.tags).toMatchObject({stage: 'prod', owner: 'kim'});
  expect(log).not.toContain('warning:');
});

it.concurrent('warns if Gcore refuses the PATCH, and uses the image anyway', async () => {
  await using stage = await setStage();
  await stage.upload({tags: OLD});
  stage.cloud.script({request: 'patch', effect: 'none', answer: {kind: 'status', status: 403}});
  const {exitCode, outputs, log} = await stage.upload({tags: NEW});

  expect(exitCode).toBe(0);
  expect(outputs['created']).toBe('false');
  expect(log).toMatch(
    /^warning: Image \S+ keeps its old tags, as they could not be brought up to date \(stage=prod, owner=kim\): /m,
  );
});

it.concurrent('says in a dry run which tags it would set', async () => {
  await using stage = await setStage();
  const {outputs} = await stage.upload({tags: OLD});
  const {log} = await stage.upload({tags: NEW, 'dry-run': 'true'});

  expect(log).toContain(`would reuse image ${outputs['image-id']}, and bring its tags up to date (stage, owner)`);
  expect(stage.cloud.requests('patch')).toEqual([]);
});
