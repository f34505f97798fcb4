import type {Scope} from './scope.ts';

interface ImageTypeFacts {
  /** Where an upload is asked for. */
  uploadPath(scope: Scope): string;
  /** Where images are listed, and below which each one is. */
  imagesPath(scope: Scope): string;
  /** Firmware that images of this type may boot with. */
  readonly firmware: readonly string[];
  /** Whether an image can be asked for its price. */
  readonly hasPrices: boolean;
}

const virtualGpu = ({projectId, regionId}: Scope) => `/cloud/v3/gpu/virtual/${projectId}/${regionId}/images`;
const baremetalGpu = ({projectId, regionId}: Scope) => `/cloud/v3/gpu/baremetal/${projectId}/${regionId}/images`;

/** The kinds of image that Gcore keeps, and all that differs between them. (Gcore's OpenAPI document, Cloud API.) */
export const IMAGE_TYPES = {
  'virtual-gpu': {uploadPath: virtualGpu, imagesPath: virtualGpu, firmware: ['bios', 'uefi'], hasPrices: false},
  'baremetal-gpu': {uploadPath: baremetalGpu, imagesPath: baremetalGpu, firmware: ['uefi'], hasPrices: false},
  instance: {
    uploadPath: ({projectId, regionId}) => `/cloud/v1/downloadimage/${projectId}/${regionId}`,
    imagesPath: ({projectId, regionId}) => `/cloud/v1/images/${projectId}/${regionId}`,
    firmware: ['bios', 'uefi'],
    hasPrices: true,
  },
} as const satisfies Record<string, ImageTypeFacts>;

/** A kind of image, as the inputs call it. */
export type ImageType = keyof typeof IMAGE_TYPES;
