import {ExplainedError} from '../errors.ts';
import type {Gcore, Place} from '../gcore/gcore.ts';
import type {Named} from '../gcore/wire.ts';
import {inert} from '../text/inert.ts';
import {explainFailure} from './explain.ts';

/**
 * Finds out which project and region are meant. IDs are taken at their word, names are looked up and matched exactly.
 *
 * @throws ExplainedError, where nothing or more than one thing has the name it says what there is
 */
export async function resolvePlace(project: string, region: string, gcore: Gcore): Promise<Place> {
  try {
    const [projectId, regionId] = await Promise.all([
      resolve('project', project, () => gcore.listProjects()),
      resolve('region', region, () => gcore.listRegions()),
    ]);
    return {projectId, regionId};
  } catch (error) {
    throw explainFailure(error, {});
  }
}

async function resolve(input: string, idOrName: string, list: () => Promise<readonly Named[]>): Promise<number> {
  if (/^\d+$/.test(idOrName)) return Number(idOrName);
  const all = await list();
  const matches = all.filter(({name}) => name === idOrName);
  const [match] = matches;
  if (match !== undefined && matches.length === 1) return match.id;
  const what = `${matches.length === 0 ? 'No' : 'More than one'} ${input} is called "${inert(idOrName)}".`;
  const listed = (matches.length === 0 ? all : matches).map(({id, name}) => `${inert(name, 100)} (${id})`).sort();
  throw new ExplainedError(what, {
    known: ['Nothing was uploaded.', `This key can see: ${listed.join(', ') || 'none'}.`],
    next: `Set the input ${input} to one of these names, exactly as written, or to its ID.`,
  });
}
