import {describe, expect, it} from '@jest/globals';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {type Conditions, type Interrupted, interrupt, type Moment} from '../fixtures/interruption.ts';
import {AFTER_THE_GRACE, AT_ONCE, AT_ONCE_MS, type Known, POINTS} from '../fixtures/points-of-a-run.ts';
import {regionsNamed} from '../fixtures/regions.ts';

/** How often every case is played: once as a rule, twenty times where a miss is looked for. */
const ROUNDS = Array.from({length: Number(process.env['SIGNAL_REPEATS'] ?? '1')}, (_, index) => index + 1);
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const TIME_LIMIT_MS = 120_000;

const HANG = {answer: {kind: 'hang'}} as const;

/** Where a step is killed, as the runner does ten seconds after a signal that had no effect, and what it has written by then. */
const KILLS: readonly {
  readonly keeps: string;
  readonly conditions: Conditions;
  readonly at: Moment;
  readonly written: readonly string[];
}[] = [
  {
    keeps: 'the marker, while its POST is in flight',
    conditions: {faults: [{request: 'upload', ...HANG}]},
    at: {request: 'upload'},
    written: [],
  },
  {
    keeps: 'the task, while it is polled',
    conditions: {faults: [{request: 'task', ...HANG}]},
    at: {request: 'task'},
    written: ['task-id'],
  },
  {
    keeps: 'the image, while a second one is looked for',
    conditions: {laterFaults: {after: 'image', faults: [{request: 'images', ...HANG}]}},
    at: {request: 'images', after: 'image'},
    written: ['task-id', 'image-id', 'image-size'],
  },
];

/** Every case with every signal in every round. */
function cases<Case extends object>(all: readonly Case[]) {
  return ROUNDS.flatMap((round) => all.flatMap((one) => SIGNALS.map((signal) => ({...one, signal, round}))));
}

interface RegionOutput {
  readonly id?: string;
  readonly size?: number;
  readonly task_id?: string;
  readonly error?: string;
}

/** The output `images`: what is known of every region. */
function regionsIn({outputs}: Interrupted): Readonly<Record<string, RegionOutput>> {
  return JSON.parse(outputs['images'] ?? '{}');
}

function errorsOf({commands}: Interrupted): readonly string[] {
  return commands.filter(({name}) => name === 'error').map(({value}) => value);
}

/** The markers of the uploads that the cloud received. */
function markersIn({uploads}: Interrupted): readonly string[] {
  return uploads.map(({body}) => {
    const {tags = {}} = body as {readonly tags?: Readonly<Record<string, string>>};
    return tags[MARKER_TAG] ?? '(no marker)';
  });
}

const STAGES: readonly Known[] = ['nothing', 'place', 'marker', 'task', 'image', 'ready'];

/** Holds everything that a stopped step left behind against what it knew by then, and against the truth in the cloud. */
function expectWhatWasKnown(step: Interrupted, known: Known, signal: NodeJS.Signals): void {
  const knows = (stage: Known) => STAGES.indexOf(known) >= STAGES.indexOf(stage);
  const {outputs, state, tasks, images, uploads} = step;
  const [task] = tasks;
  const [image] = images;
  const [error = ''] = errorsOf(step);
  expect({exitCode: step.exitCode, signal: step.signal}).toEqual({exitCode: 1, signal: null});
  expect(errorsOf(step)).toHaveLength(1);
  expect(error).toMatch(new RegExp(`^The step was cancelled \\(${signal}\\)\\.\n`));
  expect(tasks.length).toBeLessThanOrEqual(1);
  expect(uploads).toHaveLength(knows('marker') ? 1 : 0);

  const marker = knows('marker') ? markersIn(step) : [];
  expect(Object.values(state)).toEqual(marker);
  for (const one of marker) expect(error).toContain(`${MARKER_TAG}=${one}`);
  expect(outputs['failed-regions']).toBe(knows('place') ? '[7]' : undefined);
  expect(outputs['task-id']).toBe(knows('task') ? task?.id : undefined);
  expect(outputs['image-id']).toBe(knows('ready') ? image?.id : undefined);
  expect(outputs['image-size']).toBe(knows('ready') ? String(image?.sizeBytes) : undefined);
  expect(regionsIn(step)['7']).toEqual(
    knows('place')
      ? {
          region: 'Luxembourg-2',
          ...(knows('task') && {task_id: task?.id, name: uploads[0] && 'gpu-images-v1.2.3', created: true}),
          ...(knows('ready') && {id: image?.id, size: image?.sizeBytes, status: 'active', visibility: 'private'}),
          error: `The step was cancelled (${signal}).`,
        }
      : undefined,
  );

  if (!knows('place')) expect(error).toContain('Nothing was changed in the cloud.');
  if (known === 'place') expect(error).toContain('Nothing was uploaded.');
  if (knows('task')) expect(error).toContain(`Task ${task?.id} is the import.`);
  if (known === 'task') expect(error).toContain('Gcore cannot cancel a task: the import goes on in the cloud.');
  if (known === 'image') expect(error).toContain(`Image ${image?.id} is what it made.`);
  if (known === 'ready') {
    expect(error).toContain(`Image ${image?.id} is what it made, and it is ready.`);
    expect(error).not.toContain('goes on in the cloud');
  }
}

