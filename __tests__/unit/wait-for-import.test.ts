import {describe, expect, it} from '@jest/globals';
import type {Gcore, SeenTask} from '../../src/gcore/gcore.ts';
import {waitForImport} from '../../src/images/wait/wait-for.ts';
import {createVirtualClock} from '../fixtures/virtual-clock.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const SCOPE = {projectId: 1, regionId: 7, regionName: 'Luxembourg-2'};
const OURS: SeenTask = {
  id: 'ours',
  state: 'RUNNING',
  type: 'download_image',
  regionId: 7,
  createdAt: undefined,
  durationMs: Number.NaN,
  error: undefined,
  imageIds: [],
  data: {},
  raw: {},
  ageMs: undefined,
};

interface Import {
  readonly endsAtMs: number;
  /** What earlier imports took. */
  readonly earlierMs?: readonly number[];
  /** How old it is when the wait for it begins; undefined: the service does not tell. */
  readonly ageMs?: number;
  /** Whether it names its image once it is over. */
  readonly namesImage?: boolean;
}

/** Waits for an import to its end, and returns what that took. */
async function follow({endsAtMs, earlierMs = [], ageMs, namesImage = true}: Import) {
  const clock = createVirtualClock();
  const pollsAtMs: number[] = [];
  const lines: string[] = [];
  let listings = 0;
  const gcore = {
    getTask: async () => {
      pollsAtMs.push(clock.now());
      const hasEnded = clock.now() >= endsAtMs;
      return {...OURS, ageMs, ...(hasEnded ? {state: 'FINISHED', imageIds: namesImage ? ['image'] : []} : {})};
    },
    pollFinishedTasks: async () => {
      listings += 1;
      return earlierMs.map((durationMs, at) => ({
        ...OURS,
        id: `earlier-${at}`,
        state: 'FINISHED',
        durationMs,
        imageIds: ['earlier'],
      }));
    },
  } as unknown as Gcore;
  const log = {
    debug() {},
    info: (line: string) => void lines.push(line),
    notice() {},
    warning() {},
    warnOnce() {},
    heartbeat: (line: string) => void lines.push(line),
    group() {},
  };
  const never = new AbortController().signal;
  const run = {
    clock,
    startedAtMs: 0,
    deadlineMs: 120 * MINUTE,
    cancelled: never,
    graceOver: never,
    log,
    proxyFor: () => undefined,
  };
  await waitForImport(SCOPE, 'ours', {gcore, run, intervalMs: 5 * SECOND, ifMissing: 'just-made'});
  return {polls: pollsAtMs.length, pollsAtMs, listings, lagMs: clock.now() - endsAtMs, lines};
}

const TEN_MINUTES = [9.5, 9.8, 10, 10.3, 10.5].map((minutes) => minutes * MINUTE);

describe('the wait for an import', () => {
  it('needs fewer polls and ends sooner if the duration of earlier imports is known', async () => {
    const endsAtMs = 10 * MINUTE + 1700;
    const unknown = await follow({endsAtMs});
    const known = await follow({endsAtMs, earlierMs: TEN_MINUTES});

    expect(known.polls).toBeLessThan(unknown.polls);
    expect(known.lagMs).toBeLessThan(unknown.lagMs);
    expect(known.lines).toContain('Imports are expected to take 10m to 11m here.');
  });

  it('reads the earlier imports once, or not if the first poll ends it', async () => {
    expect((await follow({endsAtMs: MINUTE})).listings).toBe(1);
    expect(await follow({endsAtMs: 0})).toMatchObject({listings: 0, pollsAtMs: [0]});
  });

  it("counts the age of an import that it joins, by the service's clock", async () => {
    const {pollsAtMs, lines} = await follow({endsAtMs: 3 * MINUTE, earlierMs: TEN_MINUTES, ageMs: 10 * MINUTE});
    expect(pollsAtMs.slice(0, 4)).toEqual([0, 2000, 4000, 6000]);
    expect(lines.at(-1)).toMatch(/still RUNNING after .* \(longer than expected/);
  });

  it('polls a FINISHED task that names no image at the full interval', async () => {
    expect((await follow({endsAtMs: 0, namesImage: false})).pollsAtMs).toEqual([0, 5000, 10_000, 15_000]);
  });

  it('treats the import as new if its age is unknown or impossible', async () => {
    const {pollsAtMs} = await follow({endsAtMs: MINUTE, earlierMs: TEN_MINUTES});
    expect((await follow({endsAtMs: MINUTE, earlierMs: TEN_MINUTES, ageMs: -MINUTE})).pollsAtMs).toEqual(pollsAtMs);
    expect(pollsAtMs[1]).toBeGreaterThan(2000);
  });
});
