import {describe, expect, it} from '@jest/globals';
import {isPrivateHost} from '../../src/preflight/source-url.ts';

describe('a host', () => {
  it.each([
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '0x7f.1', // Which URL makes 127.0.0.1 of.
    '[::1]',
    '[fd12::1]',
    '[fe80::1]',
    '[::ffff:10.0.0.1]',
    'localhost',
    'images.localhost',
  ])('is private if it is %s', (host) => {
    expect(isPrivateHost(new URL(`https://${host}:8443/image.raw`))).toBe(true);
  });

  it.each([
    '8.8.8.8',
    '11.0.0.1',
    '100.128.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '[2001:db8::1]',
    '[::2]',
    'images.example.com',
    'notlocalhost',
    'localhost.example.com',
    '10.example.com',
  ])('is not recognised as private if it is %s', (host) => {
    expect(isPrivateHost(new URL(`https://${host}/image.raw`))).toBe(false);
  });
});
