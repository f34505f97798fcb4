import {describe, expect, it} from '@jest/globals';
import {ExplainedError} from '../../src/errors.ts';
import {look, rawDisk, SECRET, serve, statuses, store} from './stage.ts';

const MIB = 2 ** 20;
const HOW = 'Gcore fetches the image without credentials: first HEAD, and GET only if that goes well.';
const BOTH =
  'Use a URL that answers HEAD as well as GET: a public object, or a signature for both (Azure SAS, Google Cloud Storage, CloudFront, Swift). S3 signs for one method only.';

describe('a status that every client gets', () => {
  const THERE = 'Check the input url, and that the file is uploaded there before this step.';

  it.each([
    [404, 'There is no image at the URL', THERE],
    [410, 'There is no image at the URL', THERE],
    [401, "The image's URL is not open to everyone", /^Use a URL that needs no login\. .* set preflight to false\.$/],
    [403, "The image's URL is not open to everyone", /^Make the object public .* set preflight to false\.$/],
    [405, "The image's URL does not take the method", BOTH],
    [501, "The image's URL does not take the method", BOTH],
    [400, "The image's URL leads to no image", 'Check the input url.'],
    [304, "The image's URL leads to no image", 'Check the input url.'],
  ])('%i is refused, to both methods and to GET', async (status, what, next) => {
    const both = await serve(statuses(status, status));
    const {error} = await look(both.url);
    const isFinal = status === 410 || status === 304;
    expect(error).toBeInstanceOf(ExplainedError);
    expect(error).toMatchObject({
      what: `${what}: HEAD ${both.url} was answered ${status}${isFinal ? '' : `, GET ${status}`}.`,
      next: typeof next === 'string' ? next : expect.stringMatching(next),
    });
    expect(both.seen.map(({method}) => method)).toEqual(isFinal ? ['HEAD'] : ['HEAD', 'GET']);

    // A server may answer that to the range alone.
    if (status === 400) return;
    const get = await serve(statuses(200, status));
    expect((await look(get.url)).error).toMatchObject({what: `${what}: GET ${get.url} was answered ${status}.`});
  });

  it('is explained by how Gcore fetches', async () => {
    for (const status of [401, 403, 405, 501]) {
      const host = await serve(statuses(status, status));
      expect((await look(host.url)).error).toMatchObject({known: expect.arrayContaining([HOW])});
    }
  });

  it('is not explained with object stores if it is 401', async () => {
    const host = await serve(statuses(401, 401));
    expect(String((await look(host.url)).error)).not.toMatch(/object/i);
  });

  it('counts if GET has only a warning', async () => {
    const host = await serve(statuses(404, 503));
    expect((await look(host.url)).error).toMatchObject({
      what: `There is no image at the URL: HEAD ${host.url} was answered 404.`,
    });
  });
});

describe('a HEAD that is refused, with a GET that is not', () => {
  it.each([400, 401, 403, 404, 405, 501])('is that of a URL that is signed for GET: %i', async (status) => {
    const host = await serve(statuses(status, 200));
    expect((await look(`${host.url}?token=${SECRET}`)).error).toMatchObject({
      what: `The image's URL is signed for GET only: HEAD ${host.url} was answered ${status}, GET 206.`,
      known: [HOW],
      next: BOTH,
    });
    expect((await look(host.url)).error).toMatchObject({
      what: `The image's URL answers GET, but not HEAD: HEAD ${host.url} was answered ${status}, GET 206.`,
      next: BOTH,
    });
  });
});

