import {describe, expect, it} from '@jest/globals';
import {parse} from 'yaml';
import {setReleaseStage} from '../fixtures/release-stage.ts';
import {blocksIn, readPage} from './markdown.ts';
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

it('the first example of README.md prints what the page shows below it', async () => {
  await using stage = await setReleaseStage();
  const [example] = EXAMPLES.filter(({place}) => place.startsWith('README.md:'));
  const [shown] = blocksIn(readPage('README.md')).filter(({language}) => language === 'text');
  const [first] = await play(readExample(example ?? {place: '', text: ''}), stage);

  // Sizes and the image's name are others on the page.
  const comparable = (text = '') =>
    text.replace(/[\d.]+ [KMG]iB/g, '<size>').replace(/^notice: \S+\./im, 'Notice: <name>.');
  expect(comparable(first?.result.log)).toBe(comparable(shown?.text.trim()));
});

it('every action has an example', () => {
  const steps = EXAMPLES.flatMap((example) => Object.values(readExample(example).jobs).flatMap((job) => job.steps));
  expect(new Set(steps.flatMap((step) => actionOf(step) ?? []))).toEqual(
    new Set(['action.yml', 'wait/action.yml', 'promote/action.yml', 'prune/action.yml']),
  );
});

it('e2e.yml runs the workflow of docs/migrating-from-a-script.md, with fewer regions', () => {
  const [example] = EXAMPLES.filter(({place}) => place.startsWith('docs/migrating-from-a-script.md'));
  const documented = Object.values(readExample(example ?? {place: '', text: ''}).jobs).flatMap(({steps}) => steps);
  const e2e = parse(readPage('.github/workflows/e2e.yml')).jobs.e2e.steps;
  const inputsOf = (wanted: string) => e2e.find(({id}: {id?: string}) => id === wanted).with;
  const differing = ['api-key', 'api-url', 'project', 'region', 'optional-region', 'file', 'keep-image-id'];
  const comparable = (inputs: object) => Object.entries(inputs).filter(([name]) => !differing.includes(name));

  const ours = documented.filter((step) => actionOf(step) !== undefined);
  expect(ours.map((step) => comparable(step.with))).toEqual(
    [inputsOf('migrated'), inputsOf('migrated-prune')].map(comparable),
  );
});
