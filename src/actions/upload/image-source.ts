import {explainGithub, GRANT_READ} from '../../github/explain.ts';
import {findAsset, shortLivedUrl} from '../../github/release-asset.ts';
import type {RunRelease} from '../../github/run-release.ts';
import {NOTHING_CHANGED} from '../../images/explain.ts';
import type {FileFacts} from '../../images/fingerprint.ts';
import {preflight, type SourceFacts} from '../../preflight/preflight.ts';
import {addSecretsOfUrl, type Secrets} from '../../runner/secrets.ts';
import {prettySize} from '../../runner/summary.ts';
import {inert} from '../../text/inert.ts';
import type {Run} from '../../waiting/run.ts';
import {isLoopback} from '../shared/account-inputs.ts';
import type {UploadInputs} from './inputs.ts';

/** The image to publish: where it is, and what is known of the file. */
export interface ImageSource {
  /** Where Gcore fetches it. */
  readonly url: string;
  /** Makes another such URL, where one is good for minutes only. Throws ExplainedError. */
  readonly freshUrl?: () => Promise<string>;
  readonly file: FileFacts;
  readonly facts: SourceFacts;
}

/** What is known of a file that nobody looked at. */
const NOTHING_KNOWN: SourceFacts = {warnings: []};

/**
 * Finds the image that the inputs name, by its URL or among the assets of the run's release, and looks at it unless that is not wanted.
 *
 * @param runRelease the run's release, where an asset is asked for
 * @throws ExplainedError where there is no such image, or Gcore could surely not import it; the reason of a cancelled run
 */
export async function findSource(
  inputs: UploadInputs,
  runRelease: RunRelease | undefined,
  run: Run,
  secrets: Secrets,
): Promise<ImageSource> {
  const {url, 'release-asset': glob} = inputs;
  if (url !== undefined) {
    const facts = await lookAt(url, inputs, run);
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
  const facts = await lookAt(assetUrl, inputs, run);
  return {
    url: assetUrl,
    ...(isPrivate ? {freshUrl} : {}),
    file: {sizeBytes: asset.sizeBytes, ...facts, sha256: asset.sha256, identity: asset.publicUrl},
    facts,
  };
}

/** Looks at the image before anything is asked of Gcore, and says what it sees. */
async function lookAt(url: string, inputs: UploadInputs, run: Run): Promise<SourceFacts> {
  if (!inputs.preflight) return NOTHING_KNOWN;
  const facts = await preflight(url, run, {apiIsLoopback: isLoopback(inputs['api-url'])});
  const seen = [facts.format, facts.sizeBytes === undefined ? undefined : prettySize(facts.sizeBytes)].filter(Boolean);
  if (seen.length > 0) run.log.info(`The file behind the URL: ${seen.join(', ')}`);
  for (const warning of facts.warnings) run.log.warning(warning);
  return facts;
}
