import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {withoutSignature} from '../../src/text/signed-url.ts';

const BASE = 'https://images.example.com/trainer.qcow2';

/** The queries of the signers that people use, each signed anew. */
const SIGNERS: Readonly<Record<string, readonly [once: string, anew: string]>> = {
  S3: [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=0a',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260102%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260102T000000Z&X-Amz-Expires=7200&X-Amz-Security-Token=t&X-Amz-SignedHeaders=host&X-Amz-Signature=0b',
  ],
  'S3, the old way': ['AWSAccessKeyId=A&Expires=1&Signature=a', 'AWSAccessKeyId=B&Expires=2&Signature=b'],
  'Google Cloud Storage': [
    'X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a&X-Goog-Date=1&X-Goog-Expires=1&X-Goog-SignedHeaders=host&X-Goog-Signature=a',
    'x-goog-signature=b&X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=b&X-Goog-Date=2&X-Goog-Expires=2&X-Goog-SignedHeaders=host',
  ],
  'Google, the old way': ['GoogleAccessId=a&Expires=1&Signature=a', 'GoogleAccessId=b&Expires=2&Signature=b'],
  'Azure SAS': [
    'sv=2024-11-04&st=2026-01-01T00%3A00%3A00Z&se=2026-01-02&sr=b&sp=r&spr=https&sip=1.2.3.4&sig=a%3D',
    'sv=2025-01-05&se=2026-02-02&sr=b&sp=r&sig=b%3D',
  ],
  'Azure, by a user': [
    'sp=r&st=1&se=2&skoid=o&sktid=t&skt=1&ske=2&sks=b&skv=3&sv=4&sr=b&sig=a',
    'sp=r&st=3&se=4&skoid=o&sktid=t&skt=3&ske=4&sks=b&skv=4&sv=5&sr=b&sig=b',
  ],
  CloudFront: ['Policy=a&Signature=a&Key-Pair-Id=A', 'Expires=2&Signature=b&Key-Pair-Id=B&Hash-Algorithm=SHA256'],
  'Alibaba OSS': [
    'x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=1&x-oss-expires=1&x-oss-credential=a&x-oss-signature=a',
    'OSSAccessKeyId=B&Expires=2&Signature=b',
  ],
  'Tencent COS': [
    'q-sign-algorithm=sha1&q-ak=A&q-sign-time=1;2&q-key-time=1;2&q-header-list=host&q-url-param-list=&q-signature=a',
    'q-sign-algorithm=sha1&q-ak=A&q-sign-time=3;4&q-key-time=3;4&q-header-list=host&q-url-param-list=&q-signature=b',
  ],
  'OpenStack Swift': ['temp_url_sig=a&temp_url_expires=1', 'temp_url_sig=b&temp_url_expires=2'],
  'S3, by the SDK': ['X-Amz-Signature=a&x-id=GetObject&x-amz-checksum-mode=ENABLED', 'X-Amz-Signature=b'],
  'Volcengine TOS': [
    'X-Tos-Algorithm=A&X-Tos-Credential=a&X-Tos-Date=1&X-Tos-Expires=1&X-Tos-SignedHeaders=host&X-Tos-Signature=a',
    'X-Tos-Algorithm=A&X-Tos-Credential=b&X-Tos-Date=2&X-Tos-Expires=2&X-Tos-SignedHeaders=host&X-Tos-Signature=b',
  ],
  'Huawei OBS': ['AccessKeyId=A&Expires=1&Signature=a&x-obs-security-token=t', 'AccessKeyId=B&Expires=2&Signature=b'],
  SharePoint: ['tempauth=a', 'tempauth=b'],
  'a token': ['token=a&expires=1', 'token=b&expires=2'],
};

describe('a URL without its signature', () => {
  it.each(Object.entries(SIGNERS))('is the same when it is signed anew: %s', (_, [once, anew]) => {
    expect(withoutSignature(`${BASE}?${once}`)).toBe(BASE);
    expect(withoutSignature(`https://me:pw@images.example.com/trainer.qcow2?${anew}#part`)).toBe(BASE);
    for (const separator of ['&', ';']) {
      const among = [once, anew].map((query) => withoutSignature(`${BASE}?file=a${separator}${query}&v=2`));
      expect(among).toEqual([`${BASE}?file=a&v=2`, `${BASE}?file=a&v=2`]);
    }
  });

  it.each([
    ['file=build-100.qcow2', 'file=build-101.qcow2'],
    ['file=a&sig=x', 'file=b&sig=x'],
    ['build-100', 'build-101'],
    ['sv=100', 'sv=101'],
    ['se=1', 'se=2'],
    ['expires=1', 'expires=2'],
    ['key=images/a.qcow2', 'key=images/b.qcow2'],
    ['object-key=a&sig=1', 'object-key=b&sig=1'],
    ['f=a+b', 'f=a%2Bb'],
    ['blob_key=a', 'blob_key=b'],
    ['pathKey=a&sig=1', 'pathKey=b&sig=1'],
    ['policy=a', 'policy=b'],
    ['snapshot=2026-01-01&sv=1&sig=x', 'snapshot=2026-01-02&sv=1&sig=x'],
    ['x-oss-process=a&x-oss-signature=s', 'x-oss-process=b&x-oss-signature=s'],
    ['x-build-date=1', 'x-build-date=2'],
    ['versionId=1&X-Amz-Signature=a', 'versionId=2&X-Amz-Signature=a'],
    ['v=1', ''],
    ['a=1&a=2', 'a=2&a=1'],
  ])('differs for ?%s and ?%s, which may be two files', (one, other) => {
    expect(withoutSignature(`${BASE}?${one}`)).not.toBe(withoutSignature(`${BASE}?${other}`));
  });

  it.each([
    ['/p/token-of-january/n/ns/b/images/o/trainer.qcow2', '/p/token-of-may/n/ns/b/images/o/trainer.qcow2'],
    ['/gr%c3%b6%C3%9Fe', '/gr%C3%B6%C3%9Fe'],
    ['/%7Eteam/%41.qcow2', '/~team/A.qcow2'],
    ['/x?file=%7Ea', '/x?file=~a'],
  ])('is the same for %s and %s', (one, other) => {
    expect(withoutSignature(`https://h${one}`)).toBe(withoutSignature(`https://h${other}`));
  });

  it('keeps a part of the path that only looks like a token', () => {
    expect(withoutSignature('https://h/p/a/n/x.qcow2')).toBe('https://h/p/a/n/x.qcow2');
    expect(withoutSignature('https://h/a%2Fb')).not.toBe(withoutSignature('https://h/a/b'));
  });

  it('does not depend on the order of its parameters, or on the position of the signature', () => {
    const anyParameters = fc.uniqueArray(
      fc.tuple(fc.stringMatching(/^[b-f]{1,3}$/), fc.stringMatching(/^[a-z0-9%2f.]{0,5}$/)),
      {
        selector: ([name]) => name,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(anyParameters, fc.nat(5), fc.nat(5), (parameters, at, rotation) => {
        const pairs = parameters.map((pair) => pair.join('='));
        const signed = pairs.toSpliced(at, 0, 'sig=abc', 'se=2026');
        const turned = [...signed.slice(rotation), ...signed.slice(0, rotation)];
        expect(withoutSignature(`${BASE}?${turned.join('&')}`)).toBe(withoutSignature(`${BASE}?${pairs.join('&')}`));
      }),
    );
  });
});
