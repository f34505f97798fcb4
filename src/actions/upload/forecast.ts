import pLimit from 'p-limit';
import type {ImageQuotas, Price} from '../../gcore/billing.ts';
import type {Gcore, Scope} from '../../gcore/gcore.ts';
import type {Image} from '../../gcore/wire.ts';
import {coverageLines} from '../../images/fleet/coverage.ts';
import {estimateText, fleetDurationMs} from '../../images/fleet/estimate.ts';
import {findPrices} from '../../images/fleet/prices.ts';
import {excessText, quotaText, quotaWarning} from '../../images/fleet/quotas.ts';
import {type PrunePlan, planPrune} from '../../images/prune/plan.ts';
import {MANAGED_BY, MANAGED_BY_TAG} from '../../images/tags.ts';
import {getExpectedDuration} from '../../images/wait/expected-duration.ts';
import {roundMinutes} from '../../text/units.ts';
import {type Run, timeLeftMs} from '../../waiting/run.ts';
import type {ExpectedDuration} from '../../waiting/schedule.ts';
import type {Side} from '../shared/side-client.ts';
import type {UploadInputs} from './inputs.ts';

/** A region's quotas, and whether one more image would exceed them. */
export interface QuotaState {
  readonly text: string;
  readonly isExceeded: boolean;
}

/** What is known of a publish before the first upload. */
export interface Forecast {
  /** The quotas by region ID, for the dry run's table. */
  readonly quotas: ReadonlyMap<number, QuotaState>;
  /** What the image costs, by region ID. */
  readonly prices: Promise<ReadonlyMap<number, Price>>;
  /** How long the import in a region is expected to take. No upload waits for it. */
  readonly expected: Promise<ExpectedDuration | undefined>;
}

/** What a forecast is about. */
export interface Forecasting {
  readonly inputs: Pick<UploadInputs, 'isDryRun' | 'name' | 'ifExists' | 'maxParallel' | 'regions' | 'wait'>;
  readonly scopes: readonly Scope[];
  /** The file, as far as it is known. */
  readonly file: {readonly sizeBytes?: number | undefined};
  /** `owner/name`; empty if it is not known. */
  readonly repository: string;
  readonly gcore: Gcore;
  /** For what only informs: it does not wait long. */
  readonly side: Pick<Side, 'gcore' | 'billing'>;
  readonly run: Run;
}

type ImagesIn = (scope: Scope) => Promise<readonly Image[] | undefined>;

/** What prune keeps by default. */
const KEEP_LAST = 3;
const KEEP_PER_CHANNEL = 2;
const LISTS_AT_A_TIME = 8;

/**
 * Looks ahead before the first upload: quotas, prices, how long it takes, and which regions are new. It only reads, each thing once, and
 * what cannot be read is left out: a publish never fails here.
 */
export async function forecast(about: Forecasting): Promise<Forecast> {
  const {inputs, scopes, side} = about;
  const {sizeBytes} = about.file;
  const prices =
    sizeBytes === undefined
      ? Promise.resolve(new Map<number, Price>())
      : findPrices(
          scopes.map((scope) => ({scope, sizesBytes: [sizeBytes]})),
          side.billing,
        );
  const imagesIn = listEachOnce(side.gcore);
  // Its listing is the one that the waits use.
  const expected = getExpectedDuration(scopes, about.gcore, about.run).catch(() => undefined);
  const estimated = estimateTime(about, expected);
  const [quotas] = await Promise.all([
    checkQuotas(about, imagesIn),
    ...(inputs.isDryRun || inputs.regions.regions === 'all' ? [compareRegions(about, imagesIn)] : []),
  ]);
  if (inputs.isDryRun) await estimated;
  return {quotas, prices, expected};
}

