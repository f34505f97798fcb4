/** The lag from the image being ready to the step's exit, and the requests until then, in simulated time. */
import {BOUNDS} from './bounds.ts';
import {type OurWait, onePlan, ourWait, type Wait} from './our-wait.ts';
import {drawDurationsMs, drawEvenlyMs, mean, median, seededRandom} from './sample.ts';
import type {Peer} from './sdks.ts';
import {milliseconds, type Row, seconds, times} from './table.ts';

/** The lengths of imports: half of the imports take at most that long. */
export const LENGTHS = [
  {name: '20 s', ms: 20_000, mostRequests: BOUNDS.shortRequestsOverSdk},
  {name: '2 min', ms: 120_000, mostRequests: BOUNDS.knownRequestsOverSdk},
  {name: '10 min', ms: 600_000, mostRequests: BOUNDS.knownRequestsOverSdk},
  {name: '30 min', ms: 1_800_000, mostRequests: BOUNDS.knownRequestsOverSdk},
] as const;
/** Spread of the durations: two of three are within 15 %. */
export const SPREAD = 0.15;
/** The number of earlier imports in the region, if they are known. */
export const EARLIER_IMPORTS = 10;
/** The default of both SDKs. */
const SDK_INTERVAL_MS = 3000;

export interface WaitsOptions {
  /** Durations drawn for each length, if earlier imports tell how long they take and if none do. */
  readonly draws: {readonly known: number; readonly unknown: number};
  readonly peers: readonly Peer[];
  readonly missing: readonly string[];
}

/** The rows of all lengths, and the average number of requests for one wait of ten minutes. */
export async function waitRows(
  options: WaitsOptions,
): Promise<{readonly rows: readonly Row[]; readonly single: number}> {
  const rows: Row[] = [];
  let single = Number.NaN;
  for (const [index, length] of LENGTHS.entries()) {
    const random = seededRandom(index + 1);
    const known = await waitsOf(length.ms, options.draws.known, EARLIER_IMPORTS, options.peers, random);
    const unknown = await waitsOf(length.ms, options.draws.unknown, 0, [], random);
    if (length.name === '10 min') single = meanOf(known.ours).requests;
    rows.push(knownRow(length, known, options.missing));
    const others = tell('the same durations, a poll every 3 s', meanOf(unknown.sdk));
    rows.push({
      what: `the same, nothing known of earlier ones`,
      ours: toldOurs(unknown.ours),
      others,
      aim: 'report',
    });
  }
  return {rows, single};
}

interface Waits {
  readonly ours: readonly OurWait[];
  /** The result of a poll every three seconds. */
  readonly sdk: readonly Wait[];
  readonly peers: ReadonlyMap<string, readonly Wait[]>;
}

async function waitsOf(
  medianMs: number,
  draws: number,
  earlier: number,
  peers: readonly Peer[],
  random: () => number,
): Promise<Waits> {
  const ours: OurWait[] = [];
  const sdk: Wait[] = [];
  const others = new Map<string, Wait[]>(peers.map(({name}) => [name, []]));
  for (const [draw, importMs] of drawEvenlyMs(draws, medianMs, SPREAD, SDK_INTERVAL_MS, random).entries()) {
    const plan = onePlan(importMs, drawDurationsMs(earlier, medianMs, SPREAD, random));
    ours.push(await ourWait(plan, draw + 1));
    sdk.push(fixedPolls(importMs));
    for (const peer of peers) others.get(peer.name)?.push(await peer.wait(plan));
  }
  return {ours, sdk, peers: others};
}

/** A poll at once and every three seconds until the task is FINISHED, and one of the image. */
function fixedPolls(importMs: number): Wait {
  const gaps = Math.ceil(importMs / SDK_INTERVAL_MS);
  return {lagMs: gaps * SDK_INTERVAL_MS - importMs, requests: gaps + 2};
}

function knownRow(
  {name, mostRequests}: (typeof LENGTHS)[number],
  {ours, sdk, peers}: Waits,
  missing: readonly string[],
): Row {
  const [our, fixed] = [meanOf(ours), meanOf(sdk)];
  const measured = [...peers].map(([peer, waits]) => tell(peer, meanOf(waits)));
  const unmeasured = missing.map((peer) => `${peer}: not measured here`);
  return {
    what: `from ready to seen, imports of ${name}, earlier ones known`,
    ours: toldOurs(ours),
    others: [tell('a poll every 3 s, computed', fixed), ...measured, ...unmeasured].join('<br>'),
    aim: `sooner than a poll every 3 s, with fewer than ${times(mostRequests)} its requests`,
    holds: our.lagMs / fixed.lagMs < BOUNDS.knownLagOverSdk && our.requests / fixed.requests < mostRequests,
  };
}

function meanOf(waits: readonly Wait[]): Wait {
  return {lagMs: mean(waits.map(({lagMs}) => lagMs)), requests: mean(waits.map(({requests}) => requests))};
}

function toldOurs(waits: readonly OurWait[]): string {
  return `${told(meanOf(waits))}; ${milliseconds(median(waits.map(({exitMs}) => exitMs)))} more to exit`;
}

function told({lagMs, requests}: Wait): string {
  return `${seconds(lagMs)}, ${requests.toFixed(1)} requests`;
}

function tell(name: string, wait: Wait): string {
  return `${name}: ${told(wait)}`;
}
