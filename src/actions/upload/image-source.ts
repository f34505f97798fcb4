import {explainGithub, GRANT_READ} from '../../github/explain.ts';
import {findAsset, shortLivedUrl} from '../../github/release-asset.ts';
import type {RunRelease} from '../../github/run-release.ts';
import {NOTHING_CHANGED} from '../../images/explain.ts';
import type {FileFacts} from '../../images/fingerprint.ts';
import {preflight, type SourceFacts} from '../../preflight/preflight.ts';
import {addSecretsOfUrl, type Secrets} from '../../runner/secrets.ts';
import {inert} from '../../text/inert.ts';
import {prettySize} from '../../text/units.ts';
import type {Run} from '../../waiting/run.ts';
import {isLoopback} from '../shared/account-inputs.ts';
import type {UploadInputs} from './inputs.ts';

/** The image to publish: where it is, and what is known about the file. */
export interface ImageSource {
  /** Gcore fetches it from here. */
  readonly url: string;
  /** Makes a new URL, if URLs are valid for minutes only. Throws ExplainedError. */
  readonly freshUrl?: () => Promise<string>;
  readonly file: FileFacts;
  readonly facts: SourceFacts;
}

/** What is known of a file that was not checked. */
const NOTHING_KNOWN: SourceFacts = {warnings: []};

/**
 * Finds the image that the inputs name, by its URL or among the assets of the run's release, and checks it if `preflight` is set.
 *
 * @param runRelease the run's release; needed for an asset
 * @throws ExplainedError if the image does not exist, or Gcore surely cannot import it; the reason of a cancelled run
 */
export async function findSource(
  inputs: UploadInputs,
  runRelease: RunRelease | undefined,
  run: Run,
  secrets: Secrets,
): Promise<ImageSource> {
  const {url, releaseAsset: glob} = inputs;
  if (url !== undefined) {
    const facts = await check(url, inputs, run);
    return {url, facts, file: facts};
  }
  if (glob === undefined || runRelease === undefined) throw new Error('there is neither a URL nor a release');
  const {release, releases} = runRelease;
  const orExplain = async <T>(answer: Promise<T>) =>
    await answer.catch((error: unknown) => {
      throw explainGithub(error, {grant: GRANT_READ, known: NOTHING_CHANGED.known});
    });
  const [asset, isPrivate] = await orExplain(Promise.all([findAsset(glob, release, releases), releases.isPrivate()]));
  run.log.info(
    `The image is the asset ${inert(asset.name, 100)} of release ${inert(release.tag, 100)}, ${prettySize(asset.sizeBytes)}.`,
  );
  const freshUrl = async () => {
    const shortLived = await orExplain(shortLivedUrl(asset, releases));
    addSecretsOfUrl(shortLived, secrets);
    return shortLived;
  };
  const assetUrl = isPrivate ? await freshUrl() : asset.publicUrl;
  const facts = await check(assetUrl, inputs, run);
  return {
    url: assetUrl,
    ...(isPrivate ? {freshUrl} : {}),
    file: {sizeBytes: asset.sizeBytes, ...facts, sha256: asset.sha256, identity: asset.publicUrl},
    facts,
  };
}

/** Checks the image before any request to Gcore, and logs what it finds. */
async function check(url: string, inputs: UploadInputs, run: Run): Promise<SourceFacts> {
  if (!inputs.withPreflight) return NOTHING_KNOWN;
  const facts = await preflight(url, run, {apiIsLoopback: isLoopback(inputs.apiUrl)});
  const {format, sizeBytes, virtualSizeBytes} = facts;
  const found = [
    format,
    sizeBytes === undefined ? undefined : prettySize(sizeBytes),
    virtualSizeBytes === undefined ? undefined : `virtual size ${prettySize(virtualSizeBytes)}`,
  ].filter(Boolean);
  if (found.length > 0) run.log.info(`The file behind the URL: ${found.join(', ')}`);
  for (const warning of facts.warnings) run.log.warning(warning);
  return facts;
}
