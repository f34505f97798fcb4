import type {RunRelease} from '../../github/run-release.ts';
import {isLoopback} from '../../http/loopback.ts';
import {NOTHING_CHANGED} from '../../images/explain.ts';
import type {FileFacts} from '../../images/fingerprint.ts';
import type {Checksum} from '../../images/publish/context.ts';
import type {SourceFacts} from '../../preflight/preflight.ts';
import {addSecretsOfUrl, type Secrets} from '../../runner/secrets.ts';
import {inert} from '../../text/inert.ts';
import {decoded} from '../../text/signed-url.ts';
import {roundSize} from '../../text/units.ts';
import type {Run} from '../../waiting/run.ts';
import type {UploadInputs} from './inputs.ts';
import type {Staging} from './staging.ts';

/** The image to publish: where it is, and what is known about the file. */
export interface ImageSource {
  /** Gcore fetches it from here. */
  readonly url: string;
  /** Makes a new URL, if URLs are valid for minutes only, or the file is not staged yet. Throws ExplainedError. */
  readonly freshUrl?: () => Promise<string>;
  /** If the image is a file on this runner. */
  readonly staging?: Staging;
  readonly file: FileFacts;
  /** How the file is proved to be the expected one; undefined if nothing is expected, or it is proved. */
  readonly checksum?: Checksum | undefined;
  readonly facts: SourceFacts;
}

/** Stands for a file on the runner, which has no URL until it is staged. Its SHA-256 tells it from others. */
const STANDS_FOR_A_FILE = 'file:///';

/** What is known of a file that was not checked. */
const NOTHING_KNOWN: SourceFacts = {warnings: []};

/**
 * Finds the image that the inputs name: by its URL, on this runner, or among the assets of the run's release. Checks it if `preflight` is set.
 *
 * @param runRelease the run's release; needed for an asset
 * @throws ExplainedError if the image does not exist, or Gcore certainly cannot import it; the reason of a cancelled run
 */
export async function findSource(
  inputs: UploadInputs,
  runRelease: RunRelease | undefined,
  run: Run,
  secrets: Secrets,
): Promise<ImageSource> {
  const {url, file, releaseAsset: glob} = inputs;
  if (url !== undefined) {
    const expected = await expectedOf(fileNameOf(url), inputs, run);
    const facts = await check(url, inputs, run);
    return await toBeProved({url, facts, file: facts}, expected, inputs, run);
  }
  if (file !== undefined) return await findFile(file, inputs, run, secrets);
  if (glob === undefined || runRelease === undefined) throw new Error('there is neither a URL nor a release');
  const {release, releases} = runRelease;
  const {explainGithub, GRANT_READ} = await import('../../github/explain.ts');
  const {findAsset, shortLivedUrl} = await import('../../github/release-asset.ts');
  const orExplain = async <T>(answer: Promise<T>) =>
    await answer.catch((error: unknown) => {
      throw explainGithub(error, {grant: GRANT_READ, known: NOTHING_CHANGED.known});
    });
  const [asset, isPrivate] = await orExplain(Promise.all([findAsset(glob, release, releases), releases.isPrivate()]));
  run.log.info(
    `The image is the asset ${inert(asset.name, 100)} of release ${inert(release.tag, 100)}, ${roundSize(asset.sizeBytes)}.`,
  );
  const expected = await expectedOf(asset.name, inputs, run);
  if (expected !== undefined && asset.sha256 !== undefined) {
    const {requireSameSha256} = await import('./checksum.ts');
    requireSameSha256(expected, asset.sha256, `the asset ${inert(asset.name, 100)}`);
    run.log.info(`The checksum is that of the asset, as GitHub keeps it: sha256:${expected}.`);
  }
  const freshUrl = async () => {
    const shortLived = await orExplain(shortLivedUrl(asset, releases));
    addSecretsOfUrl(shortLived, secrets);
    return shortLived;
  };
  const assetUrl = isPrivate ? await freshUrl() : asset.publicUrl;
  const facts = await check(assetUrl, inputs, run);
  const source: ImageSource = {
    url: assetUrl,
    ...(isPrivate ? {freshUrl} : {}),
    file: {sizeBytes: asset.sizeBytes, ...facts, sha256: asset.sha256, identity: asset.publicUrl},
    facts,
  };
  return asset.sha256 === undefined ? await toBeProved(source, expected, inputs, run) : source;
}

/** The digest that the workflow expects, if it does. The code is loaded only then. */
async function expectedOf(fileName: string, {checksum}: UploadInputs, run: Run): Promise<string | undefined> {
  if (checksum === undefined) return undefined;
  const {expectedSha256} = await import('./checksum.ts');
  return await expectedSha256(checksum, fileName, run);
}

/** Adds the expected digest to a source whose own is not known, and how it is proved. */
async function toBeProved(
  source: ImageSource,
  expected: string | undefined,
  {isDryRun}: UploadInputs,
  run: Run,
): Promise<ImageSource> {
  if (expected === undefined) return source;
  const {url, freshUrl, file, facts} = source;
  const {proofByReading} = await import('./checksum.ts');
  const checksum = proofByReading(expected, {makeUrl: freshUrl ?? (async () => url), before: facts}, run);
  if (isDryRun) run.log.info('In a dry run the image is not read to verify its checksum.');
  return {...source, file: {...file, sha256: expected, isSha256Pending: true}, checksum};
}

/** The base name of the file behind a URL. */
function fileNameOf(url: string): string {
  return decoded(new URL(url).pathname.split('/').at(-1) ?? '');
}

/** Checks and hashes a file on this runner. What it takes to stage it is loaded only now. */
async function findFile(path: string, inputs: UploadInputs, run: Run, secrets: Secrets): Promise<ImageSource> {
  const {findLocalImage} = await import('./local-image.ts');
  const {apiUrl, storageApiKey: apiKey, storageLocation: locationName} = inputs;
  const options = {account: {apiUrl, apiKey}, locationName, secrets};
  const {name, sizeBytes, verdict, staging} = await findLocalImage(path, inputs.withPreflight, options, run);
  const {sha256} = staging;
  const expected = await expectedOf(name, inputs, run);
  if (expected !== undefined) {
    const {requireSameSha256} = await import('./checksum.ts');
    requireSameSha256(expected, sha256, `the file ${inert(name, 100)}`);
  }
  if (inputs.isDryRun) {
    run.log.notice(
      `Dry run: the file is not staged. If a region needs it, ${roundSize(sizeBytes)} would be staged in Gcore Object Storage, ${locationName}.`,
    );
  }
  return {
    url: STANDS_FOR_A_FILE,
    freshUrl: staging.url,
    staging,
    file: {sizeBytes, sha256},
    facts: {...verdict, sizeBytes},
  };
}

/** Checks the image before any request to Gcore, and logs what it finds. The code is loaded only then. */
async function check(url: string, inputs: UploadInputs, run: Run): Promise<SourceFacts> {
  if (!inputs.withPreflight) return NOTHING_KNOWN;
  const {preflight} = await import('../../preflight/preflight.ts');
  const facts = await preflight(url, run, {apiIsLoopback: isLoopback(inputs.apiUrl)});
  const {format, sizeBytes, virtualSizeBytes} = facts;
  const found = [
    format,
    sizeBytes === undefined ? undefined : roundSize(sizeBytes),
    virtualSizeBytes === undefined ? undefined : `virtual size ${roundSize(virtualSizeBytes)}`,
  ].filter(Boolean);
  if (found.length > 0) run.log.info(`The file behind the URL: ${found.join(', ')}`);
  for (const warning of facts.warnings) run.log.warning(warning);
  return facts;
}
