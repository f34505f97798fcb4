import {beforeEach, describe, expect, it} from '@jest/globals';
import {startSimulator} from '../../simulator/simulator.ts';
import {s3PlaceOf} from '../../src/storage/endpoint.ts';
import {elementsOf, failureOf, textsOf} from '../../src/storage/s3-answers.ts';
import {itSpeaksWith, type S3Server} from './s3-scenarios.ts';
import {closeAfterwards, LOCATION} from './stage.ts';

async function simulated(): Promise<S3Server> {
  const simulator = await startSimulator();
  closeAfterwards(() => simulator.close());
  const {storage} = simulator;
  const {id, keys} = storage.addStorage('storage', LOCATION);
  const [key] = keys.values();
  let buckets = 0;
  return {
    endpoint: new URL(storage.s3Url),
    region: 's-region-1',
    credentials: {accessKeyId: key?.id ?? '', secretAccessKey: key?.secret ?? ''},
    makeBucket: async () => {
      buckets += 1;
      return storage.addBucket(id, `bucket-${buckets}`).name;
    },
    setPublic: async (name, isPublic) => {
      const bucket = storage.buckets().find((one) => one.name === name);
      if (bucket !== undefined) bucket.isPublic = isPublic;
    },
  };
}

describe('the S3 client with the simulated S3', () => {
  let server: S3Server;
  beforeEach(async () => {
    server = await simulated();
  });
  itSpeaksWith(() => server);
});

describe('the address of S3', () => {
  const storage = {id: 1, name: 'x', locationName: LOCATION, status: 'active'};
  const location = {name: LOCATION, technicalName: 's-region-1'};
  const older = 'https://s-region-1.cloud.gcore.lu';

  it.each([
    ['luxembourg-2.storage.gcore.dev', ['https://luxembourg-2.storage.gcore.dev', older]],
    ['luxembourg-2.storage.gcore.dev:8443', ['https://luxembourg-2.storage.gcore.dev:8443', older]],
    ['http://luxembourg-2.storage.gcore.dev/', ['https://luxembourg-2.storage.gcore.dev', older]],
    ['127.0.0.1:9000', ['http://127.0.0.1:9000', older]],
    ['localhost:9000', ['http://localhost:9000', older]],
    ['[::1]:9000', ['http://[::1]:9000', older]],
    ['localhost.example', ['https://localhost.example', older]],
    ['not-localhost', ['https://not-localhost', older]],
    ['user@luxembourg-2.storage.gcore.dev/path', ['https://luxembourg-2.storage.gcore.dev', older]],
    ['', [older]],
  ])('is read from the address "%s"', (address, expected) => {
    const {endpoints, region} = s3PlaceOf({...storage, address}, location);
    expect(endpoints.map(({origin}) => origin)).toEqual(expected);
    expect(region).toBe('s-region-1');
  });

  it('is only the given one if the location accepts no new storages', () => {
    expect(s3PlaceOf({...storage, address: 'a.example'}, undefined)).toEqual({
      endpoints: [new URL('https://a.example')],
      region: LOCATION,
    });
    expect(() => s3PlaceOf({...storage, address: 'no host'}, undefined)).toThrow('an address that is none');
  });
});

describe('an answer of S3', () => {
  it('is read with its entities', () => {
    const xml = '<Key>a&amp;b&#x20AC;&#60;&unknown;&#x110000;</Key><Key xmlns="x">c</Key><Key></Key><Keys>no</Keys>';
    expect(textsOf(xml, 'Key')).toEqual(['a&b€<&unknown;&#x110000;', 'c', '']);
    expect(elementsOf('<Part>\n<a>1</a></Part><Part x="y">2</Part>', 'Part')).toEqual(['\n<a>1</a>', '2']);
  });

  it('has an error with inert text', () => {
    const body = '<Error xmlns="x"><Code>Slow\nDown</Code><Message>::error::no</Message></Error>';
    expect(failureOf(body)).toEqual({code: 'Slow Down', message: ': :error::no'});
    expect(failureOf('<Result><ErrorCount>0</ErrorCount></Result>')).toBeUndefined();
  });
});
