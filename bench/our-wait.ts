/** One upload by the built action, in simulated time: how late it notices that the images are ready, with how many requests. */
import {runStep} from '../harness/runner.ts';
import {type CloudPlan, startCloud} from './simulated-cloud.ts';

/** The result of one wait. */
export interface Wait {
  /** From the moment the image is ready to the last request, which sees that, in milliseconds of simulated time. */
  readonly lagMs: number;
  /** The requests of the wait. */
  readonly requests: number;
}

export interface OurWait extends Wait {
  /** From there to the end of the process, in milliseconds of real time. */
  readonly exitMs: number;
  /** The peak resident memory of the process, in KiB. */
  readonly peakMemoryKib: number;
  /** The heap in use at its end, in KiB; with `--expose-gc`, without garbage. */
  readonly usedMemoryKib: number;
}

const VIRTUAL_TIME = new URL('virtual-time.js', import.meta.url);

/**
 * Publishes an image in every region of the plan at once, and waits.
 *
 * @param nodeOptions more options for Node
 * @throws an Error with the step's log if the step failed
 */
export async function ourWait(
  plan: CloudPlan,
  seed: number,
  {
    inputs = {},
    nodeOptions = '',
  }: {readonly inputs?: Readonly<Record<string, string>>; readonly nodeOptions?: string} = {},
): Promise<OurWait> {
  await using cloud = await startCloud(plan);
  const {exitCode, lines} = await runStep({
    inputs: {
      'api-key': cloud.simulator.apiKey,
      'api-url': cloud.simulator.url,
      project: '1',
      region: [...plan.importMs.keys()].join(','),
      url: cloud.imageUrl,
      preflight: 'false',
      'max-parallel': '30',
      ...inputs,
    },
    env: {NODE_OPTIONS: `--import ${VIRTUAL_TIME.href} ${nodeOptions}`, BENCH_SEED: String(seed)},
  });
  const exitMs = performance.now() - cloud.lastRequestAtMs();
  if (exitCode !== 0) throw new Error(`The step failed:\n${lines.join('\n')}`);
  const printed = (name: string) => Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]);
  return {
    lagMs: await cloud.lagMs(),
    exitMs,
    requests: cloud.waitRequests(),
    peakMemoryKib: printed('peak-memory-kib'),
    usedMemoryKib: printed('used-memory-kib'),
  };
}

/** A plan of one import. */
export function onePlan(importMs: number, earlierMs: readonly number[]): CloudPlan {
  return {importMs: new Map([[7, importMs]]), earlierMs};
}
