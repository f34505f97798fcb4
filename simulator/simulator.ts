/**
 * A Gcore cloud in one process, for tests and the demo: real HTTP on loopback, the endpoints that this project uses, and
 * scripted faults. It is used in five ways.
 *
 * 1. Options: the behaviour of the cloud. `options.ts` describes each of them.
 *
 *        startSimulator({regions: 27})                                     // a fleet: 7 Luxembourg-2, … 84 Chicago, …
 *        startSimulator({regions: fleetOf(30, {84: {state: 'MAINTENANCE'}, 26: {hasGpuVirtual: false}})})
 *        startSimulator({quota: {images: 50, regions: {84: {images: 50, usedImages: 50}, 26: null}}})
 *        startSimulator({quota: {images: 1, refusal: 403}})                // the status of the refusal; or refusal: 'task'
 *        startSimulator({importFails: ({regionId, nthInRegion}) =>
 *          regionId === 84 && nthInRegion === 1 ? {error: NO_VALID_HOST, leaves: 'saving'} : undefined})
 *        startSimulator({slots: 0, failedImportLeaves: 'saving'})          // never started within 10 minutes; its row stays
 *        startSimulator({imageVisible: 'posted', tagsVisible: 'finished', taskHasData: false})
 *        startSimulator({lateMs: {images: 30_000, tasks: 60_000}})         // eventual consistency, by kind of request
 *        startSimulator({uploadVisibility: 'public', dateOffsetMs: 7_200_000})
 *
 * 2. Seeds: images and tasks that exist already. `addImage` and `addTask` take any field of `SimulatedImage` and `SimulatedTask`.
 *
 *        cloud.addImage({name: 'gpu', type: 'baremetal', hwMachineType: 'q35', tags: {a: '1'}, readOnlyTags: {b: '2'}})
 *        cloud.addImage({name: 'gpu', visibility: 'public', isOfGcore: false})   // public, but uploaded by this action
 *
 * 3. Invalid rows: `wire` of a seed, or of the options for all rows, changes the JSON of a row. The contract is
 *    checked without the change, so an invalid row is not a violation.
 *
 *        cloud.addImage({name: 'gpu', wire: {tags: null}})                 // or {created_at: null}, {project_id: 99}
 *        cloud.addImage({name: 'gpu', type: 'instance', wire: {tags: 'old'}})    // beside its tags_v2
 *        cloud.addImage({name: 'gpu', wire: () => 'not an object'})
 *        cloud.addTask({wire: {state: null}})
 *        startSimulator({wire: {image: (row, image, task) => ({...row, task_id: image.creatorTaskId})}})  // a stale lock
 *        startSimulator({wire: {task: (row) => ({...row, created_resources: null})}})
 *
 * 4. Faults of single requests: see `Fault`. `match` selects requests, `refusedWith` answers with a known error of
 *    the service (`regionFull`, `badToken`, `quotaLimitExceed`), `refusedInShort` with `{detail, code}`.
 *
 *        cloud.script({request: 'patch', match: ({params}) => params['region_id'] === '84', answer: {kind: 'reset'}})
 *        cloud.script({request: 'upload', effect: 'none', answer: refusedWith(regionFull(7))})
 *        cloud.script({request: 'any', times: Infinity, answer: refusedWith(badToken(cloud.apiKey))})
 *        cloud.script({request: 'any', answer: refusedInShort(401, 'Token is expired', 'token_expired')})
 *        cloud.script({request: 'images', times: Infinity, delayMs: 1000, answer: endlessList()})
 *        cloud.script({request: 'price', times: Infinity, answer: {kind: 'status', status: 403}})
 *
 * 5. Results: `journal`, `requests(kind)`, `images()`, `tasks()`, and `violations` of the OpenAPI document.
 */

import {Cloud} from './cloud.ts';
import {type Contract, openContract} from './contract.ts';
import type {Fault} from './faults.ts';
import {Gateway} from './gateway.ts';
import type {JournalEntry} from './journal.ts';
import type {ImageType, SimulatedImage, SimulatedTask} from './model.ts';
import {rulesOf, type SimulatorOptions} from './options.ts';
import type {RequestKind} from './request-kinds.ts';
import {Schedule} from './schedule.ts';
import {listen} from './server.ts';
import {openStorage, type SimulatedStorage, STORAGE_API} from './storage/storage.ts';

