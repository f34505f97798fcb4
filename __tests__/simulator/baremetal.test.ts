import {describe, expect, it} from '@jest/globals';
import {
  BAREMETAL_LIST,
  call,
  INSTANCE,
  INSTANCE_UPLOAD,
  post,
  results,
  StandingClock,
  serveImage,
  simulate,
  upload,
} from './stage.ts';

describe('images for bare metal servers', () => {
  it('are in a list of their own, and are got by ID from the endpoint of instance images', async () => {
    const simulator = await simulate();
    const {id} = simulator.addImage({type: 'baremetal', name: 'of-metal'});
    simulator.addImage({type: 'instance', name: 'of-instances'});
    expect(await results(simulator, BAREMETAL_LIST)).toMatchObject([{id, is_baremetal: true, visibility: 'shared'}]);
    expect(await results(simulator, INSTANCE)).toMatchObject([{name: 'of-instances', is_baremetal: false}]);
    expect((await call(simulator, `${INSTANCE}/${id}`)).body).toMatchObject({name: 'of-metal'});
    expect(await call(simulator, `${BAREMETAL_LIST}/${id}`)).toMatchObject({status: 404});
  });

  it('move from one list to the other by PATCH', async () => {
    const simulator = await simulate();
    const {id} = simulator.addImage({type: 'instance', name: 'my-image'});
    const change = {method: 'PATCH', body: {is_baremetal: true}};
    expect(await call(simulator, `${INSTANCE}/${id}`, change)).toMatchObject({body: {is_baremetal: true}});
    expect(await results(simulator, BAREMETAL_LIST)).toMatchObject([{id}]);
    expect(await results(simulator, INSTANCE)).toEqual([]);
  });

  it.each(['i440', 'q35'])('keep the chipset %s that was asked for', async (chipset) => {
    const simulator = await simulate({clock: new StandingClock()});
    const {url} = await serveImage();
    const fields = {hw_machine_type: chipset, hw_firmware_type: 'uefi'};
    await upload(simulator, url, {...fields, is_baremetal: true}, INSTANCE_UPLOAD);
    await upload(simulator, url, fields, INSTANCE_UPLOAD);
    for (const list of [BAREMETAL_LIST, INSTANCE]) expect(await results(simulator, list)).toMatchObject([fields]);
    expect(simulator.violations).toEqual([]);
  });

  it('are refused in a region without bare metal servers, and those of instances are not', async () => {
    const simulator = await simulate({regions: [{id: 7, name: 'Luxembourg-2', hasBaremetal: false}]});
    const body = {name: 'my-image', url: 'https://images.example/image.raw'};
    const refusal = {status: 404, body: {message: expect.stringContaining('Bare Metal is not available')}};
    expect(await post(simulator, INSTANCE_UPLOAD, {...body, is_baremetal: true})).toMatchObject(refusal);
    expect(await call(simulator, BAREMETAL_LIST)).toMatchObject(refusal);
    expect(await post(simulator, INSTANCE_UPLOAD, body)).toMatchObject({status: 200});
  });
});