describe('an upload of one image', () => {
  it.concurrent.each(cases(POINTS))(
    'is stopped by $signal $when, round $round',
    async ({conditions, at, known, goneWithin: [atLeast, atMost], signal}) => {
      const step = await interrupt(conditions, [{signal, at}]);

      expectWhatWasKnown(step, known, signal);
      expect(step.untilGoneMs).toBeGreaterThanOrEqual(atLeast);
      expect(step.untilGoneMs).toBeLessThan(atMost);
    },
    TIME_LIMIT_MS,
  );
});

describe('an upload to several regions', () => {
  const regions = regionsNamed(3);
  const oneByOne: Conditions = {
    cloud: {regions},
    inputs: {region: '1,2,3', 'max-parallel': '1'},
    // The last list of the first region is answered yet.
    laterFaults: {after: 'image', faults: [{request: 'images'}, {request: 'images', times: Infinity, ...HANG}]},
  };

  it.concurrent.each(
    cases<{when: string; at: Moment}>([
      {when: 'between two of them', at: {line: /GET \S+\/1\/1\/images 200/, after: 'image'}},
      {when: 'while the second one is probed', at: {request: 'images', inRegion: 2}},
    ]),
  )(
    'is stopped by $signal $when with the first image in its outputs, round $round',
    async ({at, signal}) => {
      const step = await interrupt(oneByOne, [{signal, at}]);

      const [image] = step.images;
      const error = `The step was cancelled (${signal}).`;
      expect(step).toMatchObject({exitCode: 1, signal: null, tasks: {length: 1}, uploads: {length: 1}});
      expect(step.outputs).toMatchObject({'image-id': image?.id, 'failed-regions': '[2,3]'});
      expect(regionsIn(step)).toEqual({
        1: expect.objectContaining({id: image?.id, size: image?.sizeBytes, task_id: step.tasks[0]?.id}),
        2: {region: 'Region-2', error},
        3: {region: 'Region-3', error: 'Not started: cancelled while this region waited for a free slot.'},
      });
      expect(errorsOf(step)).toEqual([expect.stringContaining('2 of 3 regions failed')]);
      expect(step.log).toContain('Nothing was uploaded.');
      expect(step.untilGoneMs).toBeLessThan(AT_ONCE_MS);
    },
    TIME_LIMIT_MS,
  );

  it.concurrent.each(cases([{}]))(
    'takes the answers of all its POSTs in flight when it is stopped by $signal, round $round',
    async ({signal}) => {
      const step = await interrupt(
        {
          cloud: {regions},
          inputs: {region: '1,2,3', 'max-parallel': '2'},
          faults: [{request: 'upload', times: 2, delayMs: 1000}],
        },
        [{signal, at: {request: 'upload', nth: 2}}],
      );

      const taskOf = (regionId: number) => step.tasks.find((task) => task.regionId === regionId)?.id;
      expect(step).toMatchObject({exitCode: 1, signal: null, tasks: {length: 2}, uploads: {length: 2}});
      expect(step.outputs).toMatchObject({'task-id': taskOf(1), 'failed-regions': '[1,2,3]'});
      expect(regionsIn(step)).toMatchObject({1: {task_id: taskOf(1)}, 2: {task_id: taskOf(2)}});
      expect(regionsIn(step)['3']).not.toHaveProperty('task_id');
      expect(Object.keys(step.state).sort()).toEqual(['marker-1', 'marker-2']);
      for (const {id} of step.tasks) expect(step.log).toContain(`Task ${id} is the import. Gcore cannot cancel a task`);
      expect(step.untilGoneMs).toBeLessThan(AT_ONCE_MS);
    },
    TIME_LIMIT_MS,
  );
});

