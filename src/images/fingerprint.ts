import {createHash} from 'node:crypto';
import type {UploadRequest} from '../gcore/gcore.ts';
import type {Image} from '../gcore/wire.ts';
import type {Tags} from '../text/tags.ts';

/** Identifies what an image was made from. It is kept on the image, so that a later run can tell whether it would make the same one. */
const FINGERPRINT_TAG = 'source-fingerprint';
/** The file's ETag and size, if the web server told them. */
const ETAG_TAG = 'source-etag';
const BYTES_TAG = 'source-bytes';
/** The SHA-256 of the file's content, if it is known. */
const SHA256_TAG = 'source-sha256';

/** Every tag that this module sets. */
export const FINGERPRINT_TAGS: readonly string[] = [FINGERPRINT_TAG, ETAG_TAG, BYTES_TAG, SHA256_TAG];

/** What is known about the file behind the URL. */
export interface FileFacts {
  /** A URL that identifies the file, if the URL it is fetched from changes each time. */
  readonly identity?: string | undefined;
  readonly etag?: string | undefined;
  readonly sizeBytes?: number | undefined;
  /** 64 hexadecimal digits. */
  readonly sha256?: string | undefined;
}

/**
 * The tags that identify what an upload is made from: a digest of the URL without user, password and query, because those change
 * each time a URL is signed; a digest of the properties asked for; and the file's own ETag, size and SHA-256 if they are known.
 */
export function fingerprintTags(
  upload: UploadRequest,
  {identity = upload.url, etag, sizeBytes, sha256}: FileFacts,
): Tags {
  return {
    [FINGERPRINT_TAG]: `${digest(plainUrl(identity))}-${digest(JSON.stringify(propertiesOf(upload)))}`,
    ...(etag === undefined ? {} : {[ETAG_TAG]: digest(etag)}),
    ...(sizeBytes === undefined ? {} : {[BYTES_TAG]: String(sizeBytes)}),
    ...(sha256 === undefined ? {} : {[SHA256_TAG]: sha256}),
  };
}

/**
 * How an image differs from what an upload would make, a few words for each difference; none if it is the same.
 *
 * ETag, size and SHA-256 of the file count only if both sides know them.
 */
export function differences(image: Image, upload: UploadRequest): readonly string[] {
  const [ours, theirs] = [upload.tags[FINGERPRINT_TAG]?.split('-'), image.tags.get(FINGERPRINT_TAG)?.split('-')];
  if (theirs === undefined) return ['it was not uploaded by this action'];
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

/** Whether a text, a task's data for one, contains an upload of the same name from the same source. */
export function mentionsUpload(text: string, upload: UploadRequest): boolean {
  if (!text.includes(JSON.stringify(upload.name))) return false;
  const fingerprint = upload.tags[FINGERPRINT_TAG];
  if (text.includes(FINGERPRINT_TAG)) return fingerprint !== undefined && text.includes(fingerprint);
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

/** 64 bits: enough to tell the sources of one name apart. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
