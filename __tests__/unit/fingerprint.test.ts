import {describe, expect, it} from '@jest/globals';
import type {UploadRequest} from '../../src/gcore/gcore.ts';
import {
  differences,
  type FileFacts,
  fingerprintTags,
  mentionsUpload,
  noteOnSame,
} from '../../src/images/fingerprint.ts';

const UPLOAD: UploadRequest = {
  name: 'trainer-v1.2.3',
  url: 'https://images.example.com/trainer.qcow2?signature=1',
  architecture: 'x86_64',
  os_type: 'linux',
  os_distro: undefined,
  os_version: undefined,
  hw_firmware_type: undefined,
  ssh_key: 'allow',
  cow_format: false,
  tags: {},
};
const FINGERPRINT = 'source-fingerprint';

describe('the fingerprint of an upload', () => {
  it('does not change between versions: images that exist must still be recognised', () => {
    expect(fingerprintTags(UPLOAD, {})).toEqual({[FINGERPRINT]: '5b4ab722f4db0e54-4d79f5ff18e4dbde'});
  });

  it.each<[string, Partial<UploadRequest>]>([
    ['the signature of its URL', {url: 'https://user:pw@images.example.com/trainer.qcow2?signature=2#part'}],
    ['its name', {name: 'trainer-v1.2.4'}],
    ['its tags', {tags: {team: 'gpu'}}],
  ])('does not depend on %s', (_, change) => {
    expect(fingerprintTags({...UPLOAD, ...change}, {})).toEqual(fingerprintTags(UPLOAD, {}));
  });

  it.each<[string, Partial<UploadRequest>]>([
    ['its URL', {url: 'https://images.example.com/trainer-2.qcow2'}],
    ['what its URL asks for', {url: 'https://images.example.com/trainer.qcow2?signature=1&file=build-101'}],
    ['architecture', {architecture: 'aarch64'}],
    ['os-type', {os_type: 'windows'}],
    ['os-distro', {os_distro: 'ubuntu'}],
    ['os-version', {os_version: 'ubuntu'}],
    ['hw-firmware-type', {hw_firmware_type: 'uefi'}],
    ['hw-machine-type', {hw_machine_type: 'q35'}],
    ['image-type: baremetal', {is_baremetal: true}],
    ['ssh-key', {ssh_key: 'deny'}],
    ['cow-format', {cow_format: true}],
  ])('depends on %s', (_, change) => {
    expect(fingerprintTags({...UPLOAD, ...change}, {})[FINGERPRINT]).not.toBe(fingerprintTags(UPLOAD, {})[FINGERPRINT]);
  });

  it('depends on the identity of the file alone, if its URL changes each time', () => {
    const identity = 'https://github.com/octo-org/gpu-images/releases/download/v1/trainer.qcow2';
    const signedTwice = ['https://storage.example/1?sig=1', 'https://storage.example/2?sig=2'].map((url) =>
      fingerprintTags({...UPLOAD, url}, {identity}),
    );
    expect(signedTwice[0]).toEqual(signedTwice[1]);
    expect(signedTwice[0]).toEqual(fingerprintTags({...UPLOAD, url: identity}, {}));
  });
});

const SHA256 = 'a'.repeat(64);
const MODIFIED = new Date('2026-01-01T12:00:00Z');
const SAME_URL = UPLOAD.url.replace('signature=1', 'signature=2');
const OTHER_URL = 'https://mirror.example.com/trainer.qcow2';
const CHANGED = 'the file behind the URL has changed since';
const OTHER_SOURCE = 'it was made from another URL';
const OTHER_FILE = 'the file behind the URL has changed since (its SHA-256 differs)';
const OTHER_PROPERTIES =
  'other properties were asked for (architecture, os-*, hw-firmware-type, hw-machine-type, ssh-key, cow-format or image-type)';

/** An upload as it is asked for, with its fingerprint. */
function uploadOf(change: Partial<UploadRequest>, file: FileFacts): UploadRequest {
  const upload = {...UPLOAD, ...change};
  return {...upload, tags: fingerprintTags(upload, file)};
}

/** An image that was made by an upload. */
function imageOf(change: Partial<UploadRequest>, file: FileFacts) {
  return {tags: new Map(Object.entries(uploadOf(change, file).tags))};
}

