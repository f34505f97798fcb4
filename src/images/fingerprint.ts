import {createHash} from 'node:crypto';
import type {UploadRequest} from '../gcore/gcore.ts';
import type {Image} from '../gcore/wire.ts';
import type {Tags} from '../text/tags.ts';

/** What an image was made from, kept as tags on it, so that a later run can tell whether it would make the same one. */
const SOURCE_TAG = 'source-fingerprint';
/** What the web server said of the file, where it said anything. */
const ETAG_TAG = 'source-etag';
const BYTES_TAG = 'source-bytes';
/** The digest of the file's content, where whoever keeps it knows it. */
const SHA256_TAG = 'source-sha256';

/** Every tag that this module sets. */
export const SOURCE_TAGS: readonly string[] = [SOURCE_TAG, ETAG_TAG, BYTES_TAG, SHA256_TAG];

/** What is known of the file behind the URL. */
export interface FileFacts {
  /** A URL that stands for the file, where its own is another each time. */
  readonly identity?: string | undefined;
  readonly etag?: string | undefined;
  readonly sizeBytes?: number | undefined;
  /** 64 hexadecimal digits. */
  readonly sha256?: string | undefined;
}

/**
 * The tags that say what an upload is made from: a fingerprint of the URL without user, password and query, since those are
 * another each time a URL is signed; another of the properties asked for; and the file's own ETag, size and digest where they are known.
 */
export function fingerprintTags(
  upload: UploadRequest,
  {identity = upload.url, etag, sizeBytes, sha256}: FileFacts,
): Tags {
  return {
    [SOURCE_TAG]: `${digest(plainUrl(identity))}-${digest(JSON.stringify(propertiesOf(upload)))}`,
    ...(etag === undefined ? {} : {[ETAG_TAG]: digest(etag)}),
    ...(sizeBytes === undefined ? {} : {[BYTES_TAG]: String(sizeBytes)}),
    ...(sha256 === undefined ? {} : {[SHA256_TAG]: sha256}),
  };
}

/**
 * How an image differs from what an upload would make, in words; empty where it is the same.
 *
 * What the web server said of the file counts only where both sides know it.
 */
export function differences(image: Image, upload: UploadRequest): readonly string[] {
  const [ours, theirs] = [upload.tags[SOURCE_TAG]?.split('-'), image.tags.get(SOURCE_TAG)?.split('-')];
  if (theirs === undefined) return ['it does not bear the fingerprint of an upload of this action'];
  const isOther = (tag: string) => {
    const [mine, its] = [upload.tags[tag], image.tags.get(tag)];
    return mine !== undefined && its !== undefined && mine !== its;
  };
  return [
    ...(ours?.[0] === theirs[0] ? [] : ['it was made from another URL']),
    ...(ours?.[1] === theirs[1]
      ? []
      : ['other properties were asked for (architecture, os-*, hw-firmware-type, ssh-key or cow-format)']),
    ...([ETAG_TAG, BYTES_TAG, SHA256_TAG].some(isOther) ? ['the file behind the URL has changed since'] : []),
  ];
}

/** Whether a text, a task's data for one, speaks of an upload of the same name from the same source. */
export function mentionsUpload(text: string, upload: UploadRequest): boolean {
  if (!text.includes(JSON.stringify(upload.name))) return false;
  const fingerprint = upload.tags[SOURCE_TAG];
  if (text.includes(SOURCE_TAG)) return fingerprint !== undefined && text.includes(fingerprint);
  return text.includes(plainUrl(upload.url));
}

function propertiesOf(upload: UploadRequest): readonly unknown[] {
  const {architecture, os_type, os_distro, os_version, hw_firmware_type, ssh_key, cow_format} = upload;
  return [architecture, os_type, os_distro, os_version, hw_firmware_type, ssh_key, cow_format];
}

function plainUrl(text: string): string {
  const url = new URL(text);
  return `${url.origin}${url.pathname}`;
}

/** Sixty-four bits: enough to tell the sources of one name apart. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
