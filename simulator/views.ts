import type {ImageRecord, JsonObject, Project, Region, TaskRecord} from './model.ts';
import {pricesOf} from './prices.ts';
import {hasAiGpu, hasBaremetal} from './regions.ts';

const CLIENT_ID = 4242;
const USER_ID = 424242;
const OPENED_AT = '2021-03-04T05:06:07.080910';

/** Timestamps of images, projects and regions have no zone, and are UTC. */
function zoneless(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000`;
}

/** Timestamps of tasks have a zone. */
function zoned(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`;
}

function zonedOrNull(ms: number | null): string | null {
  return ms === null ? null : zoned(ms);
}

function tagList({tags, readOnlyTags}: ImageRecord): readonly JsonObject[] {
  const list = (of: ImageRecord['tags'], isReadOnly: boolean) =>
    Object.entries(of).map(([key, value]) => ({key, value, read_only: isReadOnly}));
  return [...list(tags, false), ...list(readOnlyTags, true)];
}

function commonFields(image: ImageRecord): JsonObject {
  return {
    id: image.id,
    name: image.name,
    status: image.status,
    size: image.sizeBytes,
    visibility: image.visibility,
    architecture: image.architecture,
    os_type: image.osType,
    ssh_key: image.sshKey,
    hw_firmware_type: image.hwFirmwareType,
    disk_format: image.diskFormat,
    min_disk: image.minDiskGib,
    min_ram: image.minRamMib,
    gpu_driver: null,
    gpu_driver_type: null,
    gpu_driver_version: null,
    created_at: zoneless(image.createdAtMs),
    updated_at: zoneless(image.updatedAtMs),
    task_id: image.lockedBy,
  };
}

/** An image as the GPU endpoints show it. */
export function gpuImageView(image: ImageRecord): JsonObject {
  return {
    ...commonFields(image),
    os_distro: image.osDistro,
    os_version: image.osVersion,
    cuda_toolkit_version: null,
    tags: tagList(image),
  };
}

const NO_PRICES = {currency_code: null, price_per_hour: null, price_per_month: null, price_status: null};

/** An image as the instance endpoints show it. */
export function instanceImageView(image: ImageRecord, region: Region, includePrices: boolean): JsonObject {
  return {
    ...commonFields(image),
    ...(includePrices ? pricesOf(image.minDiskGib) : NO_PRICES),
    description: '',
    display_order: null,
    is_baremetal: image.isBaremetal,
    os_distro: image.osDistro ?? '',
    os_version: image.osVersion ?? '',
    hw_machine_type: image.hwMachineType,
    project_id: image.projectId,
    region: region.name,
    region_id: region.id,
    creator_task_id: image.creatorTaskId,
    tags_v2: tagList(image),
  };
}

export function taskView(task: TaskRecord): JsonObject {
  return {
    id: task.id,
    task_type: task.type,
    state: task.state,
    detailed_state: task.state === 'FINISHED' || task.state === 'ERROR' ? task.state : null,
    error: task.error,
    data: task.data,
    created_resources: task.imageIds.length > 0 ? {images: task.imageIds} : null,
    project_id: task.projectId,
    region_id: task.regionId,
    client_id: CLIENT_ID,
    user_id: USER_ID,
    user_client_id: CLIENT_ID,
    request_id: task.requestId,
    job_id: null,
    schedule_id: null,
    lifecycle_policy_id: null,
    created_on: zoned(task.createdAtMs),
    updated_on: zoned(task.updatedAtMs),
    finished_on: zonedOrNull(task.finishedAtMs),
    acknowledged_at: zonedOrNull(task.acknowledgedAtMs),
    acknowledged_by: task.acknowledgedAtMs === null ? null : USER_ID,
  };
}

export function projectView(project: Project, isDefault: boolean): JsonObject {
  return {
    id: project.id,
    name: project.name,
    description: '',
    client_id: CLIENT_ID,
    state: 'ACTIVE',
    is_default: isDefault,
    task_id: null,
    created_at: OPENED_AT,
    deleted_at: null,
  };
}

function regionProducts(region: Region): JsonObject {
  return {
    has_ai: false,
    has_ai_gpu: hasAiGpu(region),
    has_baremetal: hasBaremetal(region),
    has_basic_vm: true,
    has_dbaas: false,
    has_ddos: false,
    has_k8s: true,
    has_kvm: true,
    has_sfs: false,
  };
}

export function regionView(region: Region, showVolumeTypes: boolean): JsonObject {
  return {
    id: region.id,
    display_name: region.name,
    keystone_name: region.name,
    keystone_id: region.id,
    slug: region.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    state: region.state ?? 'ACTIVE',
    country: 'LU',
    zone: 'EMEA',
    coordinates: null,
    access_level: 'core',
    endpoint_type: 'public',
    external_network_id: null,
    vlan_physical_network: 'vlan',
    metrics_database_id: null,
    available_volume_types: showVolumeTypes ? ['standard', 'ssd_hiiops'] : null,
    file_share_types: null,
    task_id: null,
    created_on: OPENED_AT,
    created_at: OPENED_AT,
    ...regionProducts(region),
    ...region.fields,
  };
}
