import {IMAGE_OUTPUTS, REGION_OUTPUTS} from '../shared/outputs.ts';

/** Every output of the upload. */
export const UPLOAD_OUTPUTS = [...IMAGE_OUTPUTS, 'created', ...REGION_OUTPUTS, 'sha256'] as const;
