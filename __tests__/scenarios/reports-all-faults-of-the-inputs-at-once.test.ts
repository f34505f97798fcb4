import {expect, it} from '@jest/globals';
import {setStage} from '../fixtures/stage.ts';

it('reports all invalid inputs together, before any request', async () => {
  await using stage = await setStage();
  const {exitCode, commands, outputs} = await stage.upload({
    'api-url': 'http://gcore.example/',
    region: '',
    url: 'ftp://images.example/a.qcow2',
    name: 'feature/x',
    architecture: 'x86-64',
    'os-type': 'Linux',
    'hw-firmware-type': 'bios2',
    'ssh-key': 'yes',
    'cow-format': 'ture',
    tags: 'team\nspace key=1',
    'timeout-minutes': '0',
    'poll-interval-seconds': '301',
    attempts: '-1',
    'attach-to-release': 'on',
  });

  expect(exitCode).toBe(1);
  expect(outputs).toEqual({});
  expect(stage.cloud.journal).toEqual([]);
  const errors = commands.filter(({name}) => name === 'error');
  expect(errors).toHaveLength(1);
  expect(errors[0]?.value.split('\n')).toEqual([
    '15 invalid inputs:',
    '- api-url: "http://gcore.example/"; expected an https URL without user, query and fragment (http is for loopback only)',
    '- region: not given, nor GCORE_CLOUD_REGION_ID in the environment; expected the IDs or names of one or more regions, or all',
    '- url: "ftp://images.example/a.qcow2"; expected an http or https URL, without white space',
    expect.stringMatching(/^- name: "feature\/x"; expected 3 to 63 characters.*; for example feature-x$/),
    '- architecture: "x86-64"; expected one of x86_64, aarch64; did you mean x86_64?',
    '- os-type: "Linux"; expected one of linux, windows; did you mean linux?',
    '- hw-firmware-type: "bios2"; expected one of bios, uefi; did you mean bios?',
    '- ssh-key: "yes"; expected one of allow, deny, required; did you mean allow?',
    '- cow-format: "ture"; expected true or false',
    expect.stringMatching(/^- tags: .*there is no "=" in "team"$/),
    expect.stringMatching(/^- tags: .*the key "space key" holds white space or "="$/),
    '- timeout-minutes: "0"; expected a number of minutes above 0, 7200 at most',
    '- poll-interval-seconds: "301"; expected a whole number from 1 to 300',
    '- attempts: "-1"; expected a whole number from 1 to 10',
    '- attach-to-release: "on"; expected true or false',
    'No request was sent to Gcore. Fix the workflow and run it again.',
    expect.stringMatching(/^More: https:.*#invalid-inputs$/),
  ]);
});

it('refuses tags that this action or a promotion sets, and no others', async () => {
  await using stage = await setStage();
  const given = ['upload-marker=a', 'source-sha256=b', 'channel-stable=2026-11-28T00:00:00Z', 'channel-tv=arte'];
  const {exitCode, log} = await stage.upload({tags: given.join('\n')});

  expect(exitCode).toBe(1);
  expect(log.match(/(?<=but ).*/g)).toEqual([
    'this action sets the key upload-marker itself',
    'this action sets the key source-sha256 itself',
    'the key channel-stable with a time is a promotion, which the promote action sets',
  ]);
  expect(stage.cloud.journal).toEqual([]);
});

it('refuses firmware that the type of image does not support', async () => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({
    'image-type': 'baremetal-gpu',
    'hw-firmware-type': 'bios',
    'hw-machine-type': 'q35',
    region: ',',
  });

  expect(exitCode).toBe(1);
  expect(log).toContain('- hw-firmware-type: "bios"; expected what images of type baremetal-gpu can boot with: uefi');
  expect(log).toContain(
    '- hw-machine-type: "q35"; expected it for instance and baremetal images alone, not for type baremetal-gpu',
  );
  expect(log).toContain('- region: ","; expected the IDs or names of one or more regions, or all');
  expect(stage.cloud.journal).toEqual([]);
});

