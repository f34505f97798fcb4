import {expect, it} from '@jest/globals';
import {setStage, URL_SECRET} from '../fixtures/stage.ts';

it.each([
  ['instance', {}],
  ['baremetal', {is_baremetal: true}],
])('sends the fields of images of type %s', async (imageType, fields) => {
  await using stage = await setStage();
  const {exitCode, outputs} = await stage.upload({'image-type': imageType, 'hw-machine-type': 'q35'});

  expect(exitCode).toBe(0);
  const [{body, path} = {body: {}, path: ''}] = stage.cloud.requests('upload');
  expect(path).toBe('/cloud/v1/downloadimage/1/7');
  expect(body).toMatchObject({hw_machine_type: 'q35', ...fields});
  expect('is_baremetal' in (body as object)).toBe('is_baremetal' in fields);
  expect(JSON.parse(outputs['image'] ?? '')).toMatchObject({hw_machine_type: 'q35'});
});

it('sends numbers of tags in JSON as they are written', async () => {
  await using stage = await setStage();
  await stage.upload({
    tags: '{"cuda": 13.0, "ubuntu": 24.10, "build": 20260101123456789012}',
    'provenance-tags': 'false',
  });

  const tags = {cuda: '13.0', ubuntu: '24.10', build: '20260101123456789012'};
  expect(stage.cloud.requests('upload')[0]?.body).toMatchObject({tags});
});

it('sends exactly what was requested, and nothing else', async () => {
  await using stage = await setStage();
  await stage.upload({name: 'plain', 'provenance-tags': 'false'});
  await stage.upload({
    name: 'with everything',
    architecture: 'aarch64',
    'os-type': 'windows',
    'os-distro': 'Windows Server',
    'os-version': '2025',
    'hw-firmware-type': 'uefi',
    'ssh-key': 'required',
    'cow-format': 'true',
    tags: 'query=a=b&c=d\nteam = ml platform',
    'provenance-tags': 'False',
  });

  const [plain, full] = stage.cloud.requests('upload').map(({body}) => body);
  const url = `${stage.host.url}?signature=${URL_SECRET}`;
  const fingerprint = expect.stringMatching(/^[0-9a-f]{16}-[0-9a-f]{16}$/);
  const marker = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(plain).toEqual({
    name: 'plain',
    url,
    architecture: 'x86_64',
    os_type: 'linux',
    ssh_key: 'allow',
    cow_format: false,
    tags: {'upload-marker': marker, 'source-fingerprint': fingerprint, 'source-bytes': '262144'},
  });
  expect(full).toEqual({
    name: 'with everything',
    url,
    architecture: 'aarch64',
    os_type: 'windows',
    os_distro: 'Windows Server',
    os_version: '2025',
    hw_firmware_type: 'uefi',
    ssh_key: 'required',
    cow_format: true,
    tags: {
      query: 'a=b&c=d',
      team: 'ml platform',
      'upload-marker': marker,
      'source-fingerprint': fingerprint,
      'source-bytes': '262144',
    },
  });
});