describe('a URL whose query was damaged', () => {
  it.each([
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    'X-Goog-Algorithm=GOOG4-RSA-SHA256',
    'AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE',
    'GoogleAccessId=me@example.com',
    'Expires=1783500000',
    'sv=2024-11-04',
    'sp=r',
    'temp_url_sig=0f1e2d3c',
    'Policy=eyJTdGF0ZW1lbnQi',
  ])('is reported as cut at its first & if it is refused: ?%s', async (query) => {
    for (const status of [400, 403, 404, 409]) {
      const host = await serve(statuses(status, status));
      expect((await look(`${host.url}?${query}`)).error).toMatchObject({
        what: expect.stringMatching(
          new RegExp(`^The image's URL is cut at its first &: HEAD \\S+ was answered ${status}`),
        ),
        next: expect.stringContaining('Quote the URL'),
      });
    }
  });

  it.each([
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE',
    'sv=2024-11-04&sr=b&sp=r',
    'GoogleAccessId=me@example.com&Expires=1783500000',
  ])('is reported to have only a part of its signature if it is refused: ?%s', async (query) => {
    const host = await serve(statuses(403, 403));
    expect((await look(`${host.url}?${query}`)).error).toMatchObject({
      what: `The image's URL has only a part of its signature: HEAD ${host.url} was answered 403, GET 403.`,
      next: expect.stringContaining('as it was signed'),
    });
  });

  it('is reported to contain &amp; if it is refused', async () => {
    const host = await serve(statuses(403, 403));
    const {error, shown} = await look(`${host.url}?sv=2024-11-04&amp;sr=b&amp;sp=r&amp;sig=${SECRET}`);
    expect(error).toMatchObject({
      what: `The image's URL has &amp; in place of &: HEAD ${host.url} was answered 403, GET 403.`,
      next: expect.stringMatching(/^Write & between the parameters/),
    });
    expect(shown).not.toContain(SECRET);
  });

  it.each(['a=1&amp;b=2', 'sv=2024-11-04', 'version=3'])('is not reported if it works: ?%s', async (query) => {
    const host = await serve(store(rawDisk()));
    expect((await look(`${host.url}?${query}`)).facts).toMatchObject({format: 'raw', warnings: []});
  });

  it.each(['version=3', 'sig=1', 'signature=1', 'token=1'])(
    'is not called cut where ?%s may be all of it',
    async (query) => {
      const host = await serve(statuses(403, 403));
      expect((await look(`${host.url}?${query}`)).error).toMatchObject({
        what: expect.stringContaining('not open to everyone'),
      });
    },
  );
});

