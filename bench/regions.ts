/** Thirty regions at once: what they cost in requests and in memory. */
import {BOUNDS} from './bounds.ts';
import {onePlan, ourWait} from './our-wait.ts';
import {drawDurationsMs, median, seededRandom} from './sample.ts';
import type {CloudPlan} from './simulated-cloud.ts';
import {type Row, seconds, times} from './table.ts';
import {EARLIER_IMPORTS, SPREAD} from './waits.ts';

const REGIONS = 30;
const SHORT_MS = 20_000;
const TEN_MINUTES_MS = 600_000;
const TWO_HOURS_MS = 7_200_000;
const MEMORY_RUNS = 3;

/** @param single requests of one wait of ten minutes */
export async function regionsRow(single: number): Promise<Row> {
  const plan = regionsPlan(TEN_MINUTES_MS, EARLIER_IMPORTS);
  const {requests, lagMs} = await ourWait(plan, 1);
  return {
    what: `requests for ${REGIONS} regions of 10 min at once, earlier ones known`,
    ours: `${requests} requests, ${seconds(lagMs)} after the last`,
    others: `${REGIONS} single waits: ${Math.round(single * REGIONS)}`,
    aim: `at most ${times(BOUNDS.regionsOverSingles)}`,
    holds: requests <= BOUNDS.regionsOverSingles * single * REGIONS,
  };
}

export async function memoryRow(): Promise<Row> {
  const short: number[] = [];
  const long: number[] = [];
  const plan = regionsPlan(TWO_HOURS_MS, 0);
  for (let run = 1; run <= MEMORY_RUNS; run += 1) {
    short.push((await ourWait(onePlan(SHORT_MS, []), run)).peakMemoryKib);
    long.push((await ourWait(plan, run, {'timeout-minutes': '300'})).peakMemoryKib);
  }
  const [shortKib, longKib] = [median(short), median(long)];
  return {
    what: `memory, peak, two hours of ${REGIONS} regions`,
    ours: `${mebibytes(longKib)}, ${times(longKib / shortKib)}`,
    others: `one region, 20 s: ${mebibytes(shortKib)}`,
    aim: `at most ${times(BOUNDS.memoryOverShortRun)}`,
    holds: longKib <= BOUNDS.memoryOverShortRun * shortKib,
  };
}

function regionsPlan(medianMs: number, earlier: number): CloudPlan {
  const random = seededRandom(REGIONS);
  const importMs = drawDurationsMs(REGIONS, medianMs, SPREAD, random);
  return {
    importMs: new Map(importMs.map((ms, index) => [index + 1, ms])),
    earlierMs: drawDurationsMs(earlier, medianMs, SPREAD, random),
  };
}

function mebibytes(kib: number): string {
  return `${Math.round(kib / 1024)} MiB`;
}
