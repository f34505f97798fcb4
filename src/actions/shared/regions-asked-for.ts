import type {Gcore} from '../../gcore/gcore.ts';
import {isId, type RegionChoice, type ResolvedRegion, resolveRegions} from '../../images/scopes.ts';
import {explainGate, noImageHere} from '../../images/wait/gate.ts';
import {inert} from '../../text/inert.ts';
import type {Log} from '../../waiting/run.ts';
import type {Images} from './images-output.ts';

/**
 * The regions of the output `images` if there is one, else those of the inputs. They are looked up only if one is given by name: then a
 * gate for an image that is ready is one request.
 *
 * @throws ExplainedError
 */
export async function regionsAskedFor(
  images: Images | undefined,
  choice: RegionChoice,
  gcore: Gcore,
  log: Log,
): Promise<readonly ResolvedRegion[]> {
  if (images !== undefined) return regionsIn(images);
  const {regions, optional} = choice;
  if (regions === 'all' || ![...regions, ...optional].every(isId)) return await resolveRegions(choice, gcore, log);
  const ids = [...new Set([...regions, ...optional].map(Number))];
  const optionalIds = new Set(optional.map(Number));
  return ids.map((id) => ({id, name: String(id), isOptional: optionalIds.has(id)}));
}

/** The regions of an upload. Those that it could not find are given up here, too. */
function regionsIn(images: Images): readonly ResolvedRegion[] {
  return Object.entries(images).map(([id, entry]) => {
    const {region = id, optional: isOptional = false, error = ''} = entry;
    if (isId(id)) return {id: Number(id), name: inert(region, 100), isOptional};
    return {asked: id, isOptional, error: explainGate(noImageHere(error))};
  });
}
