import {ExplainedError} from '../errors.ts';
import type {Gcore} from '../gcore/gcore.ts';
import {IMAGE_TYPES, type ImageType} from '../gcore/image-types.ts';
import type {Named, Region} from '../gcore/wire.ts';
import type {Section} from '../sections.ts';
import {closestNames, looksAlike} from '../text/closest-name.ts';
import {inert} from '../text/inert.ts';
import type {Log} from '../waiting/run.ts';
import {explainFailure, NOTHING_CHANGED, nothingChanged} from './explain.ts';
import type {AskedRegion, FailedRegion} from './regions.ts';

/** The regions that the inputs ask for, by IDs and exact names. */
export interface RegionChoice {
  /** `all`: every region that offers the image type and is ACTIVE. */
  readonly regions: 'all' | readonly string[];
  /** With `all`: regions that are left out. */
  readonly excluded: readonly string[];
  /** Regions in which a failure is a warning: in addition to the others, or picked from them. */
  readonly optional: readonly string[];
  readonly imageType: ImageType;
}

/** A region that was asked for, and that exists if it has no `error`. */
export type ResolvedRegion =
  | (Named & {readonly isOptional: boolean})
  | {readonly asked: string; readonly isOptional: boolean; readonly error: ExplainedError};

/**
 * Finds the ID of a project. An ID is not looked up.
 *
 * @throws ExplainedError, which lists the projects that the key can see if none, or more than one, has the name
 */
export async function resolveProject(idOrName: string, gcore: Gcore): Promise<number> {
  if (isId(idOrName)) return Number(idOrName);
  const projects = await explained(gcore.listProjects());
  const project = find('project', idOrName, projects);
  if ('id' in project) return project.id;
  throw nothingChanged(project.error);
}

/**
 * Finds the regions that are asked for, each once: those of `region` in the order given, or by name for `all`, then the optional ones.
 *
 * @throws ExplainedError if no region can be found, `all` stands for none, or a name to leave out is probably mistyped
 */
export async function resolveRegions(choice: RegionChoice, gcore: Gcore, log: Log): Promise<readonly ResolvedRegion[]> {
  const known = await explained(gcore.listRegions());
  const optional = choice.optional.map((asked) => find('region', asked, known, 'optional-region'));
  const isOptional = (region: Lookup<Region>) => optional.some((one) => keyOf(one) === keyOf(region));
  const excluded = findExcluded(choice, known, log);
  const required = choice.regions === 'all' ? [] : choice.regions.map((asked) => find<Region>('region', asked, known));
  const named = [...required, ...optional].filter((region) => !excluded.has(keyOf(region)));
  warnOf(named, choice.imageType, log);
  warnOfContradictions(optional, excluded, log);
  const chosen = choice.regions === 'all' ? allOf(known, excluded, choice.imageType, log) : [];
  const unique = [...new Map([...chosen, ...named].map((region) => [keyOf(region), region])).values()];
  if (!unique.some((region) => 'id' in region)) throw noneFound(unique);
  return unique.map((region) => ({...region, isOptional: isOptional(region)}));
}

/** Whether a text is an ID, and not a name. */
export function isId(text: string): boolean {
  return /^\d+$/.test(text);
}

/** A project in some regions. One that cannot be found has the text as its ID and name. */
export function inProject(projectId: number, regions: readonly ResolvedRegion[]): readonly AskedRegion[] {
  return regions.map((region) => {
    const {isOptional} = region;
    if ('id' in region) {
      return {scope: {projectId, regionId: region.id, regionName: inert(region.name, 100)}, isOptional};
    }
    const regionId = isId(region.asked) ? Number(region.asked) : inert(region.asked, 100);
    return {scope: {projectId, regionId, regionName: String(regionId)}, isOptional, error: region.error};
  });
}

/** What a text stands for, or why it stands for nothing. */
type Lookup<T extends Named> = T | {readonly asked: string; readonly error: ExplainedError};

function keyOf(region: Lookup<Named>): number | string {
  if ('id' in region) return region.id;
  return isId(region.asked) ? Number(region.asked) : region.asked;
}

