import {hostImage, type ImageHost} from '../../harness/image-host.ts';
import {type JournalEntry, type SimulatedImage, type Simulator, startSimulator} from '../../simulator/simulator.ts';
import {proxyFor} from '../../src/runner/proxy.ts';
import {createVirtualClock, type VirtualClock} from '../fixtures/virtual-clock.ts';
import {certificates, type Front, openDoor, openProxy, openSwitch} from './front.ts';
import {type Addresses, Cancelled, type Log, MARKER_TAG, type PublishEvent, publish, type Run} from './product.ts';
import {HOUR, type Outage, type Scene, TIMEOUT_MS, TIMING, URL_SECRET} from './scene.ts';
import {timeoutIn, timeoutsOn} from './timeouts.ts';

/** A scene that was played to its end. Times are in milliseconds, counted from the start of the run. */
export interface Played {
  readonly scene: Scene;
  /** What the product threw; undefined if the image is ready. */
  readonly error: Error | undefined;
  readonly events: readonly PublishEvent[];
  /** Every line of the log, its level before it. */
  readonly lines: readonly string[];
  readonly elapsedMs: number;
  readonly timeoutMs: number;
  readonly requests: readonly JournalEntry[];
  /** Where requests broke Gcore's OpenAPI document, if the environment names it. */
  readonly violations: readonly string[];
  /** The uploads that the cloud received. */
  readonly uploads: readonly JournalEntry[];
  /** What this run's uploads made, an hour after its end, and whether a client could see it at the end. */
  readonly images: readonly (SimulatedImage & {readonly wasListed: boolean})[];
  /** What must not be in any line. */
  readonly secrets: readonly string[];
}

/** A way to run the product once: `publish`, or `uploadAction`. */
export type Product = (
  scene: Scene,
  addresses: Addresses,
  run: Run,
  onEvent: (event: PublishEvent) => void,
) => Promise<void>;

/** Plays a scene: one run of the product, over loopback, against a cloud of its own, on a virtual clock. */
export async function play(scene: Scene, product: Product = publish): Promise<Played> {
  await using stage = await setStage(scene);
  return await stage.run(product);
}

/** Sets up a cloud, and a clock that it shares with whatever runs against it. */
export async function setStage(scene: Scene): Promise<Stage> {
  const clock = createVirtualClock(scene.random === undefined ? {} : {random: scene.random});
  const epochMs = Date.now() + (scene.serviceAheadMs ?? 0);
  const host = await hostSource(scene.brokenSources ?? 0);
  const cloud = await openCloud(scene, () => epochMs + clock.now());
  scene.furnish?.(cloud);
  const front = scene.outage === undefined ? undefined : await openFront(scene.outage, cloud, clock);
  return new Stage(scene, {clock, epochMs, host, cloud, front});
}

interface StageParts {
  readonly clock: VirtualClock;
  /** The service's time at the clock's 0. */
  readonly epochMs: number;
  readonly host: ImageHost;
  readonly cloud: Simulator;
  readonly front: (Front & {readonly url: string}) | undefined;
}

/** What one run of the product wrote and told. */
interface Told {
  readonly lines: string[];
  readonly events: PublishEvent[];
}