describe('a second signal', () => {
  const seconds = SIGNALS.flatMap((second) => ROUNDS.map((round) => ({second, round})));

  it.concurrent.each(seconds)(
    'changes nothing for a wait when it is $second, round $round',
    async ({second}) => {
      const at = {line: /^Task \S+: (NEW|RUNNING) /};
      const step = await interrupt(
        {cloud: {timing: {runningMs: 600_000}}, inputs: {'poll-interval-seconds': '300'}},
        // The second one has to be there before the process is gone, which is a matter of milliseconds.
        [
          {signal: 'SIGINT', at},
          {signal: second, at},
        ],
      );

      expect(step.signalsSent).toBe(2);
      expect({exitCode: step.exitCode, signal: step.signal, errors: errorsOf(step).length}).toEqual({
        exitCode: 1,
        signal: null,
        errors: 1,
      });
      expect(step.outputs['task-id']).toBe(step.tasks[0]?.id);
      expect(step.untilGoneMs).toBeLessThan(AT_ONCE_MS);
    },
    TIME_LIMIT_MS,
  );

  it.concurrent.each(seconds.flatMap((row) => [true, false].map((answered) => ({...row, answered}))))(
    'changes nothing for a POST in flight when it is $second and an answer still comes: $answered, round $round',
    async ({second, answered}) => {
      const step = await interrupt(
        {
          inputs: {region: '7,10'},
          // One region polls already while the other one's POST is in flight: the end of that poll shows that the first signal was taken.
          faults: [
            {request: 'upload', nth: 1, delayMs: 500},
            {request: 'upload', nth: 2, ...(answered ? {delayMs: 2000} : HANG)},
            {request: 'task', ...HANG},
          ],
        },
        [
          {signal: 'SIGINT', at: {request: 'task'}},
          {signal: second, at: {line: /^::debug::GET \S+ The step was cancelled \(SIGINT\)/}},
        ],
      );

      const markers = markersIn(step);
      expect(step).toMatchObject({signalsSent: 2, exitCode: 1, signal: null, tasks: {length: 2}});
      expect(errorsOf(step)).toHaveLength(1);
      expect(step.log).toContain('The step was cancelled (SIGINT).');
      expect(Object.values(step.state).sort()).toEqual(markers.toSorted());
      expect(step.log).toContain(`${MARKER_TAG}=${markers[1]}`);
      expect(Object.values(regionsIn(step)).flatMap(({task_id}) => task_id ?? [])).toHaveLength(answered ? 2 : 1);
      for (const [regionId, {task_id}] of Object.entries(regionsIn(step))) {
        if (task_id !== undefined)
          expect(step.tasks).toContainEqual(expect.objectContaining({id: task_id, regionId: Number(regionId)}));
      }
      const [atLeast, atMost] = answered ? AT_ONCE : AFTER_THE_GRACE;
      expect(step.untilGoneMs).toBeGreaterThanOrEqual(atLeast);
      expect(step.untilGoneMs).toBeLessThan(atMost);
    },
    TIME_LIMIT_MS,
  );
});

describe('a step that is killed', () => {
  it.concurrent.each(ROUNDS.flatMap((round) => KILLS.map((kill) => ({...kill, round}))))(
    'keeps $keeps, round $round',
    async ({conditions, at, written}) => {
      const step = await interrupt(conditions, [{signal: 'SIGKILL', at}]);

      const [task] = step.tasks;
      const [image] = step.images;
      const truth = {'task-id': task?.id, 'image-id': image?.id, 'image-size': String(image?.sizeBytes)};
      const {'task-id': taskId, 'image-id': imageId, 'image-size': imageSize} = step.outputs;
      const known = Object.entries(truth).map(([name, value]) => [name, written.includes(name) ? value : undefined]);
      expect(step).toMatchObject({exitCode: null, signal: 'SIGKILL', tasks: {length: 1}});
      expect({'task-id': taskId, 'image-id': imageId, 'image-size': imageSize}).toEqual(Object.fromEntries(known));
      expect(step.state).toEqual({'marker-7': markersIn(step)[0]});
    },
    TIME_LIMIT_MS,
  );
});

describe('a step that has ended', () => {
  it.concurrent.each(cases([{}]))(
    'keeps its outputs when $signal comes too late, round $round',
    async ({signal}) => {
      const step = await interrupt({}, [{signal, at: {line: /^::notice::/}}]);

      const [image] = step.images;
      expect(step.outputs).toMatchObject({
        'image-id': image?.id,
        'image-size': String(image?.sizeBytes),
        'failed-regions': '[]',
      });
      // Node gives its handlers back a moment before the process is gone.
      expect([step.exitCode, step.signal]).toEqual(step.signal === null ? [0, null] : [null, signal]);
      expect(errorsOf(step)).toEqual([]);
      expect(step.untilGoneMs).toBeLessThan(AT_ONCE_MS);
    },
    TIME_LIMIT_MS,
  );
});