async function explained<T>(listing: Promise<T>): Promise<T> {
  try {
    return await listing;
  } catch (error) {
    throw explainFailure(error, NOTHING_CHANGED);
  }
}

function find<T extends Named>(
  kind: 'project' | 'region',
  asked: string,
  all: readonly T[],
  input: 'project' | 'region' | 'exclude-region' | 'optional-region' = kind,
): Lookup<T> {
  const wanted = inert(asked, 100);
  const matches = all.filter(({id, name}) => (isId(asked) ? id === Number(asked) : name === asked));
  const [match] = matches;
  if (match !== undefined && matches.length === 1) return match;
  const isAmbiguous = matches.length > 1;
  const what = `${isAmbiguous ? 'More than one' : 'No'} ${kind} ${isId(asked) ? 'has the ID' : 'is called'} "${wanted}".`;
  const areSeveral = kind === 'region' && all.filter(({name}) => asked.includes(name)).length > 1;
  const error = new ExplainedError(isAmbiguous ? what : what + suggestion(asked, all), {
    section: sectionOfMiss(kind, isAmbiguous),
    known: [`This key can see: ${listed(isAmbiguous ? matches : all)}.`],
    next: areSeveral
      ? `Separate the regions in the input ${input} by commas or new lines.`
      : `Set the input ${input} to one of these names, exactly as written, or to its ID.`,
  });
  return {asked, error};
}

function listed(all: readonly Named[]): string {
  return all.map(label).sort().join(', ') || 'none';
}

function label({id, name}: Named): string {
  return `${inert(name, 100)} (${id})`;
}

function noneFound(regions: readonly Lookup<Named>[]): ExplainedError {
  const errors = regions.flatMap((region) => ('error' in region ? [region.error] : []));
  const [first] = errors;
  if (first === undefined) return nothingChanged(new ExplainedError('No region is left.'));
  if (errors.length === 1) return nothingChanged(first);
  const known = [...errors.map(({what}) => what), ...new Set(errors.flatMap((error) => error.known))];
  const next = 'Set the input region to names of regions, exactly as written, or to their IDs.';
  return nothingChanged(
    new ExplainedError(`None of ${errors.length} regions can be found:`, {
      known,
      next,
      section: 'no-region-can-be-found',
    }),
  );
}

/**
 * The regions to leave out. A name that is like another one is mistyped: it would publish to, or prune, the very region that is to be left
 * out. Any other that does not exist is only warned of: a region that was closed must not end every publish. With Luxembourg-1 closed,
 * Luxembourg-2 is no other spelling of it.
 */
function findExcluded({excluded}: RegionChoice, known: readonly Region[], log: Log): ReadonlySet<number | string> {
  const found = excluded.map((asked) => find('region', asked, known, 'exclude-region'));
  const missing = found.flatMap((region) => ('error' in region ? [region] : []));
  const isTypo = ({asked}: {readonly asked: string}) =>
    closestTo(asked, known).some(({name}) => !haveDifferentNumbers(asked, name));
  const [typo, ...typos] = missing.filter(isTypo).map(({error}) => error);
  if (typo !== undefined) {
    const {known: details, section} = typo;
    const what = `exclude-region: ${[typo, ...typos].map((error) => error.what).join(' ')}`;
    const next = 'Correct the name in exclude-region. If there was a region of this name, remove it.';
    throw nothingChanged(new ExplainedError(what, {known: details, next, section}));
  }
  for (const {error} of missing) log.warning(`exclude-region: ${error.what} It leaves out nothing.`);
  return new Set(found.flatMap((region) => ('id' in region ? [region.id] : [])));
}

function warnOfContradictions(
  optional: readonly Lookup<Region>[],
  excluded: ReadonlySet<number | string>,
  log: Log,
): void {
  for (const region of optional) {
    if ('id' in region && excluded.has(region.id)) {
      log.warning(`${label(region)} is in exclude-region and in optional-region: it is left out.`);
    }
  }
}

/**
 * The same warnings for failed regions that were not looked up, since their IDs were given. Nothing if the regions cannot be listed.
 */
