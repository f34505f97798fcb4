import {createHash} from 'node:crypto';
import type {UploadRequest} from '../gcore/gcore.ts';
import type {Image} from '../gcore/wire.ts';
import {withoutSignature} from '../text/signed-url.ts';
import type {Tags} from '../text/tags.ts';

/** What an image was made from, kept as tags on it, so that a later run can tell whether it would make the same one. */
export const FINGERPRINT_TAG = 'source-fingerprint';
/** What the web server said of the file, where it said anything. */
const ETAG_TAG = 'source-etag';
const BYTES_TAG = 'source-bytes';
const MODIFIED_TAG = 'source-modified';
/** The digest of the file's content, if it is known. */
const SHA256_TAG = 'source-sha256';

/**
 * Whether that digest is proved. An upload whose file is still to be read is sent with `pending`: until the proof, its digest is what the
 * workflow expects. Without this tag the digest comes from where it is known, GitHub for example.
 */
const CHECKSUM_TAG = 'source-checksum';
const PENDING = 'pending';

/** Every tag that this module sets. */
export const FINGERPRINT_TAGS: readonly string[] = [
  ...[FINGERPRINT_TAG, ETAG_TAG, BYTES_TAG, MODIFIED_TAG, SHA256_TAG],
  CHECKSUM_TAG,
];

/** What is known of the file behind the URL. */
export interface FileFacts {
  /** A URL that stands for the file, where its own is another each time. */
  readonly identity?: string | undefined;
  readonly etag?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly lastModified?: Date | undefined;
  /** 64 hexadecimal digits. */
  readonly sha256?: string | undefined;
  /** The digest is what the workflow expects, and still to be proved. */
  readonly isSha256Pending?: boolean | undefined;
}

/**
 * The tags that say what an upload is made from: a fingerprint of the URL without user, password and signature; another of the
 * properties asked for; and what is known of the file itself. An ETag is compared weakly, so `W/` is no part of it.
 */
