import {IMAGE_OUTPUTS, REGION_OUTPUTS} from '../shared/outputs.ts';

/** Every output of the gate. */
export const WAIT_OUTPUTS = [...IMAGE_OUTPUTS, 'ready', ...REGION_OUTPUTS] as const;
