import * as v from 'valibot';
import {type Ask, type GithubClient, GithubError} from './client.ts';

/** A repository, `owner/name`. */
export interface Repository {
  readonly owner: string;
  readonly name: string;
}

export interface Release {
  readonly id: number;
  readonly tag: string;
  readonly isDraft: boolean;
  /** The URL of its page. */
  readonly url: string;
  /** The base URL for uploads of assets, which is not the API's. */
  readonly uploadBase: string;
}

export interface Asset {
  readonly id: number;
  readonly name: string;
  /** Its upload has finished. */
  readonly isWhole: boolean;
  readonly sizeBytes: number;
  /** The SHA-256 of its content, 64 hexadecimal digits. GitHub knows it for assets uploaded since June 2025. */
  readonly sha256: string | undefined;
  /** Anybody can fetch it from here if the repository is public. */
  readonly publicUrl: string;
}

/** The releases of one repository. Every method throws GithubError, or the reason of a cancelled run. */
export interface Releases {
  readonly repository: Repository;
  /** Whether the repository is private or internal. */
  isPrivate(): Promise<boolean>;
  byTag(tag: string): Promise<Release>;
  byId(id: number): Promise<Release>;
  /** The latest ten. Drafts are among them only if the token may write. */
  latest(): Promise<readonly Release[]>;
  /** All assets of a release. */
  assets(release: Release): Promise<readonly Asset[]>;
  /** A URL that needs no token and is valid for some minutes; undefined if the server gives none. */
  shortLivedUrl(asset: Asset): Promise<string | undefined>;
  /** The content of a small asset. */
  text(asset: Asset): Promise<string>;
  /** Adds an asset. Sent once: if the answer is lost, the asset may exist. */
  upload(release: Release, name: string, json: string, signal: AbortSignal): Promise<Asset>;
  rename(asset: Asset, name: string, signal: AbortSignal): Promise<void>;
  remove(asset: Asset, signal: AbortSignal): Promise<void>;
}

const RepositoryShape = v.object({private: v.boolean()});
const ReleaseShape = v.pipe(
  v.object({id: v.number(), tag_name: v.string(), draft: v.boolean(), html_url: v.string(), upload_url: v.string()}),
  v.transform(
    ({id, tag_name: tag, draft: isDraft, html_url: url, upload_url}): Release => ({
      id,
      tag,
      isDraft,
      url,
      uploadBase: upload_url.replace(/\/repos\/.*$/s, ''),
    }),
  ),
);
const AssetShape = v.pipe(
  v.object({
    id: v.number(),
    name: v.string(),
    state: v.string(),
    size: v.number(),
    digest: v.nullish(v.string()),
    browser_download_url: v.pipe(v.string(), v.url()),
  }),
  v.transform(
    ({id, name, state, size, digest, browser_download_url}): Asset => ({
      id,
      name,
      isWhole: state === 'uploaded',
      sizeBytes: size,
      sha256: /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1],
      publicUrl: browser_download_url,
    }),
  ),
);

const PAGE_SIZE = 100;
const LATEST = 10;
const OF_ASSET = 'GET /repos/{owner}/{repo}/releases/assets/{asset_id}';

/** GitHub's endpoints for releases (docs.github.com, "REST API endpoints for releases and release assets"). */
export function createReleases(repository: Repository, github: GithubClient): Releases {
  const scope = {owner: repository.owner, repo: repository.name};
  const ask = ({parameters, ...rest}: Ask) => github.ask({...rest, parameters: {...scope, ...parameters}});
  const read = async <T>(route: string, parameters: Ask['parameters'], shape: v.GenericSchema<unknown, T>) =>
    checked(await ask({route, parameters}), shape, route);
  return {
    repository,
    isPrivate: async () => (await read('GET /repos/{owner}/{repo}', {}, RepositoryShape)).private,
    byTag: (tag) => read('GET /repos/{owner}/{repo}/releases/tags/{tag}', {tag}, ReleaseShape),
    byId: (id) => read('GET /repos/{owner}/{repo}/releases/{release_id}', {release_id: id}, ReleaseShape),
    latest: () => read('GET /repos/{owner}/{repo}/releases', {per_page: LATEST}, v.array(ReleaseShape)),
    assets: async ({id}) => {
      const route = 'GET /repos/{owner}/{repo}/releases/{release_id}/assets';
      const found: Asset[] = [];
      for (let page = 1; ; page += 1) {
        const assets = await read(route, {release_id: id, per_page: PAGE_SIZE, page}, v.array(AssetShape));
        found.push(...assets);
        if (assets.length < PAGE_SIZE) return found;
      }
    },
    shortLivedUrl: async ({id}) =>
      checked(await ask({...contentOf(id), wanted: 'location'}), v.optional(v.string()), OF_ASSET),
    text: async ({id}) => checked(await ask({...contentOf(id), wanted: 'text'}), v.string(), OF_ASSET),
    upload: async ({id, uploadBase}, name, json, signal) => {
      const route = 'POST /repos/{owner}/{repo}/releases/{release_id}/assets{?name}';
      const headers = {'content-type': 'application/json'};
      const parameters = {baseUrl: uploadBase, release_id: id, name, data: json, headers};
      return checked(await ask({route, parameters, repeatable: false, signal}), AssetShape, route);
    },
    rename: async ({id}, name, signal) => {
      const route = 'PATCH /repos/{owner}/{repo}/releases/assets/{asset_id}';
      await ask({route, parameters: {asset_id: id, name}, signal});
    },
    remove: async ({id}, signal) => {
      const route = 'DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}';
      await ask({route, parameters: {asset_id: id}, signal});
    },
  };
}

/** The content of an asset: GitHub answers with it, or with a redirect to it. */
function contentOf(assetId: number): Ask {
  return {route: OF_ASSET, parameters: {asset_id: assetId, headers: {accept: 'application/octet-stream'}}};
}

function checked<T>(data: unknown, shape: v.GenericSchema<unknown, T>, route: string): T {
  const parsed = v.safeParse(shape, data);
  if (parsed.success) return parsed.output;
  throw new GithubError(`${route}: the answer could not be read`, {status: undefined, mayPass: true});
}