async function checkQuotas(about: Forecasting, imagesIn: ImagesIn): Promise<ReadonlyMap<number, QuotaState>> {
  const quotas = await about.side.billing.readQuotas().catch(() => new Map<number, ImageQuotas>());
  const states = await Promise.all(
    about.scopes.map(async (scope) => {
      const known = quotas.get(scope.regionId);
      if (known === undefined) return [];
      const excess = excessText(known, about.file.sizeBytes);
      const images = excess === undefined ? undefined : await imagesIn(scope);
      const isExceeded = excess !== undefined && addsAnImage(images, about);
      if (isExceeded) {
        about.run.log.warning(quotaWarning(scope, excess, whatPruneWouldDelete(images, scope, about.repository)));
      }
      return [[scope.regionId, {text: quotaText(known), isExceeded}] as const];
    }),
  );
  return new Map(states.flat());
}

/** Under `reuse` and `fail` nothing is uploaded if an image has the name. */
function addsAnImage(images: readonly Image[] | undefined, {inputs: {ifExists, name}}: Forecasting): boolean {
  if (ifExists === 'duplicate' || ifExists === 'replace') return true;
  return images?.some((image) => image.name === name) !== true;
}

/** What a prune with its defaults would delete of this repository's images; undefined if that cannot be told. */
function whatPruneWouldDelete(
  images: readonly Image[] | undefined,
  {projectId}: Scope,
  repository: string,
): PrunePlan | undefined {
  if (images === undefined || repository === '') return undefined;
  const rules = {
    matchesName: () => true,
    tags: {[MANAGED_BY_TAG]: MANAGED_BY, repository},
    keepLast: KEEP_LAST,
    keepDays: 0,
    keepPerChannel: KEEP_PER_CHANNEL,
    keepImageIds: new Set<string>(),
  };
  // Without `keepDays`, no age matters.
  return planPrune(images, rules, {serviceTime: undefined, runnerTime: new Date(0), projectId});
}

/** Without earlier imports nothing is said. */
async function estimateTime({inputs, scopes, run}: Forecasting, expected: Forecast['expected']): Promise<void> {
  const {medianMs: expectedMs} = (await expected) ?? {};
  if (expectedMs === undefined || !inputs.wait) return;
  const plan = {regions: scopes.length, maxParallel: inputs.maxParallel, expectedMs};
  const text = estimateText(plan);
  if (fleetDurationMs(plan) <= timeLeftMs(run)) {
    if (scopes.length > 1) run.log.info(text);
    return;
  }
  const advice =
    scopes.length > 1 ? 'Raise timeout-minutes or max-parallel, or use several jobs.' : 'Raise timeout-minutes.';
  run.log.warning(
    `The time may not be enough: ${text}, and timeout-minutes leaves ${roundMinutes(timeLeftMs(run))}. ${advice}`,
  );
}

/** Lists the images of every region, of those too that are not published to. */
async function compareRegions({scopes, repository, side, run}: Forecasting, imagesIn: ImagesIn): Promise<void> {
  const projectId = scopes[0]?.projectId;
  if (repository === '' || projectId === undefined) return;
  const regions = await side.gcore.pollRegions().catch(() => []);
  const images = await Promise.all(
    regions.map(async ({id: regionId, name: regionName}) => {
      const found = await imagesIn({projectId, regionId, regionName});
      return found === undefined ? [] : [[regionId, found] as const];
    }),
  );
  const chosen = new Set(scopes.map(({regionId}) => regionId));
  for (const line of coverageLines({projectId, repository}, regions, chosen, new Map(images.flat()))) {
    run.log.notice(line);
  }
}

/** Lists the images of a region once, and some regions at a time. Undefined if they cannot be listed. */
function listEachOnce(gcore: Gcore): ImagesIn {
  const limit = pLimit(LISTS_AT_A_TIME);
  const lists = new Map<number, Promise<readonly Image[] | undefined>>();
  return (scope) => {
    const list = lists.get(scope.regionId) ?? limit(() => gcore.pollImages(scope, () => false).catch(() => undefined));
    lists.set(scope.regionId, list);
    return list;
  };
}
