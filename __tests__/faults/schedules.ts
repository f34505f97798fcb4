import fc from 'fast-check';
import type {Answer, Effect, Fault, RequestKind} from '../../simulator/faults.ts';
import type {JsonObject} from '../../simulator/model.ts';
import {answers, changed, LOST, showing} from './answers.ts';
import {HOUR, MINUTE, type Scene, SECOND} from './scene.ts';

/** The longest that the service takes to show what was made. */
const LONGEST_LAG_MS = MINUTE;
/** The reads that may meet faults. */
const READS: readonly RequestKind[] = ['projects', 'regions', 'images', 'active-tasks', 'tasks', 'task', 'image'];

const upTo = (mostMs: number) => fc.integer({min: 0, max: mostMs});
/** Nothing as often as not. */
const lag = fc.oneof(fc.constant(0), fc.integer({min: 5 * SECOND, max: LONGEST_LAG_MS}));

/** A cloud, and how late it shows what was made. */
export const clouds = fc.record({
  timing: fc.record({newMs: upTo(MINUTE), runningMs: upTo(12 * MINUTE), savingMs: upTo(2 * MINUTE)}),
  imageVisible: fc.constantFrom('posted' as const, 'running' as const, 'finished' as const),
  taskDataHoldsTags: fc.boolean(),
  failedImportLeaves: fc.constantFrom('saving' as const, 'nothing' as const),
  lateMs: fc.tuple(lag, lag).map(([tasks, images]) => ({task: tasks, tasks, image: images, images})),
  tagsVisible: fc.constantFrom('finished' as const, 'posted' as const),
});

const lost: fc.Arbitrary<Answer> = fc.constantFrom(...Object.values(LOST), answers(503, {'retry-after': '20'}));

const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc.constant('now' as const),
  fc.constant('none' as const),
  fc.record({afterMs: fc.integer({min: 5 * SECOND, max: 200 * SECOND})}),
);

function uploadFault(): fc.Arbitrary<Fault> {
  const request = fc.constant('upload' as const);
  const refusal = fc.constantFrom(answers(429), answers(429, {'retry-after': '7'}), answers(409), answers(400));
  const fromGateway = fc.constantFrom(answers(303), answers(404), answers(409));
  return fc.oneof(
    {weight: 10, arbitrary: fc.record({request, answer: lost, effect})},
    {weight: 2, arbitrary: fc.record({request, answer: refusal, effect: fc.constant('none' as const)})},
    {weight: 1, arbitrary: fc.record({request, answer: fromGateway, effect: fc.constant('now' as const)})},
  );
}

const noData = changed((page) => ({
  ...page,
  results: [page['results'] ?? []].flat().map((task) => ({...Object(task), data: null})),
}));
const WITHOUT_DATA: readonly Fault[] = (['tasks', 'active-tasks'] as const).map((request) => ({
  request,
  times: Infinity,
  answer: noData,
}));

/** Rows of others, as they were seen or as the API's document lets them be. */
const ODD_FIELDS: readonly JsonObject[] = [
  {created_at: null},
  {tags: null},
  {tags: [{key: 'a', value: null}]},
  {task_id: 'urn:task:1'},
  {visibility: 'public', size: 1e20},
];

/** The list of images with an odd copy of another image in it. */
function withOddRow(fields: JsonObject): readonly Fault[] {
  const row = {...ANOTHER_IMAGE, ...fields};
  const answer = changed(({count, results}) => ({count: Number(count) + 1, results: [results ?? [], row].flat()}));
  return [{request: 'images', times: Infinity, answer}];
}
const ANOTHER_IMAGE = {
  id: '00000000-0000-4000-8000-000000000009',
  name: 'another',
  status: 'active',
  size: 4096,
  visibility: 'private',
  task_id: null,
  created_at: '2026-01-01T00:00:00',
  tags: [],
};

/** Faults of the whole run, behind those that pass: for each request the first that fits is taken. */
function lastingFaults(): fc.Arbitrary<readonly Fault[]> {
  const odd = fc.constantFrom(...ODD_FIELDS).map(withOddRow);
  return fc.oneof(
    {weight: 4, arbitrary: fc.constant<readonly Fault[]>([])},
    {weight: 1, arbitrary: fc.constant(WITHOUT_DATA)},
    {weight: 1, arbitrary: odd},
  );
}

const unknownState = showing({state: 'PAUSED', status: 'defragmenting'});

function readFault(): fc.Arbitrary<Fault> {
  return fc.record({
    request: fc.constantFrom(...READS),
    answer: fc.oneof(
      lost,
      fc.constantFrom(answers(429), answers(404, {}, {message: 'no such thing'}), answers(401), unknownState),
    ),
    nth: fc.integer({min: 1, max: 25}),
    times: fc.oneof(fc.integer({min: 1, max: 4}), fc.constant(80), fc.constant(Infinity)),
  });
}

/** Schedules of up to six faults over the requests of one upload. */
export function schedules(): fc.Arbitrary<Scene> {
  return fc
    .record({
      faults: fc.array(fc.oneof(uploadFault(), readFault()), {maxLength: 6}),
      lasting: lastingFaults(),
      cloud: clouds,
      serviceAheadMs: fc.constantFrom(0, 0, HOUR, -HOUR),
      brokenSources: fc.constantFrom(0, 0, 0, 1),
      attempts: fc.integer({min: 1, max: 2}),
      timeoutMs: fc.integer({min: MINUTE / 2, max: 20 * MINUTE}),
      chance: fc.double({min: 0, max: 0.999, noNaN: true}),
    })
    .map(({chance, faults, lasting, ...scene}) => ({...scene, faults: [...faults, ...lasting], random: () => chance}));
}
