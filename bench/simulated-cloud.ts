/** A Gcore cloud that uses its client's clock: each request sends the time. */
import {hostImage} from '../harness/image-host.ts';
import {type JournalEntry, type Simulator, startSimulator} from '../simulator/simulator.ts';

export interface CloudPlan {
  /** How long the import in each region takes, from its request until the image is ready, in milliseconds. */
  readonly importMs: ReadonlyMap<number, number>;
  /** How long earlier imports took in each of these regions, in milliseconds. */
  readonly earlierMs: readonly number[];
}

export interface SimulatedCloud extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly imageUrl: string;
  /** The requests of the waits: for each region, all requests after its upload. */
  waitRequests(): number;
  /** The time from the last image being ready to the last request, in milliseconds of simulated time. */
  lagMs(): Promise<number>;
  /** The real time of the last request, on the scale of `performance.now()`. */
  lastRequestAtMs(): number;
}

/** The header with the time, in milliseconds since the client began. */
const TIME_HEADER = 'x-simulated-ms';
/** How long a task usually is NEW. */
const NEW_MS = 1000;
const BEGAN_AT_MS = Date.UTC(2026, 0, 5, 12);
const HOUR_MS = 3_600_000;

/** Starts a cloud. An image is ready as soon as its task is FINISHED, because the SDKs do not wait longer. */
export async function startCloud({importMs, earlierMs}: CloudPlan): Promise<SimulatedCloud> {
  let nowMs = BEGAN_AT_MS;
  let lastRequestAtMs = 0;
  const host = await hostImage(Buffer.alloc(50_000, 'raw image '));
  const regionIds = [...importMs.keys()];
  const simulator = await startSimulator({
    clock: {now: () => nowMs},
    regions: regionIds.map((id) => ({id, name: `Region ${id}`})),
    timing: (regionId) => ({newMs: NEW_MS, runningMs: (importMs.get(regionId) ?? 0) - NEW_MS}),
    slots: regionIds.length,
  });
  simulator.on('request', ({headers}) => {
    lastRequestAtMs = performance.now();
    nowMs = Math.max(nowMs, BEGAN_AT_MS + Number(headers[TIME_HEADER] ?? 0));
  });
  for (const regionId of regionIds) {
    for (const [index, durationMs] of earlierMs.entries()) {
      const createdAtMs = BEGAN_AT_MS - (index + 1) * 4 * HOUR_MS;
      simulator.addTask({
        regionId,
        createdAtMs,
        finishedAtMs: createdAtMs + durationMs,
        imageIds: [crypto.randomUUID()],
      });
    }
  }
  return {
    simulator,
    imageUrl: host.url,
    waitRequests: () => countWaits(simulator.journal),
    lagMs: async () => {
      const images = await simulator.images();
      return nowMs - Math.max(...images.map(({updatedAtMs}) => updatedAtMs));
    },
    lastRequestAtMs: () => lastRequestAtMs,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([simulator.close(), host.close()]);
    },
  };
}

function countWaits(journal: readonly JournalEntry[]): number {
  const uploadedRegions = new Set<string>();
  let count = 0;
  for (const {kind, path} of journal) {
    const region = /\/\d+\/(\d+)(?:\/|$)/.exec(path)?.[1] ?? '';
    if (kind === 'upload') uploadedRegions.add(region);
    else if (region === '' ? uploadedRegions.size > 0 : uploadedRegions.has(region)) count += 1;
  }
  return count;
}
