import {describe, expect, it} from '@jest/globals';
import {AwsV4Signer} from 'aws4fetch';
import {isSignedWith, readSignature, type SignedRequest} from '../../simulator/storage/sigv4.ts';

/** The examples of AWS: "Signature Calculations for the Authorization Header" and "Authenticating Requests: Using Query Parameters". */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const ID = 'AKIAIOSFODNN7EXAMPLE';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const HOST = {host: 'examplebucket.s3.amazonaws.com'};
const SCOPE = `${ID}/20130524/us-east-1/s3/aws4_request`;

function byHeader(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  signature: string,
): SignedRequest {
  const all = {...HOST, 'x-amz-content-sha256': EMPTY, 'x-amz-date': '20130524T000000Z', ...headers};
  const signedHeaders = Object.keys(all).sort().join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=${signedHeaders},Signature=${signature}`;
  return {method, target, headers: {...all, authorization}};
}

const SIGNED_URL = `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(SCOPE)}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`;

const EXAMPLES: Readonly<Record<string, SignedRequest>> = {
  'a GET of a range': byHeader(
    'GET',
    '/test.txt',
    {range: 'bytes=0-9'},
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ),
  'a PUT': byHeader(
    'PUT',
    '/test%24file.text',
    {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    },
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ),
  'a query without a value': byHeader(
    'GET',
    '/?lifecycle',
    {},
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ),
  'a query': byHeader(
    'GET',
    '/?max-keys=2&prefix=J',
    {},
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ),
  'a signed URL': {method: 'GET', target: SIGNED_URL, headers: HOST},
};

function holds(request: SignedRequest, secret = SECRET): boolean {
  const signature = readSignature(request);
  return signature !== undefined && isSignedWith(secret, request, signature);
}

describe("the simulator's check of signatures", () => {
  it.each(Object.entries(EXAMPLES))('accepts the published example of %s', (_name, request) => {
    expect(readSignature(request)?.accessKeyId).toBe(ID);
    expect(holds(request)).toBe(true);
  });

  it.each(Object.entries(EXAMPLES))('refuses the published example of %s with anything changed', (_name, request) => {
    expect(holds(request, `${SECRET}x`)).toBe(false);
    expect(holds({...request, method: 'HEAD'})).toBe(false);
    expect(holds({...request, target: request.target.replace(/^\//, '/x')})).toBe(false);
    expect(holds({...request, headers: {...request.headers, host: 'other.s3.amazonaws.com'}})).toBe(false);
  });

  it('agrees with the signer that the action uses', async () => {
    const signer = new AwsV4Signer({
      method: 'PUT',
      url: 'http://127.0.0.1:9000/bucket/a%20b?partNumber=3&uploadId=x%2By',
      headers: {'x-amz-content-sha256': EMPTY, 'x-amz-checksum-sha256': 'c2hh'},
      accessKeyId: ID,
      secretAccessKey: SECRET,
      service: 's3',
      region: 's-region-1',
    });
    const {headers} = await signer.sign();
    const request = {
      method: 'PUT',
      target: '/bucket/a%20b?partNumber=3&uploadId=x%2By',
      headers: {...Object.fromEntries(headers), host: '127.0.0.1:9000'},
    };
    expect(holds(request)).toBe(true);
    expect(holds({...request, headers: {...request.headers, 'x-amz-checksum-sha256': 'other'}})).toBe(false);
  });

  it('finds no signature in a request without one', () => {
    expect(readSignature({method: 'GET', target: '/bucket/image', headers: HOST})).toBeUndefined();
  });
});
