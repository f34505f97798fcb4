import type {ImageRecord, JsonObject, Region} from './model.ts';

/** The quotas of the account in one region. A limit of 0 or -1 is shown, but not enforced. */
export interface RegionQuota {
  readonly images?: number;
  readonly sizeBytes?: number;
  /** The usage besides the images of this simulator, so that a region can be full without images. */
  readonly usedImages?: number;
  readonly usedBytes?: number;
}

export interface QuotaOptions {
  /** Limits of all regions without an entry in `regions`. Default: none, and `client_quotas` lists no region. */
  readonly images?: number;
  readonly sizeBytes?: number;
  /** By region ID; null is a region whose quotas are not initialized: `client_quotas` leaves it out, nothing is enforced. */
  readonly regions?: Readonly<Record<number, RegionQuota | null>>;
  /**
   * The status with which an upload over the limit is refused, 409 by default. `task`: it is accepted, and its task ends in
   * ERROR. The size of an image is known only once it was fetched: an image that is too large always fails in its task, and
   * an upload is refused for its size only if the quota is used up.
   */
  readonly refusal?: number | 'task';
}

/** By how much a limit would be exceeded, as in `info` of the error. */
export interface QuotaExcess {
  readonly attribute: 'image_count' | 'image_size';
  readonly limit: number;
  readonly used: number;
  readonly requested: number;
}

/** The quotas of the account, counted over all of its projects in a region. */
export class Quotas {
  readonly refusal: number | 'task';
  readonly #options: QuotaOptions;
  readonly #imagesIn: (regionId: number) => readonly ImageRecord[];

  constructor(options: QuotaOptions, imagesIn: (regionId: number) => readonly ImageRecord[]) {
    this.refusal = options.refusal ?? 409;
    this.#options = options;
    this.#imagesIn = imagesIn;
  }

  /** The quota that one more image would exceed, before its size is known. */
  excessOfUpload(regionId: number): QuotaExcess | undefined {
    return this.#excess(regionId, 'image_count', 1) ?? this.#excess(regionId, 'image_size', 1);
  }

  /** The quota that an image of this size would exceed. */
  excessOfSize(regionId: number, bytes: number): QuotaExcess | undefined {
    return this.#excess(regionId, 'image_size', bytes);
  }

  /** The rows of `regional_quotas`: only those of initialized regions. */
  rows(regions: readonly Region[]): readonly JsonObject[] {
    return regions.flatMap(({id}) => {
      const quota = this.#quotaOf(id);
      if (quota === undefined) return [];
      const {images: imageLimit = -1, sizeBytes: byteLimit = -1} = quota;
      const [images, bytes] = [this.#used(id, 'image_count'), this.#used(id, 'image_size')];
      const counts = {image_count_limit: imageLimit, image_count_usage: images};
      return [{region_id: id, ...counts, image_size_limit: byteLimit, image_size_usage: bytes}];
    });
  }

  #excess(regionId: number, attribute: QuotaExcess['attribute'], requested: number): QuotaExcess | undefined {
    const quota = this.#quotaOf(regionId);
    const limit = (attribute === 'image_count' ? quota?.images : quota?.sizeBytes) ?? -1;
    const used = this.#used(regionId, attribute);
    return limit <= 0 || used + requested <= limit ? undefined : {attribute, limit, used, requested};
  }

  #used(regionId: number, attribute: QuotaExcess['attribute']): number {
    const images = this.#imagesIn(regionId);
    const {usedImages = 0, usedBytes = 0} = this.#quotaOf(regionId) ?? {};
    if (attribute === 'image_count') return usedImages + images.length;
    return usedBytes + images.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0);
  }

  #quotaOf(regionId: number): RegionQuota | undefined {
    const {images, sizeBytes, regions = {}} = this.#options;
    const own = regions[regionId];
    if (own === null || (own === undefined && images === undefined && sizeBytes === undefined)) return undefined;
    return {...(images !== undefined && {images}), ...(sizeBytes !== undefined && {sizeBytes}), ...own};
  }
}