describe('an image', () => {
  it.each<[string, [string, FileFacts], [string, FileFacts], readonly string[]]>([
    ['nothing else is known', [UPLOAD.url, {}], [SAME_URL, {}], []],
    ['only one side knows more', [UPLOAD.url, {etag: '"a"', sizeBytes: 1, lastModified: MODIFIED}], [SAME_URL, {}], []],
    ['all is equal', [UPLOAD.url, {etag: '"a"', sizeBytes: 1}], [SAME_URL, {etag: '"a"', sizeBytes: 1}], []],
    ['one ETag is weak', [UPLOAD.url, {etag: '"a"', sizeBytes: 1}], [SAME_URL, {etag: 'W/"a"', sizeBytes: 1}], []],
    ['both are weak', [UPLOAD.url, {etag: 'W/"a"'}], [SAME_URL, {etag: 'W/"a"'}], []],
    [
      'the ETag is another',
      [UPLOAD.url, {etag: '"a"', sizeBytes: 1}],
      [SAME_URL, {etag: '"b"', sizeBytes: 1}],
      [CHANGED],
    ],
    [
      'only the ETag is another, as on a mirror',
      [UPLOAD.url, {etag: '"a"', sizeBytes: 1, lastModified: MODIFIED}],
      [SAME_URL, {etag: '"b"', sizeBytes: 1, lastModified: MODIFIED}],
      [],
    ],
    [
      'ETag and time are others',
      [UPLOAD.url, {etag: '"a"', sizeBytes: 1, lastModified: MODIFIED}],
      [SAME_URL, {etag: '"b"', sizeBytes: 1, lastModified: new Date(0)}],
      [CHANGED],
    ],
    [
      'the ETag is another, and no size is known',
      [UPLOAD.url, {etag: '"a"', lastModified: MODIFIED}],
      [SAME_URL, {etag: '"b"', lastModified: MODIFIED}],
      [CHANGED],
    ],
    [
      'the ETag is equal, though the time is another',
      [UPLOAD.url, {etag: '"a"', lastModified: MODIFIED}],
      [SAME_URL, {etag: '"a"', lastModified: new Date(0)}],
      [],
    ],
    [
      'there is no ETag, and the time is another',
      [UPLOAD.url, {sizeBytes: 1, lastModified: MODIFIED}],
      [SAME_URL, {sizeBytes: 1, lastModified: new Date(0)}],
      [CHANGED],
    ],
    [
      'the size is another',
      [UPLOAD.url, {etag: '"a"', sizeBytes: 1}],
      [SAME_URL, {etag: '"a"', sizeBytes: 2}],
      [CHANGED],
    ],
    [
      'the URL is another',
      [UPLOAD.url, {etag: '"a"', sizeBytes: 1}],
      [OTHER_URL, {etag: '"a"', sizeBytes: 1}],
      [OTHER_SOURCE],
    ],
    [
      'the digest is equal, though all else is another',
      [UPLOAD.url, {etag: '"a"', sizeBytes: 1, sha256: SHA256}],
      [OTHER_URL, {etag: '"b"', lastModified: MODIFIED, sha256: SHA256.toUpperCase()}],
      [],
    ],
    [
      'the digest is another, though all else is equal',
      [UPLOAD.url, {etag: '"a"', sizeBytes: 1, sha256: SHA256}],
      [UPLOAD.url, {etag: '"a"', sizeBytes: 1, sha256: 'b'.repeat(64)}],
      [OTHER_FILE],
    ],
    ['one side knows a digest', [UPLOAD.url, {sha256: SHA256}], [OTHER_URL, {}], [OTHER_SOURCE]],
  ])('is compared when %s', (_, [url, file], [laterUrl, laterFile], expected) => {
    expect(differences(imageOf({url}, file), uploadOf({url: laterUrl}, laterFile))).toEqual(expected);
  });

  it('says that the properties differ, besides other differences', () => {
    const image = imageOf({architecture: 'aarch64'}, {sizeBytes: 1});
    expect(differences(image, uploadOf({url: OTHER_URL}, {sizeBytes: 2}))).toEqual([
      OTHER_SOURCE,
      CHANGED,
      OTHER_PROPERTIES,
    ]);
    expect(differences({tags: new Map([['team', 'ml']])}, uploadOf({}, {}))).toEqual([
      'it was not uploaded by this action',
    ]);
  });

  it.each<[FileFacts, FileFacts, string | undefined]>([
    [
      {etag: '"a"', sizeBytes: 1, lastModified: MODIFIED},
      {etag: '"b"', sizeBytes: 1, lastModified: MODIFIED},
      'Last-Modified',
    ],
    [{etag: '"a"', sha256: SHA256}, {etag: '"b"', sha256: SHA256}, 'SHA-256'],
    [{etag: '"a"'}, {etag: 'W/"a"'}, undefined],
    [{}, {etag: '"a"'}, undefined],
  ])('of a file with %j, later with %j, has a note on its ETag: %s', (before, now, expected) => {
    const note = noteOnSame(imageOf({}, before), uploadOf({}, now));
    if (expected === undefined) expect(note).toBeUndefined();
    else expect(note).toContain(expected);
  });
});

describe('the data of a task', () => {
  const list = (tags: object) => Object.entries(tags).map(([key, value]) => ({key, value}));

  it.each<[string, (upload: UploadRequest) => object]>([
    ['with tags as an object', ({name, tags}) => ({name, tags})],
    ['with tags as a list', ({name, tags}) => ({name, tags: list(tags)})],
    ['without tags', ({name, url}) => ({name, args: [{source: url}]})],
  ])('%s matches the same upload with a new signature, and no other upload', (_, dataOf) => {
    const data = (change: Partial<UploadRequest>) => JSON.stringify(dataOf(uploadOf(change, {sizeBytes: 1})));
    const upload = uploadOf({url: `${UPLOAD.url}&file=1`}, {sizeBytes: 1});
    expect(mentionsUpload(data({url: `${SAME_URL}&file=1`}), upload)).toBe(true);
    expect(mentionsUpload(data({url: `${SAME_URL}&file=2`}), upload)).toBe(false);
    expect(mentionsUpload(data({url: `${SAME_URL}&file=1`, name: 'trainer-v1.2.30'}), upload)).toBe(false);
  });

  it('shows by its tags that the URL has another file', () => {
    const data = JSON.stringify({name: UPLOAD.name, tags: fingerprintTags(UPLOAD, {sizeBytes: 1})});
    expect(mentionsUpload(data, uploadOf({}, {sizeBytes: 1}))).toBe(true);
    expect(mentionsUpload(data, uploadOf({}, {sizeBytes: 2}))).toBe(false);
  });
});
