import {expect, it} from '@jest/globals';
import {regionsNamed} from '../fixtures/regions.ts';
import {setStage} from '../fixtures/stage.ts';

it('shows for each failed region why, what is known, and the next step', async () => {
  await using stage = await setStage({regions: regionsNamed(3)});
  const taken = stage.cloud.addImage({name: 'trainer', projectId: 1, regionId: 3});
  stage.cloud.script({
    request: 'task',
    answer: {kind: 'true', change: (task) => ({...task, state: 'ERROR', error: 'No valid host was found'})},
  });
  const {exitCode, summary, outputs} = await stage.upload({
    region: '1,2,3',
    name: 'trainer',
    attempts: '1',
    'max-parallel': '1',
  });

  const images = JSON.parse(outputs['images'] ?? '');
  expect(exitCode).toBe(1);
  expect(summary).toContain('### ❌ <code>trainer</code> failed in 2 of 3 regions');
  expect(summary).toContain('| Region-1 (1) | ❌ failed |');
  expect(summary).toContain(`| Region-2 (2) | ✅ published | <code>${images[2].id}</code>`);
  expect(summary).toMatch(
    new RegExp(
      `#### ❌ Region-1 \\(1\\)\n\n\\*\\*What happened:\\*\\* Gcore could not import the image.* No valid host was found\n\n` +
        `\\*\\*What is known:\\*\\*\n\n- Task ${images[1].task_id} is the import.*\n\\*\\*Next step:\\*\\* The region has no capacity`,
      's',
    ),
  );
  expect(summary).toMatch(new RegExp(`#### ❌ Region-3 \\(3\\)\n\n\\*\\*What happened:\\*\\* .*${taken.id}`));
  // A gate over all regions could not pass. What there is can be used.
  expect(summary).not.toContain('/wait@');
  expect(summary).toContain(`"2" = "${images[2].id}"`);
});

it('shows once a reason that all regions share', async () => {
  await using stage = await setStage({regions: regionsNamed(3)});
  stage.cloud.script({
    request: 'upload',
    times: Number.POSITIVE_INFINITY,
    effect: 'none',
    answer: {
      kind: 'status',
      status: 400,
      body: {message: 'Invalid data', request_id: 'r', invalid_fields: {name: ['x']}},
    },
  });
  const {summary} = await stage.upload({region: '1,2,3', 'max-parallel': '1'});

  expect(summary).toContain('#### ❌ Region-1 (1), Region-2 (2), Region-3 (3)');
  expect(summary.match(/Invalid data/g)).toHaveLength(1);
  expect(summary).not.toContain('<details>');
});

it.each([
  ['is not there', '/nowhere/summary', true],
  ['is not told', '', false],
])('goes on if the file of the summary %s', async (_, path, isWarned) => {
  await using stage = await setStage();
  const {exitCode, log, outputs} = await stage.upload({}, {env: {GITHUB_STEP_SUMMARY: path}});

  expect(exitCode).toBe(0);
  expect(outputs['image-status']).toBe('active');
  expect(log.includes('warning: The job summary could not be written')).toBe(isWarned);
});
