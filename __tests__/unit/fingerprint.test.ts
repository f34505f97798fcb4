import {describe, expect, it} from '@jest/globals';
import type {UploadRequest} from '../../src/gcore/gcore.ts';
import {fingerprintTags} from '../../src/images/fingerprint.ts';

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
  it('is the one that images bear already: with another, none of them would be known for the same', () => {
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
    ['architecture', {architecture: 'aarch64'}],
    ['os-type', {os_type: 'windows'}],
    ['os-distro', {os_distro: 'ubuntu'}],
    ['os-version', {os_version: 'ubuntu'}],
    ['hw-firmware-type', {hw_firmware_type: 'uefi'}],
    ['ssh-key', {ssh_key: 'deny'}],
    ['cow-format', {cow_format: true}],
  ])('depends on %s', (_, change) => {
    expect(fingerprintTags({...UPLOAD, ...change}, {})[FINGERPRINT]).not.toBe(fingerprintTags(UPLOAD, {})[FINGERPRINT]);
  });

  it('depends on the identity of the file alone, where its URL is another each time', () => {
    const identity = 'https://github.com/octo-org/gpu-images/releases/download/v1/trainer.qcow2';
    const signedTwice = ['https://storage.example/1?sig=1', 'https://storage.example/2?sig=2'].map((url) =>
      fingerprintTags({...UPLOAD, url}, {identity}),
    );
    expect(signedTwice[0]).toEqual(signedTwice[1]);
    expect(signedTwice[0]).toEqual(fingerprintTags({...UPLOAD, url: identity}, {}));
  });
});
