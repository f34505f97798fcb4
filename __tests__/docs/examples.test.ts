import {describe, expect, it} from '@jest/globals';
import {setReleaseStage} from '../fixtures/release-stage.ts';
import {play} from './play.ts';
import {actionOf, EXAMPLES, faultsOfInputs, faultsOfOutputs, readExample} from './workflows.ts';

const TIME_LIMIT_MS = 60_000;

describe.each(EXAMPLES)('the example at $place', (example) => {
  it('is a workflow or a list of steps', () => {
    expect(Object.keys(readExample(example).jobs)).not.toEqual([]);
  });

  it('gives inputs that exist, and all that are required', () => {
    const steps = Object.values(readExample(example).jobs).flatMap((job) => job.steps);
    expect(steps.flatMap(faultsOfInputs)).toEqual([]);
  });

  it('names outputs that exist', () => {
    expect(faultsOfOutputs(readExample(example))).toEqual([]);
  });
});

describe('run against the simulator', () => {
  it.concurrent.each(EXAMPLES)(
    'the example at $place ends green',
    async (example) => {
      await using stage = await setReleaseStage();
      const workflow = readExample(example);
      const played = await play(workflow, stage);

      const ours = Object.values(workflow.jobs).flatMap((job) =>
        job.steps.filter((step) => actionOf(step) !== undefined),
      );
      expect(new Set(played.map(({step}) => step.uses))).toEqual(new Set(ours.map(({uses}) => uses)));
      expect(played.filter(({result}) => result.exitCode !== 0).map(({result}) => result.log)).toEqual([]);
    },
    TIME_LIMIT_MS,
  );
});

it('every action has an example', () => {
  const steps = EXAMPLES.flatMap((example) => Object.values(readExample(example).jobs).flatMap((job) => job.steps));
  expect(new Set(steps.flatMap((step) => actionOf(step) ?? []))).toEqual(
    new Set(['action.yml', 'wait/action.yml', 'promote/action.yml', 'prune/action.yml']),
  );
});