export function fingerprintTags(upload: UploadRequest, file: FileFacts): Tags {
  const {identity = upload.url, etag, sizeBytes, lastModified, sha256, isSha256Pending = false} = file;
  const tags = {
    [FINGERPRINT_TAG]: `${digest(withoutSignature(identity))}-${digest(JSON.stringify(propertiesOf(upload)))}`,
    [ETAG_TAG]: etag === undefined ? undefined : digest(etag.replace(/^W\//, '')),
    [BYTES_TAG]: sizeBytes?.toString(),
    [MODIFIED_TAG]: lastModified?.toISOString(),
    [SHA256_TAG]: sha256?.toLowerCase(),
    [CHECKSUM_TAG]: isSha256Pending ? PENDING : undefined,
  };
  return Object.fromEntries(Object.entries(tags).filter((tag): tag is [string, string] => tag[1] !== undefined));
}

/** The tags of an image whose file was read, and has this digest. */
export function verifiedTags(sha256: string): Tags {
  return {[SHA256_TAG]: sha256, [CHECKSUM_TAG]: 'verified'};
}

/** Whether an image is made from a file that is still to be proved. */
export function isProofPending({tags}: Pick<Image, 'tags'>): boolean {
  return tags.get(CHECKSUM_TAG) === PENDING;
}

/** Whether an image is known to be made from a file with this digest. */
export function isVerified(image: Pick<Image, 'tags'>, sha256: string): boolean {
  return image.tags.get(SHA256_TAG) === sha256 && !isProofPending(image);
}

/** How an image differs from what an upload would make, in plain words; empty if it is the same. */
export function differences({tags}: Pick<Image, 'tags'>, upload: UploadRequest): readonly string[] {
  if (!tags.has(FINGERPRINT_TAG)) return ['it was not uploaded by this action'];
  const [, properties] = partsOf(upload.tags[FINGERPRINT_TAG]);
  const [, itsProperties] = partsOf(tags.get(FINGERPRINT_TAG));
  return [
    ...fileDifferences(tags, upload),
    ...(properties === itsProperties
      ? []
      : [
          'other properties were asked for (architecture, os-*, hw-firmware-type, hw-machine-type, ssh-key, cow-format or image-type)',
        ]),
  ];
}

/**
 * Whether an image was made with other properties than an upload asks for, another architecture for one. Of an image without a
 * fingerprint that is not known.
 */
export function hasOtherProperties({tags}: Pick<Image, 'tags'>, upload: UploadRequest): boolean {
  const [, properties] = partsOf(upload.tags[FINGERPRINT_TAG]);
  const [, itsProperties] = partsOf(tags.get(FINGERPRINT_TAG));
  return properties !== undefined && itsProperties !== undefined && properties !== itsProperties;
}

/**
 * What is to be known about an image that counts as the same: the file's ETag is another, as it is on a mirror, while all else is equal.
 *
 * @returns a sentence for the log, or undefined
 */
export function noteOnSame({tags}: Pick<Image, 'tags'>, upload: UploadRequest): string | undefined {
  const compared = compare(tags, upload);
  if (compared(ETAG_TAG) !== 'other') return undefined;
  const why = compared(SHA256_TAG) === 'equal' ? 'its SHA-256 is' : 'its size and its Last-Modified are';
  return `The file's ETag is another than when the image was made, but ${why} the same: it is taken for the same file.`;
}

/** Whether a text, such as a task's data, speaks of an upload of the same name from the same source. */
export function mentionsUpload(text: string, upload: UploadRequest): boolean {
  if (!text.includes(JSON.stringify(upload.name))) return false;
  if (text.includes(FINGERPRINT_TAG)) return differences({tags: tagsIn(text)}, upload).length === 0;
  const source = withoutSignature(upload.url);
  const urls = text.match(/https?:\/\/[^"\s]+/g) ?? [];
  return urls.some((url) => URL.canParse(url) && withoutSignature(url) === source);
}

const CHANGED = 'the file behind the URL has changed since';

type Comparison = 'equal' | 'other' | 'unknown';

/** Compares what both sides know of a tag. */
function compare(theirs: ReadonlyMap<string, string>, {tags: ours}: UploadRequest): (tag: string) => Comparison {
  return (tag) => {
    const [our, their] = [ours[tag], theirs.get(tag)];
    if (our === undefined || their === undefined) return 'unknown';
    if (our !== their) return 'other';
    // A digest that was never proved does not show that the files are the same.
    return tag === SHA256_TAG && theirs.get(CHECKSUM_TAG) === PENDING ? 'unknown' : 'equal';
  };
}

/** The SHA-256 decides, if both sides know it. Otherwise URL, size, and what the web server says of the content. */
function fileDifferences(theirs: ReadonlyMap<string, string>, upload: UploadRequest): readonly string[] {
  const compared = compare(theirs, upload);
  const digests = compared(SHA256_TAG);
  if (digests === 'equal') return [];
  const [source] = partsOf(upload.tags[FINGERPRINT_TAG]);
  const [itsSource] = partsOf(theirs.get(FINGERPRINT_TAG));
  const changed = digests === 'other' ? [`${CHANGED} (its SHA-256 differs)`] : isChanged(compared) ? [CHANGED] : [];
  return source === itsSource ? changed : ['it was made from another URL', ...changed];
}

/** A mirror may give the same file another ETag; a server without ETags still tells when the file was written. */
function isChanged(compared: (tag: string) => Comparison): boolean {
  if (compared(BYTES_TAG) === 'other') return true;
  if (compared(ETAG_TAG) === 'equal') return false;
  const hasSameTime = compared(MODIFIED_TAG) === 'equal' && compared(BYTES_TAG) === 'equal';
  return compared(ETAG_TAG) === 'other' ? !hasSameTime : compared(MODIFIED_TAG) === 'other';
}

/** The tags of this module in a text that is JSON, as an object or as a list of keys and values. */
function tagsIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    FINGERPRINT_TAGS.flatMap((tag) => {
      const [, value] = new RegExp(`"${tag}"(?::|,"value":)"([^"]*)"`).exec(text) ?? [];
      return value === undefined ? [] : [[tag, value] as const];
    }),
  );
}

/** The fingerprints of source and properties, as one tag holds them. */
function partsOf(tag = ''): readonly (string | undefined)[] {
  return tag.split('-');
}

/** What was added later is last, and only there if it is given: so images that exist keep their fingerprint. */
function propertiesOf(upload: UploadRequest): readonly unknown[] {
  const {architecture, os_type, os_distro, os_version, hw_firmware_type, ssh_key, cow_format} = upload;
  const {hw_machine_type, is_baremetal} = upload;
  return [
    ...[architecture, os_type, os_distro, os_version, hw_firmware_type, ssh_key, cow_format],
    ...(hw_machine_type === undefined ? [] : [{hw_machine_type}]),
    ...(is_baremetal === undefined ? [] : [{is_baremetal}]),
  ];
}

/** Sixty-four bits: enough to tell the sources of one name apart. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
