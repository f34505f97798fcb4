import {ExplainedError} from '../errors.ts';
import type {Gcore, Scope} from '../gcore/gcore.ts';
import type {Named} from '../gcore/wire.ts';
import {closestNames, looksAlike} from '../text/closest-name.ts';
import {inert} from '../text/inert.ts';
import {explainFailure, NOTHING_CHANGED} from './explain.ts';

/**
 * Finds the ID of a project. An ID is not looked up.
 *
 * @throws ExplainedError, which lists the projects that the key can see if none, or more than one, has the name
 */
export async function resolveProject(idOrName: string, gcore: Gcore): Promise<number> {
  if (isId(idOrName)) return Number(idOrName);
  return find('project', idOrName, await explained(gcore.listProjects())).id;
}

/**
 * Finds regions by ID or by exact name.
 *
 * @returns each region once, in the order given
 * @throws ExplainedError, which lists the regions if none, or more than one, has the ID or name
 */
export async function resolveRegions(idsOrNames: readonly string[], gcore: Gcore): Promise<readonly Named[]> {
  const all = await explained(gcore.listRegions());
  const regions = idsOrNames.map((idOrName) => find('region', idOrName, all));
  return [...new Map(regions.map((region) => [region.id, region])).values()];
}

/** Whether a text is an ID, and not a name. */
export function isId(text: string): boolean {
  return /^\d+$/.test(text);
}

/** The scopes of a project in some regions. */
export function scopesOf(projectId: number, regions: readonly Named[]): readonly Scope[] {
  return regions.map(({id, name}) => ({projectId, regionId: id, regionName: inert(name, 100)}));
}

async function explained<T>(listing: Promise<T>): Promise<T> {
  try {
    return await listing;
  } catch (error) {
    throw explainFailure(error, NOTHING_CHANGED);
  }
}

function find(input: 'project' | 'region', idOrName: string, all: readonly Named[]): Named {
  const wanted = inert(idOrName, 100);
  const matches = all.filter(({id, name}) => (isId(idOrName) ? id === Number(idOrName) : name === idOrName));
  const [match] = matches;
  if (match !== undefined && matches.length === 1) return match;
  const isAmbiguous = matches.length > 1;
  const what = `${isAmbiguous ? 'More than one' : 'No'} ${input} ${isId(idOrName) ? 'has the ID' : 'is called'} "${wanted}".`;
  const listed = (isAmbiguous ? matches : all).map(label).sort();
  throw new ExplainedError(isAmbiguous ? what : what + suggestion(idOrName, all), {
    known: [...NOTHING_CHANGED.known, `This key can see: ${listed.join(', ') || 'none'}.`],
    next: `Set the input ${input} to one of these names, exactly as written, or to its ID.`,
  });
}

/** ` Did you mean Luxembourg-2 (7)?`, or nothing. */
function suggestion(idOrName: string, all: readonly Named[]): string {
  if (isId(idOrName)) return '';
  const names = closestNames(
    idOrName,
    all.map(({name}) => name),
  );
  const meant = all.filter(({name}) => names.includes(name));
  if (meant.length === 0) return '';
  const how = meant.some(({name}) => looksAlike(idOrName, name))
    ? ' It differs only in case, or in characters that look alike.'
    : '';
  return ` Did you mean ${meant.map(label).join(' or ')}?${how}`;
}

function label({id, name}: Named): string {
  return `${inert(name, 100)} (${id})`;
}
