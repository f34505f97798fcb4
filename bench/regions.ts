/** Thirty regions at once: requests and memory. */
import {BOUNDS} from './bounds.ts';
import {type OurWait, ourWait} from './our-wait.ts';
import {drawDurationsMs, median, seededRandom} from './sample.ts';
import type {CloudPlan} from './simulated-cloud.ts';
import {type Row, seconds, times} from './table.ts';
import {EARLIER_IMPORTS, SPREAD} from './waits.ts';

const REGIONS = 30;
const TEN_MINUTES_MS = 600_000;
const HOUR_MS = 3_600_000;
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

/** The memory in use must not grow with the time of a wait. The peak has no bound, because V8 decides when it collects garbage. */
export async function memoryRow(): Promise<Row> {
  const half = await memoryOf(HOUR_MS);
  const whole = await memoryOf(2 * HOUR_MS);
  return {
    what: `memory, two hours of ${REGIONS} regions`,
    ours: whole,
    others: `one hour of them: ${half}`,
    aim: 'report',
  };
}

async function memoryOf(durationMs: number): Promise<string> {
  const waits: OurWait[] = [];
  for (let run = 1; run <= MEMORY_RUNS; run += 1) {
    const options = {inputs: {'timeout-minutes': '300'}, nodeOptions: '--expose-gc'};
    waits.push(await ourWait(regionsPlan(durationMs, 0), run, options));
  }
  const usedKib = median(waits.map(({usedMemoryKib}) => usedMemoryKib));
  const peakKib = median(waits.map(({peakMemoryKib}) => peakMemoryKib));
  return `${(usedKib / 1024).toFixed(1)} MiB in use at its end, peak ${Math.round(peakKib / 1024)} MiB`;
}

function regionsPlan(medianMs: number, earlier: number): CloudPlan {
  const random = seededRandom(REGIONS);
  const importMs = drawDurationsMs(REGIONS, medianMs, SPREAD, random);
  return {
    importMs: new Map(importMs.map((ms, index) => [index + 1, ms])),
    earlierMs: drawDurationsMs(earlier, medianMs, SPREAD, random),
  };
}
