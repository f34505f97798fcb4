import {expect, it} from '@jest/globals';
import {setStage, URL_SECRET} from '../fixtures/stage.ts';

it('sends exactly what was asked, and nothing that was not', async () => {
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
