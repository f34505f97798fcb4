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

export type {Contract} from './contract.ts';
export type {Answer, Effect, Fault} from './faults.ts';
export type {ImportFailure, Leftover, StartedImport} from './import-failures.ts';
export type {JournalEntry} from './journal.ts';
export type {ImageType, JsonObject, Region, SimulatedImage, SimulatedTask, TaskState, Timing} from './model.ts';
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
  /** Where requests or true answers broke the OpenAPI document. */
  readonly violations: readonly string[];
  /** The truth, brought up to date, including images that no client can see yet. */
  images(filter?: ImageFilter): Promise<readonly SimulatedImage[]>;
  tasks(): Promise<readonly SimulatedTask[]>;
  /** The requests of a kind, oldest first. */
  requests(kind: RequestKind): readonly JournalEntry[];
  addImage(image: Partial<SimulatedImage> & {readonly name: string}): SimulatedImage;
  addTask(task: Partial<SimulatedTask>): SimulatedTask;
  script(...faults: Fault[]): void;
  /** Calls back when a request has been received, before it is judged or answered. */
  on(event: 'request', listener: (entry: JournalEntry) => void): void;
  close(): Promise<void>;
}

const PERMANENT_TOKEN = '4242$5f0c1e9ad37b2468e1f09b7c6d5a43210fedcba98765432100112233445566ab';

/** Compiling the schemas takes longer than most tests, so simulators of one process share them. */
const contracts = new Map<string, Contract>();

function contractOfEnvironment(): Contract | undefined {
  const {GCORE_OPENAPI: path = ''} = process.env;
  if (path === '') return undefined;
  const contract = contracts.get(path) ?? openContract(path);
  contracts.set(path, contract);
  return contract;
}

/** Starts a Gcore cloud of its own on loopback. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const apiKey = options.apiKey ?? PERMANENT_TOKEN;
  const clock = options.clock ?? Date;
  const rules = rulesOf(options);
  const schedule = new Schedule(clock, rules.inRealTime);
  const cloud = new Cloud(rules, clock, schedule);
  const contract = options.contract ?? contractOfEnvironment();
  const gateway = new Gateway({apiKey, clock, schedule, cloud, contract});
  const where = {host: options.host ?? '127.0.0.1', port: options.port ?? 0, tls: options.tls};
  const server = await listen(where, (request, line) => gateway.handle(request, line));
  return {
    url: server.url,
    apiKey,
    journal: gateway.journal,
    violations: gateway.violations,
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
