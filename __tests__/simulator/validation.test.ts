import {describe, expect, it} from '@jest/globals';
import {call, INSTANCE_UPLOAD, post, StandingClock, serveImage, simulate, task, upload, VIRTUAL} from './stage.ts';

const GOOD = {name: 'my-image', url: 'https://images.example/image.raw'};

const FAULTS: ReadonlyArray<readonly [string, unknown]> = [
  ['name', 'no'],
  ['name', '-begins-with-a-dash'],
  ['name', 'a'.repeat(64)],
  ['name', 5],
  ['url', 'not a url'],
  ['url', 'ftp://images.example/image.raw'],
  ['architecture', 'riscv64'],
  ['os_type', 'beos'],
  ['os_distro', 7],
  ['os_version', 24.04],
  ['ssh_key', 'maybe'],
  ['hw_firmware_type', 'coreboot'],
  ['cow_format', 'yes'],
  ['hw_machine_type', 'q35'],
  ['tags', ['a']],
  ['tags', {'two words': 'x'}],
  ['tags', {key: ''}],
  ['tags', {key: ' x'}],
  ['tags', {key: 'x'.repeat(256)}],
  ['tags', {key: 5}],
];

describe('validation of an upload', () => {
  it.each(FAULTS)('refuses %s: %j', async (field, value) => {
    const simulator = await simulate();
    const reply = await post(simulator, VIRTUAL, {...GOOD, [field]: value});
    expect(reply).toMatchObject({
      status: 400,
      body: {exception_class: 'ValidationError', invalid_fields: {[field]: [expect.any(String)]}},
    });
    expect(await simulator.tasks()).toEqual([]);
  });

  it('names all fields at fault together', async () => {
    const {body} = await post(await simulate(), VIRTUAL, {architecture: 'arm', name: '?'});
    expect(body).toMatchObject({
      invalid_fields: {name: [expect.any(String)], url: ['field is required'], architecture: [expect.any(String)]},
    });
  });

  it.each([
    ['is_baremetal', 'no'],
    ['hw_machine_type', 'pc'],
    ['architecture', null],
    ['os_type', null],
  ])('of an instance image refuses %s: %j', async (field, value) => {
    const reply = await post(await simulate(), INSTANCE_UPLOAD, {...GOOD, [field]: value});
    expect(reply).toMatchObject({status: 400, body: {invalid_fields: {[field]: [expect.any(String)]}}});
  });
});

describe('the body of an upload', () => {
  it.each(['{', '[]', '"text"', ''])('refuses the body %j', async (body) => {
    expect(await post(await simulate(), VIRTUAL, body)).toMatchObject({status: 400});
  });

  it('lets the longest name and the longest tag pass, and carries everything over to the image', async () => {
    const simulator = await simulate({clock: new StandingClock()});
    const source = await serveImage();
    const given = {
      name: 'a'.repeat(63),
      tags: {['k'.repeat(255)]: 'v'.repeat(255), 'with=': 'never'},
      architecture: 'aarch64',
      os_type: 'windows',
      os_distro: 'ubuntu',
      os_version: '24.04',
      ssh_key: 'deny',
      hw_firmware_type: 'uefi',
      cow_format: true,
    };
    expect(await post(simulator, VIRTUAL, {...given, url: source.url})).toMatchObject({status: 400});
    const tags = {['k'.repeat(255)]: 'v'.repeat(255), team: 'a b c'};
    const id = await upload(simulator, source.url, {...given, tags});
    await task(simulator, id);
    const [image] = await simulator.images();
    const {cow_format: _cowFormat, ...shown} = given;
    const tagList = Object.entries(tags).map(([key, value]) => ({key, value, read_only: false}));
    const {body} = await call(simulator, `${VIRTUAL}/${image?.id}`);
    expect(body).toMatchObject({...shown, tags: tagList, disk_format: 'raw', visibility: 'private'});
  });

  it.each([true, false])('has the tags in the data of the task: %p', async (taskDataHoldsTags) => {
    const simulator = await simulate({clock: new StandingClock(), taskDataHoldsTags});
    const {url} = await serveImage();
    const id = await upload(simulator, url, {tags: {marker: 'abc'}});
    const data = {name: 'my-image', url, ...(taskDataHoldsTags && {tags: {marker: 'abc'}})};
    expect(await task(simulator, id)).toMatchObject({task_type: 'download_image', data});
    expect((await simulator.tasks())[0]?.data).toEqual(data);
  });
});
