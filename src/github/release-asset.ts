import {ExplainedError} from '../errors.ts';
import {inert} from '../text/inert.ts';
import type {NameGlob} from '../text/name-glob.ts';
import type {Asset, Release, Releases} from './releases.ts';

/** As many names as help. */
const MOST_NAMES = 20;

/**
 * Finds the one asset of a release that a glob names.
 *
 * @throws ExplainedError where there is none, or more than one; GithubError; the reason of a cancelled run
 */
export async function findAsset(glob: NameGlob, release: Release, releases: Releases): Promise<Asset> {
  const assets = await releases.assets(release);
  const named = assets.filter(({name}) => glob.matches(name));
  const [asset] = named;
  const where = `release ${inert(release.tag, 100)}`;
  if (asset === undefined) {
    throw new ExplainedError(`No asset of ${where} fits release-asset, which is "${inert(glob.text, 100)}".`, {
      known: [assets.length === 0 ? 'It has no assets.' : `Its assets: ${listed(assets)}.`],
      next: 'Add the image to the release before this step, or give another pattern.',
    });
  }
  if (named.length > 1) {
    throw new ExplainedError(
      `${named.length} assets of ${where} fit release-asset, which is "${inert(glob.text, 100)}".`,
      {known: [`They are: ${listed(named)}.`], next: 'Give a pattern that only one of them fits.'},
    );
  }
  if (!asset.isWhole) {
    throw new ExplainedError(
      `The asset ${inert(asset.name, 100)} of ${where} is not whole: its upload has not ended.`,
      {
        next: 'Run this job again once it has. If it broke off, delete the asset and upload it again.',
      },
    );
  }
  return asset;
}

/**
 * A URL that Gcore can fetch an asset of a private repository from, for some minutes.
 *
 * @throws ExplainedError where the server has none to give; GithubError; the reason of a cancelled run
 */
export async function shortLivedUrl(asset: Asset, releases: Releases): Promise<string> {
  const url = await releases.shortLivedUrl(asset);
  if (url !== undefined && URL.canParse(url)) return url;
  throw new ExplainedError(
    `GitHub gave the asset ${inert(asset.name, 100)} itself, and no URL that Gcore could fetch it from.`,
    {
      known: ['The repository is private: Gcore, which has no token, cannot fetch the asset from its own URL.'],
      next: 'Put the image where Gcore can fetch it, and give url in place of release-asset.',
    },
  );
}

function listed(assets: readonly Asset[]): string {
  const names = assets
    .slice(0, MOST_NAMES)
    .map(({name, isWhole}) => `${inert(name, 100)}${isWhole ? '' : ' (not whole)'}`);
  const rest = assets.length - names.length;
  return [...names, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
}
