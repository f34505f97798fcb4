import {ExplainedError} from '../errors.ts';
import {inert} from '../text/inert.ts';
import type {NameGlob} from '../text/name-glob.ts';
import type {Asset, Release, Releases} from './releases.ts';

/** An error lists at most this many names. */
const MOST_NAMES = 20;

/**
 * Finds the one asset of a release that matches a glob.
 *
 * @throws ExplainedError if none matches, or more than one, or the asset is incomplete; GithubError; the reason of a cancelled run
 */
export async function findAsset(glob: NameGlob, release: Release, releases: Releases): Promise<Asset> {
  const assets = await releases.assets(release);
  const named = assets.filter(({name}) => glob.matches(name));
  const [asset] = named;
  const where = `release ${inert(release.tag, 100)}`;
  if (asset === undefined) {
    throw new ExplainedError(`No asset of ${where} matches release-asset "${inert(glob.text, 100)}".`, {
      section: 'no-asset-fits',
      known: [assets.length === 0 ? 'It has no assets.' : `Its assets: ${listed(assets)}.`],
      next: 'Add the image to the release before this step, or change the pattern.',
    });
  }
  if (named.length > 1) {
    throw new ExplainedError(`${named.length} assets of ${where} match release-asset "${inert(glob.text, 100)}".`, {
      section: 'several-assets-fit',
      known: [`They are: ${listed(named)}.`],
      next: 'Give a pattern that matches only one of them.',
    });
  }
  if (!asset.isWhole) {
    throw new ExplainedError(
      `The asset ${inert(asset.name, 100)} of ${where} is incomplete: its upload has not finished.`,
      {
        section: 'no-asset-fits',
        next: 'Run this job again once the upload has finished. If it was interrupted, delete the asset and upload it again.',
      },
    );
  }
  return asset;
}

/**
 * A URL from which Gcore can fetch an asset of a private repository, valid for some minutes.
 *
 * @throws ExplainedError if the server gives none; GithubError; the reason of a cancelled run
 */
export async function shortLivedUrl(asset: Asset, releases: Releases): Promise<string> {
  const url = await releases.shortLivedUrl(asset);
  if (url !== undefined && URL.canParse(url)) return url;
  throw new ExplainedError(`GitHub gave no URL from which Gcore could fetch the asset ${inert(asset.name, 100)}.`, {
    known: ['The repository is private, and Gcore fetches the image without a token.'],
    next: 'Host the image where Gcore can fetch it, and give url instead of release-asset.',
  });
}

function listed(assets: readonly Asset[]): string {
  const names = assets
    .slice(0, MOST_NAMES)
    .map(({name, isWhole}) => `${inert(name, 100)}${isWhole ? '' : ' (incomplete)'}`);
  const rest = assets.length - names.length;
  return [...names, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
}