it('treats an empty string as not given', async () => {
  await using stage = await setStage();
  const {exitCode} = await stage.upload({
    architecture: '',
    'os-distro': '',
    'hw-firmware-type': '',
    tags: '',
    wait: '',
  });

  expect(exitCode).toBe(0);
  expect(stage.cloud.requests('upload')[0]?.body).toMatchObject({architecture: 'x86_64', os_type: 'linux'});
});

it('shows no more of an invalid URL than its path', async () => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({
    url: 'htps://user:hunter22@images.example/a.qcow2?signature=c2lnbmF0dXJl',
  });

  expect(exitCode).toBe(1);
  expect(log).toContain('- url: "htps://images.example/a.qcow2"');
  expect(log).not.toMatch(/hunter22|c2lnbmF0dXJl/);
});

it.each([
  ['a "#"', {'os-type': 'linux#x'}, '- os-type: "linux#x"; expected one of linux, windows; did you mean linux?'],
  ['a "?"', {attempts: '2?'}, '- attempts: "2?"; expected a whole number from 1 to 10'],
  ['an "@"', {architecture: 'arm:64@x'}, '- architecture: "arm:64@x"; expected one of x86_64, aarch64'],
  ['no spaces for 150 characters', {'ssh-key': 'x'.repeat(150)}, `- ssh-key: "${'x'.repeat(99)}…"; expected one of`],
  ['a URL with secrets', {name: 'https://a:hunter22@b/c?sig=d'}, '- name: "https://b/c"; expected 3 to 63 characters'],
  ['a URL with secrets that are long', {url: `ftp://b/c?sig=${'d'.repeat(150)}`}, '- url: "ftp://b/c"; expected'],
])('shows a value unchanged: with %s', async (_, inputs: Record<string, string>, says) => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload(inputs);

  expect(exitCode).toBe(1);
  expect(log).toContain(says);
  expect(log).not.toContain('hunter22');
});

it('refuses if-exists: replace without the wait', async () => {
  await using stage = await setStage();
  const {exitCode, log} = await stage.upload({'if-exists': 'replace', wait: 'false'});

  expect(exitCode).toBe(1);
  expect(log).toContain('- wait: "false"; expected true with if-exists: replace');
  expect(stage.cloud.journal).toEqual([]);
});

it.each([
  ['image-type', 'gpu', 'virtual-gpu'],
  ['image-type', 'VM', 'instance'],
  ['image-type', 'bare-metal', 'baremetal'],
  ['architecture', 'arm64', 'aarch64'],
  ['architecture', 'amd64', 'x86_64'],
])('suggests for %s: %s the value %s', async (input, text, meant) => {
  await using stage = await setStage();
  const {log} = await stage.upload({[input]: text});

  expect(log).toContain(`- ${input}: "${text}"; expected one of `);
  expect(log).toContain(`; did you mean ${meant}?`);
});

it.each(['$GCORE_API_KEY', 'GCORE_API_KEY', 'secrets.GCORE_API_KEY', '%GCORE_API_KEY%'])(
  'takes %s for a name, not for a key',
  async (key) => {
    await using stage = await setStage();
    const {log, exitCode} = await stage.upload({'api-key': key});

    expect(exitCode).toBe(1);
    expect(log).toContain('not the name of a variable or secret');
    expect(stage.cloud.journal).toEqual([]);
  },
);

it.each(['https://api.gcore.com/v3', 'https://api.gcore.com/cloud/v1/', 'https://proxy.example/gcore/v3/gpu'])(
  'says of api-url %s that it has a version in it',
  async (url) => {
    await using stage = await setStage();
    const {log} = await stage.upload({'api-url': url});

    expect(log).toContain(`- api-url: "${url}"; expected the base URL of the API without a version`);
  },
);
