/** The repositories, releases and tokens of a GitHub that a test sets up. */

export interface GithubAsset {
  readonly id: number;
  name: string;
  readonly content: Buffer;
  /** `starter` until its upload has ended. */
  readonly state: 'uploaded' | 'starter';
  /** Whether the API tells its digest: it does for assets uploaded since June 2025. */
  readonly hasDigest: boolean;
}

export interface GithubRelease {
  readonly id: number;
  readonly tag: string;
  readonly draft: boolean;
  readonly assets: GithubAsset[];
}

export interface GithubRepository {
  readonly private: boolean;
  readonly releases: readonly GithubRelease[];
}

/** The permission `contents` of a token in a repository. Without an entry, a token does not see a private repository. */
export type Contents = 'none' | 'read' | 'write';

export interface GithubOptions {
  /** By `owner/name`. */
  readonly repositories: Readonly<
    Record<string, {readonly private?: boolean; readonly releases?: readonly ReleaseSeed[]}>
  >;
  /** By token: its rights by `owner/name`. */
  readonly tokens: Readonly<Record<string, Readonly<Record<string, Contents>>>>;
  /** The prefix of every path of the API: `/api/v3` on GitHub Enterprise Server. */
  readonly apiPath?: string;
}

export interface ReleaseSeed {
  readonly tag: string;
  readonly draft?: boolean;
  readonly assets?: readonly (Pick<GithubAsset, 'name' | 'content'> &
    Partial<Pick<GithubAsset, 'state' | 'hasDigest'>>)[];
}
