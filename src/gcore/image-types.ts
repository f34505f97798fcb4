import type {Scope} from './scope.ts';

interface ImageTypeFacts {
  /** Path of the POST for an upload. */
  uploadPath(scope: Scope): string;
  /** Fields that every upload of this type has, besides the requested ones. */
  readonly uploadFields: {readonly is_baremetal?: true};
  /** Path of the list. */
  listPath(scope: Scope): string;
  /** Path of an image, without its ID. */
  imagesPath(scope: Scope): string;
  /** Firmware that images of this type may boot with. */
  readonly firmware: readonly string[];
  /** Machine types that can be requested; none if the API has no such field. */
  readonly machineTypes: readonly string[];
  /** The field of a region that shows whether it offers images of this type. `has_ai_gpu` means GPUs of both kinds. */
  readonly regionFlag: 'has_ai_gpu' | 'has_baremetal' | 'has_kvm';
  /** Whether a request for an image can ask for its price. */
  readonly hasPrices: boolean;
}

const virtualGpu = ({projectId, regionId}: Scope) => `/cloud/v3/gpu/virtual/${projectId}/${regionId}/images`;
const baremetalGpu = ({projectId, regionId}: Scope) => `/cloud/v3/gpu/baremetal/${projectId}/${regionId}/images`;
const download = ({projectId, regionId}: Scope) => `/cloud/v1/downloadimage/${projectId}/${regionId}`;
const instance = ({projectId, regionId}: Scope) => `/cloud/v1/images/${projectId}/${regionId}`;
const baremetal = ({projectId, regionId}: Scope) => `/cloud/v1/bmimages/${projectId}/${regionId}`;

/** Gcore's types of image, and all differences between them. (Gcore's OpenAPI document, Cloud API.) */
export const IMAGE_TYPES = {
  'virtual-gpu': {
    uploadPath: virtualGpu,
    uploadFields: {},
    listPath: virtualGpu,
    imagesPath: virtualGpu,
    firmware: ['bios', 'uefi'],
    machineTypes: [],
    regionFlag: 'has_ai_gpu',
    hasPrices: false,
  },
  'baremetal-gpu': {
    uploadPath: baremetalGpu,
    uploadFields: {},
    listPath: baremetalGpu,
    imagesPath: baremetalGpu,
    firmware: ['uefi'],
    machineTypes: [],
    regionFlag: 'has_ai_gpu',
    hasPrices: false,
  },
  instance: {
    uploadPath: download,
    uploadFields: {},
    listPath: instance,
    imagesPath: instance,
    firmware: ['bios', 'uefi'],
    machineTypes: ['i440', 'q35'],
    regionFlag: 'has_kvm',
    hasPrices: true,
  },
  baremetal: {
    uploadPath: download,
    uploadFields: {is_baremetal: true},
    listPath: baremetal,
    imagesPath: instance,
    firmware: ['bios', 'uefi'],
    machineTypes: ['i440', 'q35'],
    regionFlag: 'has_baremetal',
    hasPrices: false,
  },
} as const satisfies Record<string, ImageTypeFacts>;

/** A type of image, as in the inputs. */
export type ImageType = keyof typeof IMAGE_TYPES;
