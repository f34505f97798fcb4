/** A project in a region: where images live. */
export interface Scope {
  readonly projectId: number;
  readonly regionId: number;
  /** The region's display name; its ID if the name was not looked up. */
  readonly regionName: string;
}
