/** A project in a region: images belong to a scope. */
export interface Scope {
  readonly projectId: number;
  readonly regionId: number;
  /** The region's display name; its ID if the name was not looked up. */
  readonly regionName: string;
}
