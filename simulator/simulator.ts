import {Cloud, type CloudRules} from './cloud.ts';
import {type Contract, openContract} from './contract.ts';
import type {Fault, RequestKind} from './faults.ts';
import {Gateway} from './gateway.ts';
import type {ImageVisible} from './imports.ts';
import type {JournalEntry} from './journal.ts';
import type {Clock, ImageType, Project, Region, SimulatedImage, SimulatedTask, Timing} from './model.ts';
import {FEW_REGIONS, fleetOf} from './regions.ts';
import {Schedule} from './schedule.ts';
import {listen, type Tls} from './server.ts';

export type {Contract} from './contract.ts';
export type {Answer, Effect, Fault, RequestKind} from './faults.ts';
export type {JournalEntry} from './journal.ts';
export type {ImageType, JsonObject, Region, SimulatedImage, SimulatedTask, TaskState, Timing} from './model.ts';
export {fleetOf} from './regions.ts';

export interface SimulatorOptions {
  /** Default: a fixed one that looks like a permanent API token. */
  readonly apiKey?: string;
  readonly projects?: readonly Project[];
  /** Default: four. A number gives a fleet of so many: see `fleetOf`. */
  readonly regions?: readonly Region[] | number;
  /** Default: everything takes no time, the fetching of the source included. A function gives each region its own. */
  readonly timing?: Partial<Timing> | ((regionId: number) => Partial<Timing>);
  /** How many images a project may have in one region. */
  readonly quota?: {readonly images?: number};
  /** Imports that run at once in one project. */
  readonly slots?: number;
  /** A task that has not started by then ends in ERROR. */
  readonly startWithinMs?: number;
  readonly imageVisible?: ImageVisible;
  /** Whether the data of a task carries the tags of the upload that created it. */
  readonly taskDataHoldsTags?: boolean;
  /** Default: real time. On a clock of one's own, fetching the source takes no time. */
  readonly clock?: Clock;
  /** With it, the simulator serves https. */
  readonly tls?: Tls;
  readonly host?: string;
  readonly port?: number;
  /** Default: the document that the environment variable GCORE_OPENAPI names, if it does. */
  readonly contract?: Contract;
}

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

const PROJECTS: readonly Project[] = [
  {id: 1, name: 'default'},
  {id: 2, name: 'gpu-team'},
];

const NO_TIME = {newMs: 0, runningMs: 0, savingMs: 0, deletingMs: 0};

function rulesOf(options: SimulatorOptions): CloudRules {
  const {timing: given = {}, regions = FEW_REGIONS} = options;
  return {
    projects: options.projects ?? PROJECTS,
    regions: typeof regions === 'number' ? fleetOf(regions) : regions,
    timingIn: (regionId) => {
      const timing = {...NO_TIME, ...(typeof given === 'function' ? given(regionId) : given)};
      return {queuedMs: timing.runningMs / 2, ...timing};
    },
    imageQuota: options.quota?.images ?? Infinity,
    slots: options.slots ?? 6,
    startWithinMs: options.startWithinMs ?? 600_000,
    imageVisible: options.imageVisible ?? 'running',
    taskDataHoldsTags: options.taskDataHoldsTags ?? true,
    inRealTime: options.clock === undefined,
  };
}

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