export type {Contract} from './contract.ts';
export type {Answer, Effect, Fault} from './faults.ts';
export type {ImportFailure, Leftover, StartedImport} from './import-failures.ts';
export type {JournalEntry} from './journal.ts';
export type {
  ImageType,
  JsonObject,
  Region,
  RowChange,
  SimulatedImage,
  SimulatedTask,
  TaskState,
  Timing,
} from './model.ts';
export type {SimulatorOptions} from './options.ts';
export {
  badToken,
  NO_VALID_HOST,
  notStartedText,
  quotaLimitExceed,
  quotaTaskText,
  refusedInShort,
  refusedWith,
  regionFull,
} from './problems.ts';
export type {QuotaOptions} from './quotas.ts';
export {fleetOf} from './regions.ts';
export type {RequestKind} from './request-kinds.ts';
export type {SimulatedStorage, StorageOptions} from './storage/storage.ts';
export {endlessList} from './wire.ts';

export interface ImageFilter {
  readonly projectId?: number;
  readonly regionId?: number;
  readonly type?: ImageType;
  readonly name?: string;
  readonly tag?: {readonly key: string; readonly value: string};
}

export interface Simulator {
  readonly url: string;
  readonly apiKey: string;
  readonly journal: readonly JournalEntry[];
  /** Violations of the OpenAPI document by requests or true answers. */
  readonly violations: readonly string[];
  /** Object Storage: its API at `url`, its S3 on another port. */
  readonly storage: SimulatedStorage;
  /** The true state of all images, including those that no client can see yet. */
  images(filter?: ImageFilter): Promise<readonly SimulatedImage[]>;
  tasks(): Promise<readonly SimulatedTask[]>;
  /** The requests of a kind, oldest first. */
  requests(kind: RequestKind): readonly JournalEntry[];
  addImage(image: Partial<SimulatedImage> & {readonly name: string}): SimulatedImage;
  addTask(task: Partial<SimulatedTask>): SimulatedTask;
  script(...faults: Fault[]): void;
  /** Calls the listener when a request has been received, before it has an effect or an answer. */
  on(event: 'request', listener: (entry: JournalEntry) => void): void;
  close(): Promise<void>;
}

const PERMANENT_TOKEN = '4242$5f0c1e9ad37b2468e1f09b7c6d5a43210fedcba98765432100112233445566ab';

function contractOfEnvironment(): Contract | undefined {
  const {GCORE_OPENAPI: path = ''} = process.env;
  return path === '' ? undefined : openContract(path);
}

/** Starts a Gcore cloud on loopback. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const apiKey = options.apiKey ?? PERMANENT_TOKEN;
  const clock = options.clock ?? Date;
  const rules = rulesOf(options);
  const schedule = new Schedule(clock, rules.inRealTime);
  const cloud = new Cloud(rules, clock, schedule);
  const contract = options.contract ?? contractOfEnvironment();
  const gateway = new Gateway({apiKey, clock, dateOffsetMs: options.dateOffsetMs ?? 0, schedule, cloud, contract});
  const address = {host: options.host ?? '127.0.0.1', port: options.port ?? 0, tls: options.tls};
  const storage = await openStorage(options.storage ?? {}, clock, address.host, {apiKey, schedule, shared: gateway});
  const server = await listen(address, (request, line) => {
    const isForStorage = request.url?.startsWith(STORAGE_API) === true;
    return isForStorage ? storage.handleApi(request, line) : gateway.handle(request, line);
  });
  return {
    url: server.url,
    apiKey,
    journal: gateway.journal,
    violations: gateway.violations,
    storage,
    images: async (filter = {}) => {
      await schedule.advance();
      return cloud
        .images()
        .filter((image) => passes(image, filter))
        .map((image) => ({...image}));
    },
    tasks: async () => {
      await schedule.advance();
      return cloud.tasks().map((task) => ({...task}));
    },
    requests: (kind) => gateway.journal.filter((entry) => kind === 'any' || entry.kind === kind),
    addImage: (image) => ({...cloud.addImage(image)}),
    addTask: (task) => ({...cloud.addTask(task)}),
    script: (...faults) => gateway.faults.add(faults),
    on: (_event, listener) => void gateway.listeners.push(listener),
    close: async () => {
      schedule.stop();
      cloud.stop();
      await server.close();
      await storage.close();
    },
  };
}

function passes(image: SimulatedImage, {projectId, regionId, type, name, tag}: ImageFilter): boolean {
  return (
    (projectId === undefined || image.projectId === projectId) &&
    (regionId === undefined || image.regionId === regionId) &&
    (type === undefined || image.type === type) &&
    (name === undefined || image.name === name) &&
    (tag === undefined || image.tags[tag.key] === tag.value)
  );
}
