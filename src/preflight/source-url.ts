import {BlockList, isIP} from 'node:net';

/** The parameters that make a query a signature, by who signs. */
const SIGNATURES: readonly (readonly string[])[] = [
  ['x-amz-signature'], // S3 and its likes
  ['awsaccesskeyid', 'signature'], // S3, the old way
  ['x-goog-signature'], // Google Cloud Storage
  ['googleaccessid', 'signature'], // Google Cloud Storage, the old way
  ['sv', 'sig'], // Azure SAS
  ['ossaccesskeyid', 'signature'], // Alibaba OSS
  ['key-pair-id', 'signature'], // CloudFront
  ['temp_url_sig', 'temp_url_expires'], // OpenStack Swift
];

/** Parameters that mean nothing without a signature. `sig` and `signature` are not among them: other services use them alone. */
const SIGNING_PARAMETER =
  /^(x-amz-.+|x-goog-.+|x-oss-.+|awsaccesskeyid|googleaccessid|ossaccesskeyid|key-pair-id|policy|expires|s[evrtps]|spr|sip|srt|sk[a-z]+|temp_url_[a-z]+)$/i;

/** RFC 1918, RFC 6598, loopback, link-local, and their likes in IPv6. */
const PRIVATE_NETWORKS: readonly (readonly [address: string, prefix: number])[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
];

/** Whether the query of a URL is what lets its bearer in. */
export function isSigned(url: URL): boolean {
  const names = new Set([...url.searchParams.keys()].map((name) => name.toLowerCase()));
  return SIGNATURES.some((signature) => signature.every((name) => names.has(name)));
}

/** Whether the signature is for certain addresses only, as far as the URL tells: Azure's `sip`. The policy of an S3 bucket is not seen. */
export function isForCertainAddresses(url: URL): boolean {
  return isSigned(url) && url.searchParams.has('sip');
}

/** What certainly happened to the query of a URL on its way into the input. */
export type QueryDamage = 'cut at its first &' | 'a part of its signature' | '&amp; in place of &';

/** What happened to the query of a URL that is refused. A URL that works may look like this too. */
export function queryDamage(url: URL): QueryDamage | undefined {
  const names = [...url.searchParams.keys()];
  if (names.some((name) => name.startsWith('amp;'))) return '&amp; in place of &';
  if (names.length === 0 || isSigned(url) || !names.every((name) => SIGNING_PARAMETER.test(name))) return undefined;
  return names.length === 1 ? 'cut at its first &' : 'a part of its signature';
}

/** Whether only a private network knows the host, as far as its name or address tells. */
export function isPrivateHost({hostname}: URL): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0) return /(^|\.)localhost\.?$/.test(hostname);
  const networks = new BlockList();
  for (const [network, prefix] of PRIVATE_NETWORKS) networks.addSubnet(network, prefix, familyOf(network));
  return networks.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
