import {hostImage, type ImageHost} from '../../harness/image-host.ts';
import {type JournalEntry, type SimulatedImage, type Simulator, startSimulator} from '../../simulator/simulator.ts';
import {openClient} from '../../src/gcore/client.ts';
import {createGcore} from '../../src/gcore/gcore.ts';
import {fingerprintTags} from '../../src/images/fingerprint.ts';
import type {ImageSpec, PublishEvents} from '../../src/images/publish/context.ts';
import {publishImage} from '../../src/images/publish/publish.ts';
import {MARKER_TAG} from '../../src/images/tags.ts';
import {Cancelled, type Log, type Run} from '../../src/waiting/run.ts';
import {certificates} from './certificates.ts';
import {type Front, openDoor, openProxy, openSwitch} from './front.ts';
import {HOUR, IMAGE_NAME, INTERVAL_MS, type Outage, type Scene, TIMEOUT_MS, TIMING, URL_SECRET} from './scene.ts';
import {SceneClock, timeoutIn, timeoutsOn} from './scene-clock.ts';

/** What the run told of itself, in order. */
export type PublishEvent =
  | {readonly kind: 'marked'; readonly marker: string}
  | {readonly kind: 'accepted'; readonly taskIds: readonly string[]}
  | {readonly kind: 'ready'; readonly imageId: string; readonly sizeBytes: number; readonly status: string};

/** A scene that was played to its end. */
export interface Played {
  /** What the publish threw; undefined where the image is ready. */
  readonly error: Error | undefined;
  readonly events: readonly PublishEvent[];
  /** Every line of the log, its level before it. */
  readonly lines: readonly string[];
  /** On the scene's clock, the end of the run. */
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
  /** The service itself said them, and what is written here is not masked yet. */
  readonly echoesSecrets: boolean;
}

/** Plays a scene: one publish through the real client, over loopback, against a cloud of its own, on a virtual clock. */
export async function play(scene: Scene): Promise<Played> {
  await using stage = await setScene(scene);
  const {cloud, clock, url, sourceUrl} = stage;
  const events: PublishEvent[] = [];
  const lines: string[] = [];
  const run = runOf(scene, clock, cloud, lines);
  // The system takes its own time for a name; there is nobody to fall silent.
  using _timeouts = scene.apiUrl === undefined ? timeoutsOn(clock) : undefined;
  const client = openClient({apiUrl: new URL(url), apiKey: cloud.apiKey}, run);
  let error: unknown;
  try {
    await publishImage({
      spec: specOf(scene, sourceUrl),
      gcore: createGcore(client, 'virtual-gpu'),
      run,
      events: recording(events, stage.marked),
    });
  } catch (thrown) {
    error = thrown;
  }
  const elapsedMs = clock.now();
  const listed = new Set((await ownImages(cloud, events)).filter((image) => image.listed).map(({id}) => id));
  await client.close();
  clock.advanceTo(elapsedMs + HOUR);
  const images = await ownImages(cloud, events);
  return {
    error: error === undefined || error instanceof Error ? error : new Error(String(error)),
    events,
    lines,
    elapsedMs,
    timeoutMs: scene.timeoutMs ?? TIMEOUT_MS,
    requests: [...cloud.journal],
    violations: [...cloud.violations],
    uploads: cloud.requests('upload'),
    images: images.map((image) => ({...image, wasListed: listed.has(image.id)})),
    secrets: [cloud.apiKey, URL_SECRET],
    echoesSecrets: scene.echoesSecrets ?? false,
  };
}

interface Stage extends AsyncDisposable {
  readonly cloud: Simulator;
  readonly clock: SceneClock;
  /** Where the run finds the cloud. */
  readonly url: string;
  readonly sourceUrl: string;
  /** Called just before the POST. */
  readonly marked: () => void;
}

async function setScene(scene: Scene): Promise<Stage> {
  const clock = new SceneClock(scene.random);
  const epochMs = Date.now() + (scene.serviceAheadMs ?? 0);
  const host = await hostSource(scene.brokenSources ?? 0);
  const {outage} = scene;
  const tls = outage?.kind === 'bad certificate' ? {tls: (await certificates()).own} : {};
  const cloud = await startSimulator({
    clock: {now: () => epochMs + clock.now()},
    ...scene.cloud,
    timing: {...TIMING, ...scene.cloud?.timing},
    ...tls,
  });
  cloud.script(...(scene.faults ?? []));
  let laterFaults = scene.faultsAfterUpload ?? [];
  cloud.on('request', ({kind}) => {
    if (kind !== 'upload') return;
    cloud.script(...laterFaults);
    laterFaults = [];
  });
  scene.furnish?.(cloud);
  const front = outage === undefined ? undefined : await openFront(outage, cloud);
  if (front !== undefined && outage !== undefined) await planOutage(outage, front, clock);
  return {
    cloud,
    clock,
    url: scene.apiUrl ?? (outage === undefined || front === undefined ? cloud.url : urlThrough(outage, front)),
    sourceUrl: `${host.url}?signature=${URL_SECRET}`,
    marked: () => {
      if (outage?.from === 'marked') void front?.shut();
    },
    [Symbol.asyncDispose]: async () => {
      delete process.env['http_proxy'];
      await front?.close();
      await Promise.all([cloud.close(), host.close()]);
    },
  };
}

