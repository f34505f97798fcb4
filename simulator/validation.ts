import {type ImageType, isJsonObject, type JsonObject, type SimulatedImage} from './model.ts';
import {invalid} from './problems.ts';

type Rule = (value: unknown) => string | undefined;

const NAME = /^[a-zA-Z0-9][a-zA-Z 0-9._-]{1,61}[a-zA-Z0-9._]$/;
const TAG_KEY = /^[^\s=]{1,255}$/;
const TAG_VALUE = /^(?=.{1,255}$)[^ \t\n\r\f\v]([^\t\n\r\f\v]*[^ \t\n\r\f\v])?$/s;

const text: Rule = (value) => (typeof value === 'string' ? undefined : 'value is not a valid string');
const boolean: Rule = (value) => (typeof value === 'boolean' ? undefined : 'value is not a valid boolean');

const nameRule: Rule = (value) =>
  text(value) ?? (NAME.test(String(value)) ? undefined : `value does not match ${NAME.source}`);

const urlRule: Rule = (value) => text(value) ?? (isWebAddress(String(value)) ? undefined : 'value is not an HTTP URL');

function oneOf(...choices: readonly string[]): Rule {
  return (value) => (choices.some((one) => one === value) ? undefined : `value must be one of: ${choices.join(', ')}`);
}

function orNull(rule: Rule): Rule {
  return (value) => (value === null ? undefined : rule(value));
}

const tagsRule: Rule = (value) => {
  if (!isJsonObject(value)) return 'value is not an object';
  for (const [key, tag] of Object.entries(value)) {
    if (!TAG_KEY.test(key)) return `tag key ${JSON.stringify(key)} is not valid`;
    if (typeof tag !== 'string' || !TAG_VALUE.test(tag)) return `value of tag ${JSON.stringify(key)} is not valid`;
  }
  return undefined;
};

function isWebAddress(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

const architectureRule = oneOf('aarch64', 'x86_64');
const osTypeRule = oneOf('linux', 'windows');

const SHARED_RULES: Readonly<Record<string, Rule>> = {
  name: nameRule,
  url: urlRule,
  cow_format: boolean,
  hw_firmware_type: orNull(oneOf('bios', 'uefi')),
  os_distro: orNull(text),
  os_version: orNull(text),
  ssh_key: oneOf('allow', 'deny', 'required'),
  tags: tagsRule,
};

const GPU_RULES = {...SHARED_RULES, architecture: orNull(architectureRule), os_type: orNull(osTypeRule)};

const INSTANCE_RULES = {
  ...SHARED_RULES,
  architecture: architectureRule,
  os_type: osTypeRule,
  is_baremetal: boolean,
  hw_machine_type: orNull(oneOf('i440', 'q35')),
};

const GPU_CHANGE_RULES: Readonly<Record<string, Rule>> = {
  name: nameRule,
  min_disk: (value) => (Number.isInteger(value) ? undefined : 'value is not a valid integer'),
  min_ram: (value) => (Number.isInteger(value) ? undefined : 'value is not a valid integer'),
  tags: orNull((value) => (isJsonObject(value) ? tagsRule(withoutNulls(value)) : 'value is not an object')),
};

function check(body: unknown, rules: Readonly<Record<string, Rule>>, required: readonly string[]): JsonObject {
  if (!isJsonObject(body)) throw invalid({body: ['value is not a JSON object']});
  const faults: Record<string, readonly string[]> = {};
  for (const [field, rule] of Object.entries(rules)) {
    const fault = field in body ? rule(body[field]) : undefined;
    if (fault !== undefined) faults[field] = [fault];
    if (!(field in body) && required.includes(field)) faults[field] = ['field is required'];
  }
  if (Object.keys(faults).length > 0) throw invalid(faults);
  return body;
}

function stringOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}

function withoutNulls(tags: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== null));
}

function stringsOf(tags: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(tags)) return {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]));
}

export type ValidUpload = Partial<SimulatedImage> & {
  readonly name: string;
  readonly type: ImageType;
  readonly sourceUrl: string;
};

/** The image that an upload asks for, or a Problem that names every field at fault. */
export function validUpload(type: ImageType, given: unknown): {readonly image: ValidUpload; readonly data: JsonObject} {
  const body = check(given, type === 'instance' ? INSTANCE_RULES : GPU_RULES, ['name', 'url']);
  const {name, url, tags, architecture, cow_format: cowFormat, ssh_key: sshKey, is_baremetal: isBaremetal} = body;
  const {os_type: osType, os_distro: osDistro, os_version: osVersion} = body;
  const {hw_firmware_type: hwFirmwareType, hw_machine_type: hwMachineType} = body;
  const image: ValidUpload = {
    type,
    name: String(name),
    sourceUrl: String(url),
    tags: stringsOf(tags),
    architecture: stringOr(architecture, 'x86_64'),
    osType: stringOr(osType, 'linux'),
    osDistro: stringOr(osDistro, null),
    osVersion: stringOr(osVersion, null),
    sshKey: stringOr(sshKey, 'allow'),
    hwFirmwareType: stringOr(hwFirmwareType, null),
    hwMachineType: stringOr(hwMachineType, null),
    isBaremetal: type === 'baremetal-gpu' || isBaremetal === true,
    diskFormat: cowFormat === true ? 'raw' : 'qcow2',
  };
  return {image, data: body};
}

export interface ImageChange {
  readonly name?: string;
  readonly minDiskGib?: number;
  readonly minRamMib?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The change that a PATCH asks for; tags are merged into those there are, as RFC 7386 has it. */
export function validChange(given: unknown, tagsNow: Readonly<Record<string, string>>): ImageChange {
  const {name, min_disk: minDisk, min_ram: minRam, tags} = check(given, GPU_CHANGE_RULES, []);
  return {
    ...(typeof name === 'string' && {name}),
    ...(typeof minDisk === 'number' && {minDiskGib: minDisk}),
    ...(typeof minRam === 'number' && {minRamMib: minRam}),
    ...(tags === null && {tags: {}}),
    ...(isJsonObject(tags) && {tags: stringsOf(withoutNulls({...tagsNow, ...tags}))}),
  };
}