describe('a status that may be temporary', () => {
  it.each([407, 408, 425, 429, 431, 451, 500, 502, 503, 504])(
    '%i is a warning, for HEAD and for GET',
    async (status) => {
      const head = await serve(statuses(status, 200));
      expect((await look(head.url)).facts).toEqual({
        warnings: [
          `The image's URL could not be checked: HEAD ${head.url} was answered ${status}. Gcore fetches it from its own network, so the import may still succeed.`,
        ],
      });
      expect(head.seen.map(({method}) => method)).toEqual(['HEAD']);

      const get = await serve(statuses(200, status));
      expect((await look(get.url)).facts).toMatchObject({
        sizeBytes: MIB,
        warnings: [expect.stringContaining(`GET ${get.url} was answered ${status}.`)],
      });
    },
  );

  it.each([401, 403])('%i is a warning if the URL contains a user and password, which are not sent', async (status) => {
    const host = await serve(statuses(status, 200));
    const {facts, shown} = await look(host.url.replace('//', `//user:${SECRET}@`));
    expect(facts?.warnings).toEqual([
      "The image's URL holds a user and password: this check does not use them, and Gcore may not either.",
      expect.stringContaining(`HEAD ${host.url} was answered ${status}.`),
    ]);
    expect(host.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(shown).not.toContain(SECRET);
  });
});

describe('a signed URL', () => {
  const queries = [
    `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-Signature=${SECRET}`,
    `AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1783500000&Signature=${SECRET}`,
    `X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature=${SECRET}`,
    `GoogleAccessId=me@example.com&Expires=1783500000&Signature=${SECRET}`,
    `sv=2024-11-04&sr=b&sp=r&sig=${SECRET}`,
    `OSSAccessKeyId=LTAI5t&Expires=1783500000&Signature=${SECRET}`,
    `Expires=1783500000&Signature=${SECRET}&Key-Pair-Id=K2JCJMDEHXQW5F`,
    `temp_url_sig=${SECRET}&temp_url_expires=1783500000`,
  ];

  it.each(queries)('that ends in ?%s is explained where only HEAD is refused', async (query) => {
    const host = await serve(statuses(403, 200));
    const {error, shown} = await look(`${host.url}?${query}`);
    expect(error).toMatchObject({
      name: 'ExplainedError',
      what: `The image's URL is signed for GET only: HEAD ${host.url} was answered 403, GET 206.`,
      known: [HOW],
      next: BOTH,
    });
    expect(shown).not.toContain(SECRET);
    expect(host.seen.map(({url}) => url)).toEqual([`/image.qcow2?${query}`, `/image.qcow2?${query}`]);
  });

  it.each([
    [403, 403, 'HEAD $ was answered 403, GET 403'],
    [400, 401, 'HEAD $ was answered 400, GET 401'],
    [200, 403, 'HEAD $ was answered 200, GET 403'],
    [403, 503, 'HEAD $ was answered 403'],
  ])('that is answered %i to HEAD and %i to GET must be signed again', async (head, get, answered) => {
    const host = await serve(statuses(head, get));
    const {error, shown} = await look(`${host.url}?${queries[0]}`);
    expect(error).toMatchObject({
      what: `The signature in the image's URL is refused: ${answered.replace('$', host.url)}.`,
      known: [
        'It has expired, or is not for this object and both methods. Or it is limited to certain addresses: then the URL may be open to Gcore and not to this runner.',
        HOW,
      ],
      next: `Sign it again, for some hours. ${BOTH} If it is limited to Gcore's addresses, set preflight to false.`,
    });
    expect(shown).not.toContain(SECRET);
  });

  it.each([
    [404, 404],
    [403, 404],
  ])('that is answered %i to HEAD and %i to GET leads to no image', async (head, get) => {
    const host = await serve(statuses(head, get));
    expect((await look(`${host.url}?${queries[0]}`)).error).toMatchObject({
      what: expect.stringMatching(/^There is no image at the URL: .*, GET 404\.$/),
    });
  });

  it('is recognised also after a redirect', async () => {
    const host = await serve((request, response) =>
      request.url?.startsWith('/signed')
        ? statuses(403, 200)(request, response)
        : response.writeHead(302, {location: `/signed?${queries[0]}`}).end(),
    );
    const {error, shown} = await look(host.url);
    expect(error).toMatchObject({
      what: `The image's URL is signed for GET only: HEAD ${host.url}, redirected to ${new URL(host.url).host}, was answered 403, GET 206.`,
    });
    expect(shown).not.toContain(SECRET);
  });

  it('that works is checked like any other', async () => {
    const host = await serve(store(rawDisk()));
    const {facts, shown} = await look(`${host.url}?${queries[0]}`);
    expect(facts).toMatchObject({format: 'raw', warnings: []});
    expect(shown).not.toContain(SECRET);
  });

  it.each([401, 403])('that is for certain addresses only is a warning if it is answered %i', async (status) => {
    const host = await serve(statuses(status, status));
    const {facts, shown} = await look(`${host.url}?sv=2024-11-04&sr=b&sp=r&sip=192.0.2.1-192.0.2.9&sig=${SECRET}`);
    expect(facts?.warnings).toEqual([
      `The image's URL could not be checked: HEAD ${host.url} was answered ${status}, and its signature is for certain addresses only (sip): it may be open to Gcore and not to this runner. "preflight: false" leaves this check out. Gcore fetches it from its own network, so the import may still succeed.`,
    ]);
    expect(shown).not.toContain(SECRET);
  });

  it('is not recognised if a part of the signature is missing', async () => {
    const host = await serve(statuses(403, 403));
    expect((await look(`${host.url}?sv=1&Signature=${SECRET}`)).error).toMatchObject({
      what: expect.stringContaining('not open to everyone'),
    });
  });
});
