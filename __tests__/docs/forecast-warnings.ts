import {fleetOf} from '../../simulator/simulator.ts';
import {addEarlierImports} from '../fixtures/earlier-imports.ts';
import type {Failure} from './failure.ts';

const GIB = 2 ** 30;
const OURS = {'managed-by': 'upload-gcore-gpu-image', repository: 'octo-org/gpu-images'};

/** What a step warns of before its first upload. */
export const FORECAST_WARNINGS: Readonly<Record<string, Failure>> = {
  'The quota would be exceeded': {
    told: 'warning',
    cloud: {regions: fleetOf(4), quota: {regions: {84: {images: 5}}}},
    play: (stage) => {
      for (const createdAtMs of [1, 2, 3, 4, 5]) {
        const image = {name: `trainer-v${createdAtMs}`, tags: OURS, sizeBytes: GIB, createdAtMs};
        stage.cloud.addImage({...image, projectId: 1, regionId: 84});
      }
      return stage.upload({region: 'Luxembourg-2, Chicago', 'dry-run': 'true'});
    },
  },
  'The time may not be enough': {
    told: 'warning',
    cloud: {regions: fleetOf(27)},
    play: (stage) => {
      addEarlierImports(stage.cloud, [9, 11, 14]);
      return stage.upload({region: 'all', 'dry-run': 'true', 'timeout-minutes': '60'});
    },
  },
};