/** Where the product runs, once or more. */
export class Stage implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly cloud: Simulator;
  readonly #scene: Scene;
  readonly #parts: StageParts;

  constructor(scene: Scene, parts: StageParts) {
    this.clock = parts.clock;
    this.cloud = parts.cloud;
    this.#scene = scene;
    this.#parts = parts;
  }

  /** Runs the product to its end, and lets an hour pass. */
  async run(product: Product): Promise<Played> {
    const {clock, cloud} = this;
    const startedAtMs = clock.now();
    const sentBefore = cloud.journal.length;
    const told: Told = {lines: [], events: []};
    const cancelled = cancelPlanned(this.#scene, clock, cloud);
    const error = await this.#attempt(product, {cancelled, graceOver: new AbortController().signal}, told);
    const elapsedMs = clock.now() - startedAtMs;
    const listed = new Set((await imagesOf(told, cloud)).filter((image) => this.#isShown(image)).map(({id}) => id));
    clock.advance(HOUR);
    const sinceStart = (ms: number) => ms - this.#parts.epochMs - startedAtMs;
    const requests = cloud.journal.slice(sentBefore).map((entry) => ({...entry, atMs: sinceStart(entry.atMs)}));
    const images = await imagesOf(told, cloud);
    return {
      ...told,
      scene: this.#scene,
      error,
      elapsedMs,
      timeoutMs: this.#scene.timeoutMs ?? TIMEOUT_MS,
      requests,
      violations: cloud.violations,
      uploads: requests.filter(({kind}) => kind === 'upload'),
      images: images.map((image) => ({
        ...image,
        updatedAtMs: sinceStart(image.updatedAtMs),
        wasListed: listed.has(image.id),
      })),
      secrets: [cloud.apiKey, URL_SECRET],
    };
  }

  /** Runs it until the cloud has received its nth request. Nothing that it was about to do then happens any more. */
  async runAndKill(product: Product, nth: number): Promise<void> {
    const killed = new AbortController();
    const sentBefore = this.cloud.journal.length;
    this.cloud.on('request', () => {
      if (this.cloud.journal.length - sentBefore === nth) killed.abort(new Cancelled('SIGKILL'));
    });
    await this.#attempt(product, {cancelled: killed.signal, graceOver: killed.signal}, {lines: [], events: []});
  }

  /** Whether clients see an image in the list by now. */
  #isShown({listed, createdAtMs}: SimulatedImage): boolean {
    const lateMs = this.#scene.cloud?.lateMs?.images ?? 0;
    return listed && this.#parts.epochMs + this.clock.now() >= createdAtMs + lateMs;
  }

  async #attempt(product: Product, signals: Pick<Run, 'cancelled' | 'graceOver'>, {lines, events}: Told) {
    const {apiUrl, outage} = this.#scene;
    const {host, cloud, front, clock} = this.#parts;
    // The system takes its own time to look up a name; there is nobody to fall silent.
    using _timeouts = apiUrl === undefined ? timeoutsOn(clock) : undefined;
    const addresses: Addresses = {
      apiUrl: apiUrl ?? front?.url ?? cloud.url,
      apiKey: cloud.apiKey,
      sourceUrl: `${host.url}?signature=${URL_SECRET}`,
    };
    try {
      await product(
        this.#scene,
        addresses,
        {...timeOf(this.#scene, clock), ...signals, log: logTo(lines, clock), proxyFor},
        (event) => {
          events.push(event);
          if (event.kind === 'marked' && outage?.from === 'marked') void front?.shut();
        },
      );
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const {host, cloud, front} = this.#parts;
    delete process.env['https_proxy'];
    await front?.close();
    await Promise.all([cloud.close(), host.close()]);
  }
}

function hostSource(broken: number): Promise<ImageHost> {
  const image = Buffer.alloc(4096, 'raw image');
  let asked = 0;
  return hostImage(image, (_request, response) => {
    asked += 1;
    response.writeHead(asked <= broken ? 404 : 200).end(image);
  });
}

async function openCloud(scene: Scene, now: () => number): Promise<Simulator> {
  const {outage} = scene;
  // A proxy opens tunnels for https only.
  const tls = outage === undefined || outage.kind === 'refused' ? {} : {tls: (await certificates()).own};
  const timing = {...TIMING, ...scene.cloud?.timing};
  const cloud = await startSimulator({...scene.cloud, timing, clock: {now}, ...tls});
  cloud.script(...(scene.faults ?? []));
  let laterFaults = scene.faultsAfterUpload ?? [];
  cloud.on('request', ({kind}) => {
    if (kind !== 'upload') return;
    cloud.script(...laterFaults);
    laterFaults = [];
  });
  return cloud;
}

async function openFront({kind, from, untilMs}: Outage, cloud: Simulator, clock: VirtualClock) {
  const front = await frontOf(kind, Number(new URL(cloud.url).port));
  if (from === 0) await front.shut();
  else if (from !== 'marked') clock.at(from, () => void front.shut());
  clock.at(untilMs, () => void front.open());
  return {...front, url: urlThrough(kind, front.port)};
}

async function frontOf(kind: Outage['kind'], cloudPort: number): Promise<Front> {
  if (kind === 'refused') return openDoor(cloudPort);
  if (kind === 'proxy refuses') return openProxy(cloudPort);
  return openSwitch(cloudPort, (await certificates()).another);
}

function urlThrough(kind: Outage['kind'], port: number): string {
  if (kind === 'refused') return `http://127.0.0.1:${port}`;
  if (kind === 'bad certificate') return `https://127.0.0.1:${port}`;
  // Loopback is never asked for through a proxy; a name that only the proxy knows is.
  process.env['https_proxy'] = `http://127.0.0.1:${port}`;
  return 'https://gcore.test';
}

function cancelPlanned({cancelAt}: Scene, clock: VirtualClock, cloud: Simulator): AbortSignal {
  const cancelled = new AbortController();
  const cancel = () => cancelled.abort(new Cancelled('SIGINT'));
  if (typeof cancelAt === 'number') clock.at(cancelAt, cancel);
  else if (cancelAt !== undefined) cloud.on('request', ({kind}) => kind === cancelAt && cancel());
  return cancelled.signal;
}

function timeOf(
  {timeoutMs = TIMEOUT_MS}: Scene,
  clock: VirtualClock,
): Pick<Run, 'clock' | 'startedAtMs' | 'deadlineMs'> {
  return {clock, startedAtMs: clock.now(), deadlineMs: clock.now() + timeoutMs};
}

function logTo(lines: string[], clock: VirtualClock): Log {
  const log = (level: keyof Log) => (line: string) => void lines.push(`${level}: ${line}`);
  return {
    info: log('info'),
    notice: log('notice'),
    warning: log('warning'),
    warnOnce: log('warning'),
    heartbeat: log('info'),
    group: () => undefined,
    debug: (line) => {
      lines.push(`debug: ${line}`);
      // A request that timed out has cost its time.
      clock.advanceTo(timeoutIn(line) ?? 0);
    },
  };
}

/** The truth about what this run's uploads made. */
async function imagesOf({events}: Told, cloud: Simulator): Promise<readonly SimulatedImage[]> {
  const markers = events.flatMap((event) => (event.kind === 'marked' ? [event.marker] : []));
  return (await cloud.images()).filter(({tags}) => markers.includes(tags[MARKER_TAG] ?? ''));
}