function hostSource(broken: number): Promise<ImageHost> {
  const image = Buffer.alloc(4096, 'raw image');
  let asked = 0;
  return hostImage(image, (_request, response) => {
    asked += 1;
    response.writeHead(asked <= broken ? 404 : 200).end(image);
  });
}

async function openFront({kind}: Outage, cloud: Simulator): Promise<Front> {
  const port = Number(new URL(cloud.url).port);
  if (kind === 'refused') return openDoor(port);
  if (kind === 'proxy refuses') return openProxy(port);
  return openSwitch(port, (await certificates()).another);
}

function urlThrough({kind}: Outage, {port}: Front): string {
  if (kind === 'refused') return `http://127.0.0.1:${port}`;
  if (kind === 'bad certificate') return `https://127.0.0.1:${port}`;
  // Loopback is never asked for through a proxy; a name that only the proxy knows is.
  process.env['http_proxy'] = `http://127.0.0.1:${port}`;
  return 'http://gcore.test';
}

async function planOutage({from, untilMs}: Outage, front: Front, clock: SceneClock): Promise<void> {
  if (from === 0) await front.shut();
  else if (from !== 'marked') clock.at(from, () => void front.shut());
  clock.at(untilMs, () => void front.open());
}

function runOf(scene: Scene, clock: SceneClock, cloud: Simulator, lines: string[]): Run {
  const cancelled = new AbortController();
  const cancel = () => cancelled.abort(new Cancelled('SIGINT'));
  const {cancelAt} = scene;
  if (typeof cancelAt === 'number') clock.at(cancelAt, cancel);
  else if (cancelAt !== undefined) cloud.on('request', ({kind}) => kind === cancelAt && cancel());
  const log = (level: keyof Log) => (line: string) => void lines.push(`${level}: ${line}`);
  return {
    clock,
    startedAtMs: 0,
    deadlineMs: scene.timeoutMs ?? TIMEOUT_MS,
    cancelled: cancelled.signal,
    graceOver: new AbortController().signal,
    log: {
      info: log('info'),
      notice: log('notice'),
      warning: log('warning'),
      debug: (line) => {
        lines.push(`debug: ${line}`);
        // A request that timed out has cost its time.
        clock.advanceTo(timeoutIn(line) ?? 0);
      },
    },
  };
}

function specOf(scene: Scene, url: string): ImageSpec {
  const upload = {
    name: IMAGE_NAME,
    url,
    architecture: 'x86_64',
    os_type: 'linux',
    ssh_key: 'allow',
    cow_format: false,
    tags: {},
  };
  return {
    scope: {projectId: 1, regionId: 7, regionName: 'Luxembourg-2'},
    upload: {...upload, tags: {team: 'gpu', ...fingerprintTags(upload, {})}},
    ifExists: 'reuse',
    freshUrl: scene.freshUrls === undefined ? undefined : freshUrlsOf(url, scene.freshUrls),
    wait: true,
    attempts: scene.attempts ?? 1,
    intervalMs: scene.intervalMs ?? INTERVAL_MS,
  };
}

function freshUrlsOf(url: string, most: number): () => Promise<string> {
  let made = 0;
  return async () => {
    made += 1;
    if (made > most) throw new Error('no more URLs');
    return `${url}&made=${made}`;
  };
}

function recording(events: PublishEvent[], onMarked: () => void): PublishEvents {
  return {
    marked: (marker) => {
      events.push({kind: 'marked', marker});
      onMarked();
    },
    accepted: (taskIds) => void events.push({kind: 'accepted', taskIds}),
    ready: ({id, sizeBytes, status}) => void events.push({kind: 'ready', imageId: id, sizeBytes, status}),
  };
}

/** The truth about what this run's uploads made. */
async function ownImages(cloud: Simulator, events: readonly PublishEvent[]): Promise<readonly SimulatedImage[]> {
  const markers = events.flatMap((event) => (event.kind === 'marked' ? [event.marker] : []));
  return (await cloud.images()).filter(({tags}) => markers.includes(tags[MARKER_TAG] ?? ''));
}
