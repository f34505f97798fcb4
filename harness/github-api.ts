/** GitHub's API for releases and their assets, and its state. */
import {createHash, randomUUID} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import type {GithubAsset, GithubOptions, GithubRelease, GithubRepository, ReleaseSeed} from './github-model.ts';

/** A request with its whole body. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
}

/** The answer to a request. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | Buffer;
}

type Needed = 'open' | 'metadata' | 'read' | 'write';
type Handler = (params: Readonly<Record<string, string>>, exchange: Exchange) => Answer;

const NOT_FOUND: Answer = {status: 404, body: {message: 'Not Found'}};
const FORBIDDEN: Answer = {status: 403, body: {message: 'Resource not accessible by integration'}};

/** The state of the server. */
export class GithubApi {
  /** The URL of the server, once it is known. */
  serverUrl = '';
  readonly #repositories: ReadonlyMap<string, GithubRepository>;
  readonly #tokens: GithubOptions['tokens'];
  readonly #apiPath: string;
  /** By signature: the ID of the asset that it gives access to. */
  readonly #signatures = new Map<string, number>();
  #lastId = 1000;

  constructor({repositories, tokens, apiPath = ''}: GithubOptions) {
    this.#tokens = tokens;
    this.#apiPath = apiPath;
    this.#repositories = new Map(
      Object.entries(repositories).map(([name, {private: isPrivate = false, releases = []}]) => [
        name,
        {private: isPrivate, releases: releases.map((seed) => this.#releaseOf(seed))},
      ]),
    );
  }

  get apiUrl(): string {
    return `${this.serverUrl}${this.#apiPath}`;
  }

  release(repository: string, tag: string): GithubRelease {
    const found = this.#repositories.get(repository)?.releases.find((release) => release.tag === tag);
    if (found === undefined) throw new Error(`There is no release ${tag} in ${repository}`);
    return found;
  }

  signatures(): readonly string[] {
    return [...this.#signatures.keys()];
  }

  answer(exchange: Exchange): Answer {
    const api = `${this.#apiPath}/repos/:owner/:repo`;
    const routes: readonly (readonly [string, string, Needed, Handler])[] = [
      ['GET', api, 'metadata', (p) => ({status: 200, body: this.#repositoryView(p)})],
      ['GET', `${api}/releases`, 'read', (p, e) => this.#listReleases(p, e)],
      [
        'GET',
        `${api}/releases/tags/:tag`,
        'read',
        (p) => this.#showRelease(p, ({tag, draft}) => !draft && tag === p['tag']),
      ],
      ['GET', `${api}/releases/:id`, 'read', (p) => this.#showRelease(p, ({id}) => String(id) === p['id'])],
      ['GET', `${api}/releases/:id/assets`, 'read', (p, e) => this.#listAssets(p, e)],
      ['GET', `${api}/releases/assets/:id`, 'read', (p, e) => this.#showAsset(p, e)],
      ['PATCH', `${api}/releases/assets/:id`, 'write', (p, e) => this.#renameAsset(p, e)],
      ['DELETE', `${api}/releases/assets/:id`, 'write', (p) => this.#deleteAsset(p)],
      ['POST', '/uploads/repos/:owner/:repo/releases/:id/assets', 'write', (p, e) => this.#uploadAsset(p, e)],
      ['GET', '/:owner/:repo/releases/download/:tag/:name', 'open', (p) => this.#download(p)],
      ['GET', '/storage/:id', 'open', (p, e) => this.#fetchStored(p, e)],
    ];
    // HEAD is answered like GET, without the body.
    const method = exchange.request.method === 'HEAD' ? 'GET' : exchange.request.method;
    for (const [verb, pattern, needed, handler] of routes) {
      const params = match(pattern, exchange.url.pathname);
      if (verb !== method || params === undefined) continue;
      const refusal = needed === 'open' ? undefined : this.#refusal(params, needed, exchange);
      return refusal ?? handler(params, exchange);
    }
    return NOT_FOUND;
  }

  /** A repository that the token may not see is answered with 404. */
  #refusal(params: Readonly<Record<string, string>>, needed: Needed, {request}: Exchange): Answer | undefined {
    const name = nameOf(params);
    const repository = this.#repositories.get(name);
    const token = request.headers.authorization?.replace(/^(token|bearer) /i, '');
    if (token !== undefined && !(token in this.#tokens)) return {status: 401, body: {message: 'Bad credentials'}};
    const rights = token === undefined ? undefined : this.#tokens[token]?.[name];
    if (repository === undefined || (repository.private && rights === undefined)) return NOT_FOUND;
    // Whoever sees the repository may read its metadata, but not its contents.
    if (needed === 'write' && rights !== 'write') return FORBIDDEN;
    return needed === 'read' && repository.private && rights === 'none' ? FORBIDDEN : undefined;
  }

  #repositoryView(params: Readonly<Record<string, string>>): object {
    return {full_name: nameOf(params), private: this.#repositories.get(nameOf(params))?.private};
  }

  #releasesOf(params: Readonly<Record<string, string>>): readonly GithubRelease[] {
    return this.#repositories.get(nameOf(params))?.releases ?? [];
  }

  #listReleases(params: Readonly<Record<string, string>>, exchange: Exchange): Answer {
    const token = exchange.request.headers.authorization?.replace(/^(token|bearer) /i, '') ?? '';
    const seesDrafts = this.#tokens[token]?.[nameOf(params)] === 'write';
    const seen = this.#releasesOf(params).filter(({draft}) => !draft || seesDrafts);
    return this.#page(
      seen.map((release) => this.#releaseView(params, release)),
      exchange,
    );
  }

  #showRelease(params: Readonly<Record<string, string>>, isIt: (release: GithubRelease) => boolean): Answer {
    const found = this.#releasesOf(params).find(isIt);
    return found === undefined ? NOT_FOUND : {status: 200, body: this.#releaseView(params, found)};
  }

  #listAssets(params: Readonly<Record<string, string>>, exchange: Exchange): Answer {
    const release = this.#releasesOf(params).find(({id}) => String(id) === params['id']);
    if (release === undefined) return NOT_FOUND;
    return this.#page(
      release.assets.map((asset) => this.#assetView(params, release, asset)),
      exchange,
    );
  }

  #showAsset(params: Readonly<Record<string, string>>, {request}: Exchange): Answer {
    const found = this.#findAsset(params);
    if (found === undefined) return NOT_FOUND;
    if (request.headers.accept !== 'application/octet-stream') {
      return {status: 200, body: this.#assetView(params, found.release, found.asset)};
    }
    return {status: 302, headers: {location: this.#signedUrl(found.asset)}};
  }

  #renameAsset(params: Readonly<Record<string, string>>, {body}: Exchange): Answer {
    const found = this.#findAsset(params);
    if (found === undefined) return NOT_FOUND;
    const {name} = JSON.parse(body.toString());
    if (found.release.assets.some((asset) => asset !== found.asset && asset.name === name)) return alreadyExists();
    found.asset.name = name;
    return {status: 200, body: this.#assetView(params, found.release, found.asset)};
  }

  #deleteAsset(params: Readonly<Record<string, string>>): Answer {
    const found = this.#findAsset(params);
    if (found === undefined) return NOT_FOUND;
    found.release.assets.splice(found.release.assets.indexOf(found.asset), 1);
    return {status: 204};
  }

  #uploadAsset(params: Readonly<Record<string, string>>, {url, body}: Exchange): Answer {
    const release = this.#releasesOf(params).find(({id}) => String(id) === params['id']);
    const name = url.searchParams.get('name');
    if (release === undefined || name === null) return NOT_FOUND;
    if (release.assets.some((asset) => asset.name === name)) return alreadyExists();
    const asset: GithubAsset = {id: this.#nextId(), name, content: body, state: 'uploaded', hasDigest: true};
    release.assets.push(asset);
    return {status: 201, body: this.#assetView(params, release, asset)};
  }

  #download(params: Readonly<Record<string, string>>): Answer {
    if (this.#repositories.get(nameOf(params))?.private !== false) return NOT_FOUND;
    const release = this.#releasesOf(params).find(({tag}) => tag === params['tag']);
    const asset = release?.assets.find(({name}) => name === params['name']);
    return asset === undefined ? NOT_FOUND : {status: 302, headers: {location: this.#signedUrl(asset)}};
  }

  #fetchStored({id = ''}: Readonly<Record<string, string>>, {url}: Exchange): Answer {
    const asset = [...this.#repositories.values()]
      .flatMap(({releases}) => releases.flatMap(({assets}) => assets))
      .find((one) => String(one.id) === id);
    if (asset === undefined || this.#signatures.get(url.searchParams.get('sig') ?? '') !== asset.id) {
      return {status: 403, body: Buffer.from('<Error>AuthenticationFailed</Error>')};
    }
    return {status: 200, headers: {etag: `"0x${asset.id}"`}, body: asset.content};
  }

  #findAsset(params: Readonly<Record<string, string>>) {
    return this.#releasesOf(params)
      .flatMap((release) => release.assets.map((asset) => ({release, asset})))
      .find(({asset}) => String(asset.id) === params['id']);
  }

  /** A short-lived URL like those of the storage behind github.com: it needs no token, for HEAD and GET. */
  #signedUrl({id}: GithubAsset): string {
    const signature = randomUUID();
    this.#signatures.set(signature, id);
    return `${this.serverUrl}/storage/${id}?sp=r&sv=2018-11-09&sr=b&se=2030-01-01T00%3A00%3A00Z&sig=${signature}`;
  }

  #page(all: readonly object[], {url}: Exchange): Answer {
    const size = Number(url.searchParams.get('per_page') ?? 30);
    const page = Number(url.searchParams.get('page') ?? 1);
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    const link = page * size < all.length ? {link: `<${next.href}>; rel="next"`} : {};
    return {status: 200, headers: link, body: all.slice((page - 1) * size, page * size)};
  }

  #releaseView(params: Readonly<Record<string, string>>, release: GithubRelease): object {
    const {id, tag, draft} = release;
    return {
      id,
      tag_name: tag,
      draft,
      html_url: `${this.serverUrl}/${nameOf(params)}/releases/tag/${tag}`,
      upload_url: `${this.serverUrl}/uploads/repos/${nameOf(params)}/releases/${id}/assets{?name,label}`,
      assets: release.assets.map((asset) => this.#assetView(params, release, asset)),
    };
  }

  #assetView(params: Readonly<Record<string, string>>, release: GithubRelease, asset: GithubAsset): object {
    const {id, name, content, state, hasDigest} = asset;
    return {
      id,
      name,
      state,
      size: content.length,
      digest: hasDigest ? `sha256:${createHash('sha256').update(content).digest('hex')}` : null,
      browser_download_url: `${this.serverUrl}/${nameOf(params)}/releases/download/${release.tag}/${encodeURIComponent(name)}`,
    };
  }

  #releaseOf({tag, draft = false, assets = []}: ReleaseSeed): GithubRelease {
    return {
      id: this.#nextId(),
      tag,
      draft,
      assets: assets.map(({name, content, state = 'uploaded', hasDigest = true}) => ({
        ...{id: this.#nextId(), name, content, state, hasDigest},
      })),
    };
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const names = pattern.split('/');
  const parts = path.split('/').map(decodeURIComponent);
  if (names.length !== parts.length) return undefined;
  const fits = names.every((name, index) => name.startsWith(':') || name === parts[index]);
  if (!fits) return undefined;
  return Object.fromEntries(
    names.flatMap((name, index) => (name.startsWith(':') ? [[name.slice(1), parts[index] ?? '']] : [])),
  );
}

function nameOf({owner, repo}: Readonly<Record<string, string>>): string {
  return `${owner}/${repo}`;
}

function alreadyExists(): Answer {
  return {
    status: 422,
    body: {message: 'Validation Failed', errors: [{resource: 'ReleaseAsset', code: 'already_exists', field: 'name'}]},
  };
}