export async function warnOfFailed(
  failed: readonly FailedRegion[],
  imageType: ImageType,
  gcore: Gcore,
  log: Log,
): Promise<void> {
  const ids = new Set(
    failed.flatMap(({scope}) => (scope.regionName === String(scope.regionId) ? [scope.regionId] : [])),
  );
  if (ids.size === 0) return;
  const known = await gcore.pollRegions().catch(() => []);
  warnOf(
    known.filter(({id}) => ids.has(id)),
    imageType,
    log,
  );
}

/** Regions that are named get no check but a warning: only Gcore can say whether it would go well. */
function warnOf(named: readonly Lookup<Region>[], imageType: ImageType, log: Log): void {
  for (const region of named) {
    if ('error' in region) continue;
    const reasons = whyNot(region, imageType);
    if (reasons.length > 0) log.warning(`${label(region)}: ${reasons.join(', and ')}.`);
  }
}

/** Every region that offers the image type and is ACTIVE, by name. What the service does not tell is no reason to leave out a region. */
function allOf(
  known: readonly Region[],
  excluded: ReadonlySet<number | string>,
  imageType: ImageType,
  log: Log,
): readonly Region[] {
  const included = known.filter(({id}) => !excluded.has(id));
  const chosen = included.filter((region) => whyNot(region, imageType).length === 0);
  const left = included.flatMap((region) => {
    const reasons = whyNot(region, imageType);
    return reasons.length === 0 ? [] : [`${label(region)}: ${reasons.join(', and ')}`];
  });
  const leftOut = [...known.filter(({id}) => excluded.has(id)).map((region) => `${label(region)}: excluded`), ...left];
  if (chosen.length === 0) {
    throw new ExplainedError(
      `"region: all" stands for no region: each is excluded, not ACTIVE, or offers no images of type ${imageType}.`,
      {
        known: [...NOTHING_CHANGED.known, ...leftOut.sort()],
        next: 'Check image-type and exclude-region, or name the regions.',
        section: 'region-all-stands-for-no-region',
      },
    );
  }
  log.info(`region: all stands for ${chosen.length} ${chosen.length === 1 ? 'region' : 'regions'}: ${listed(chosen)}`);
  if (leftOut.length > 0) log.info(`Left out: ${leftOut.sort().join('; ')}`);
  return chosen.toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Why images of a type may not be imported in a region; nothing if there is no reason. */
function whyNot({state, flags}: Region, imageType: ImageType): readonly string[] {
  const {regionFlag} = IMAGE_TYPES[imageType];
  return [
    ...(state === undefined || state === 'ACTIVE' ? [] : [`its state is ${state}`]),
    ...(flags[regionFlag] === false ? [`it offers no images of type ${imageType} (${regionFlag})`] : []),
  ];
}

/** What was probably meant by a name that does not exist. */
function closestTo<T extends Named>(idOrName: string, all: readonly T[]): readonly T[] {
  if (isId(idOrName)) return [];
  const names = closestNames(
    idOrName,
    all.map(({name}) => name),
  );
  return all.filter(({name}) => names.includes(name));
}

function haveDifferentNumbers(one: string, other: string): boolean {
  const [number, otherNumber] = [one, other].map((name) => /\d+/.exec(name)?.[0]);
  return number !== undefined && otherNumber !== undefined && number !== otherNumber;
}

/** ` Did you mean Luxembourg-2 (7)?`, or nothing. */
function suggestion(idOrName: string, all: readonly Named[]): string {
  const meant = closestTo(idOrName, all);
  if (meant.length === 0) return '';
  const how = meant.some(({name}) => looksAlike(idOrName, name))
    ? ' It differs only in case, or in characters that look alike.'
    : '';
  return ` Did you mean ${meant.map(label).join(' or ')}?${how}`;
}

function sectionOfMiss(kind: 'project' | 'region', isAmbiguous: boolean): Section {
  if (kind === 'region') return 'there-is-no-region-of-this-name';
  return isAmbiguous ? 'two-projects-have-the-same-name' : 'there-is-no-project-of-this-name';
}
