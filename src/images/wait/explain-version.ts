import {ExplainedError, type FactTable} from '../../errors.ts';
import type {Image} from '../../gcore/wire.ts';
import {fitLines} from '../../text/fit.ts';
import {inert} from '../../text/inert.ts';
import {newestFirst} from '../newest-first.ts';
import {judgeReadiness} from '../readiness.ts';
import {regionLabel} from '../regions.ts';
import {GATE} from './gate.ts';
import {type NamesQuery, type RegionImages, shownPattern, shownQuery, type VersionQuery} from './version-query.ts';

/**
 * Why a query means no image: `missing`: it is still to come in a region; `differs`: each region has another one; `failed`: it will
 * never be ready.
 */
export type WhyNone = 'missing' | 'differs' | 'failed';

/** How many names a table, or a line about a region, shows. */
const MAX_NAMES = 4;
/** How many regions with the same images a line names. */
const MAX_REGIONS = 8;
/** With what else an error says, its lines stay within what the runner keeps. */
const MOST_LENGTH = 2400;

/** Says why a query means no image, and which region has what. */
export function explainNoVersion(rows: readonly RegionImages[], query: VersionQuery, why: WhyNone): ExplainedError {
  const isThereNone = rows.length === 1 || rows.every(({images}) => images.length === 0);
  return new ExplainedError(
    `${'channel' in query ? whatOfChannel(rows, query.channel, why) : whatOfNames(rows, query)}.`,
    {
      ...knownOfVersions(rows),
      next: nextStep(rows, query, why),
      section: isThereNone ? 'there-is-no-image-of-this-name' : 'the-regions-have-different-images',
    },
  );
}

function whatOfChannel(rows: readonly RegionImages[], channel: string, why: WhyNone): string {
  const empty = rows.filter(({images}) => images.length === 0).length;
  if (why === 'differs') return `${shownQuery({channel})} is not the same image in all ${rows.length} regions`;
  if (why === 'failed') return `${shownQuery({channel})} will never be ready ${inRegions(rows, 'all')}`;
  if (empty === rows.length) return `No image was promoted to channel ${channel} ${inRegions(rows, 'any of the')}`;
  return `Channel ${channel} has no current image in ${empty} of ${rows.length} regions`;
}

function whatOfNames(rows: readonly RegionImages[], query: NamesQuery): string {
  const pattern = shownPattern(query.latest);
  if (rows.every(({images}) => images.length === 0)) {
    const tags = Object.keys(query.tags).length === 0 ? '' : ' and match-tags';
    return `No image that this action uploaded fits ${pattern}${tags} ${inRegions(rows, 'any of the')}`;
  }
  return `No image ${pattern} is ready ${inRegions(rows, 'all')}${rows.length === 1 ? '' : ' under the same name'}`;
}

function inRegions(rows: readonly RegionImages[], quantity: 'all' | 'any of the'): string {
  const [row] = rows;
  return row !== undefined && rows.length === 1
    ? `in ${regionLabel(row.scope)}`
    : `in ${quantity} ${rows.length} regions`;
}

/** Only advice that can help: `same-version: false` does not where a region has no image, nor in a single region. */
function nextStep(rows: readonly RegionImages[], query: VersionQuery, why: WhyNone): string {
  const isPromotion = 'channel' in query;
  if (why === 'failed') return 'Promote another image.';
  if (rows.length === 1 || rows.every(({images}) => images.length === 0)) {
    return isPromotion
      ? 'Promote an image to this channel, or check the inputs channel, project, region and image-type. If it is still to be promoted, set if-missing: wait.'
      : 'Publish an image, or check the inputs latest, match-tags, project, region and image-type. If it is still to be published, set if-missing: wait.';
  }
  const first = isPromotion
    ? 'Promote one image in all of these regions.'
    : 'Publish one image to all of these regions, or set if-missing: wait.';
  const hasEach = rows.every(({images}) => images.some((image) => judgeReadiness(image).kind === 'ready'));
  if (!hasEach) return first;
  return `${first} For the ${isPromotion ? 'current' : 'newest'} image of each region whatever its name, set same-version: false.`;
}

/** What is known at the gate of some regions: which has which of the newest names, and what keeps an image from being ready. */
export function knownOfVersions(rows: readonly RegionImages[], known: readonly string[] = []) {
  const names = newestNames(rows);
  const lines = linesOf(rows);
  const table = names.length === 0 ? undefined : {...tableOf(rows, names.slice(0, MAX_NAMES)), lines};
  return {known: [...GATE.known, ...known, ...lines], table};
}

function tableOf(rows: readonly RegionImages[], shown: readonly string[]): Omit<FactTable, 'lines'> {
  // Of a region that has one of the columns, the number of other names is enough: names are long.
  const others = (images: readonly Image[]) => {
    const unshown = images.filter(({name}) => !shown.includes(name));
    const {size} = new Set(unshown.map(({name}) => name));
    return unshown.length === images.length ? listed(unshown, 1) : size === 0 ? '' : String(size);
  };
  return {
    titles: ['Region', ...shown.map((name) => inert(name, 63)), 'Other names'],
    rows: rows.map(({scope, images}) => [
      regionLabel(scope),
      ...shown.map((name) => stateOf(images.filter((image) => image.name === name))),
      others(images),
    ]),
  };
}

/** The newest name first. How new a name is, its oldest image tells. */
function newestNames(rows: readonly RegionImages[]): readonly string[] {
  const oldest = new Map<string, Image>();
  for (const image of rows.flatMap(({images}) => images).toSorted(newestFirst)) oldest.set(image.name, image);
  return [...oldest].toSorted(([, one], [, other]) => newestFirst(one, other)).map(([name]) => name);
}

/** A line for all regions that have the same images. */
function linesOf(rows: readonly RegionImages[]): readonly string[] {
  const groups = Map.groupBy(rows, ({images}) => listed(images, MAX_NAMES) || 'none');
  const lines = [...groups].map(([names, group]) => {
    const regions = group.slice(0, MAX_REGIONS).map(({scope}) => regionLabel(scope));
    const rest = group.length > MAX_REGIONS ? ` and ${group.length - MAX_REGIONS} more` : '';
    return `${regions.join(', ')}${rest}: ${names}`;
  });
  return fitLines(lines, MOST_LENGTH, (rest) => `And ${rest} more lines: the summary has a table of all regions.`);
}

/** The names of images, the newest first, with the state of what is not ready; empty if there are none. */
function listed(images: readonly Image[], most: number): string {
  const names = [...Map.groupBy(images, ({name}) => name)].map(([name, all]) => {
    const state = stateOf(all);
    return inert(name, 63) + (state === READY ? '' : ` (${state})`);
  });
  return names.slice(0, most).join(', ') + (names.length > most ? ` and ${names.length - most} more` : '');
}

const READY = 'ready';

/** Of several images of a name that a region has, one that is ready counts; else the newest. */
function stateOf(images: readonly Image[]): string {
  const [newest] = images;
  if (newest === undefined) return '–';
  if (images.some((image) => judgeReadiness(image).kind === 'ready')) return READY;
  const readiness = judgeReadiness(newest);
  return readiness.kind === 'pending' ? readiness.state : newest.status;
}
