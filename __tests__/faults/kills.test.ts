import {expect, it} from '@jest/globals';
import fc from 'fast-check';
import {hostImage} from '../../harness/image-host.ts';
import {type Simulator, startSimulator} from '../../simulator/simulator.ts';
import {openClient} from '../../src/gcore/client.ts';
import {createGcore, type UploadRequest} from '../../src/gcore/gcore.ts';
import {fingerprintTags} from '../../src/images/fingerprint.ts';
import {imageIn} from '../../src/images/outcome.ts';
import {publishImage} from '../../src/images/publish/publish.ts';
import {Cancelled} from '../../src/waiting/run.ts';
import {SceneClock} from './scene-clock.ts';

const RUNS = Number(process.env['FAULT_KILLS'] ?? 20);
const MINUTE_MS = 60_000;
const PLACE = {projectId: 1, regionId: 7, regionName: 'Luxembourg-2'};

interface Kill {
  /** The request at which the first run dies: received by the cloud, its answer never read. */
  readonly atRequest: number;
  readonly timing: {readonly newMs: number; readonly runningMs: number; readonly savingMs: number};
  readonly imageVisible: 'posted' | 'running' | 'finished';
  readonly taskDataHoldsTags: boolean;
  readonly ifExists: 'reuse' | 'replace';
  /** How long until somebody runs the job again. */
  readonly againAfterMs: number;
}

const upTo = (mostMs: number) => fc.integer({min: 0, max: mostMs});
const kills: fc.Arbitrary<Kill> = fc.record({
  atRequest: fc.integer({min: 1, max: 14}),
  timing: fc.record({newMs: upTo(MINUTE_MS), runningMs: upTo(12 * MINUTE_MS), savingMs: upTo(2 * MINUTE_MS)}),
  imageVisible: fc.constantFrom('posted', 'running', 'finished'),
  taskDataHoldsTags: fc.boolean(),
  ifExists: fc.constantFrom('reuse', 'replace'),
  againAfterMs: upTo(20 * MINUTE_MS),
});

/** Runs the job once, and kills it where `kill` says: nothing that it was about to do happens any more. */
async function runJob(cloud: Simulator, clock: SceneClock, url: string, ifExists: Kill['ifExists'], kill?: number) {
  const killed = new AbortController();
  let requests = 0;
  cloud.on('request', () => {
    requests += 1;
    if (requests === kill) killed.abort(new Cancelled('SIGKILL'));
  });
  const silent = () => undefined;
  const run = {
    clock,
    startedAtMs: clock.now(),
    deadlineMs: clock.now() + 120 * MINUTE_MS,
    cancelled: killed.signal,
    graceOver: killed.signal,
    log: {debug: silent, info: silent, notice: silent, warning: silent},
  };
  const upload: UploadRequest = {
    name: 'release',
    url,
    architecture: 'x86_64',
    os_type: 'linux',
    ssh_key: 'allow',
    cow_format: false,
    tags: {},
  };
  const spec = {
    scope: PLACE,
    upload: {...upload, tags: fingerprintTags(upload, {})},
    ifExists,
    wait: true,
    attempts: 1,
    intervalMs: 5000,
  };
  const client = openClient({apiUrl: new URL(cloud.url), apiKey: cloud.apiKey}, run);
  try {
    const events = {marked: silent, accepted: silent, ready: silent};
    return await publishImage({spec, gcore: createGcore(client, 'virtual-gpu'), run, events});
  } finally {
    await client.close();
  }
}

it(`ends with one image, the one it names, whenever the run before was killed (${RUNS} kills)`, async () => {
  const host = await hostImage(Buffer.alloc(4096, 'raw image'));
  try {
    await fc.assert(
      fc.asyncProperty(kills, async ({atRequest, ifExists, againAfterMs, ...cloudOptions}) => {
        const clock = new SceneClock();
        const cloud = await startSimulator({...cloudOptions, clock: {now: () => 1_800_000_000_000 + clock.now()}});
        try {
          await runJob(cloud, clock, host.url, ifExists, atRequest).catch(() => undefined);
          clock.advanceTo(clock.now() + againAfterMs);
          const image = imageIn(await runJob(cloud, clock, host.url, ifExists));
          clock.advanceTo(clock.now() + 60 * MINUTE_MS);
          expect(await cloud.images()).toMatchObject([{id: image?.id, status: 'active', lockedBy: null}]);
          expect((await cloud.tasks()).filter(({state}) => state !== 'FINISHED')).toEqual([]);
        } finally {
          await cloud.close();
        }
      }),
      {seed: 20261121, numRuns: RUNS},
    );
  } finally {
    await host.close();
  }
}, 60_000);
