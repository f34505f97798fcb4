import {hasInstanceForm, type ImageType, isJsonObject, type JsonObject, type SimulatedImage} from './model.ts';
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

function integerUpTo(most: number): Rule {
  return (value) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most
      ? undefined
      : `value is not an integer from 0 to ${most}`;
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
const sshKeyRule = oneOf('allow', 'deny', 'required');

const SHARED_RULES: Readonly<Record<string, Rule>> = {
  name: nameRule,
  url: urlRule,
  cow_format: boolean,
  hw_firmware_type: orNull(oneOf('bios', 'uefi')),
  os_distro: orNull(text),
  os_version: orNull(text),
  ssh_key: sshKeyRule,
  tags: tagsRule,
};

const GPU_RULES: Readonly<Record<string, Rule>> = {
  ...SHARED_RULES,
  architecture: orNull(architectureRule),
  os_type: orNull(osTypeRule),
  hw_machine_type: () => 'field is not known for GPU images',
};

const INSTANCE_RULES = {
  ...SHARED_RULES,
  architecture: architectureRule,
  os_type: osTypeRule,
  is_baremetal: boolean,
  hw_machine_type: orNull(oneOf('i440', 'q35')),
};

const changedTags: Rule = orNull((value) =>
  isJsonObject(value) ? tagsRule(withoutNulls(value)) : 'value is not an object',
);

const GPU_CHANGE_RULES: Readonly<Record<string, Rule>> = {
  name: nameRule,
  min_disk: integerUpTo(8192),
  min_ram: integerUpTo(4_194_304),
  tags: changedTags,
};

const INSTANCE_CHANGE_RULES: Readonly<Record<string, Rule>> = {
  name: nameRule,
  hw_firmware_type: oneOf('bios', 'uefi'),
  hw_machine_type: oneOf('i440', 'q35'),
  is_baremetal: orNull(boolean),
  os_type: osTypeRule,
  ssh_key: sshKeyRule,
  tags: changedTags,
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

/** The image that an upload asks for. Throws a Problem that names every invalid field. */
export function validUpload(type: ImageType, given: unknown): {readonly image: ValidUpload; readonly data: JsonObject} {
  const body = check(given, hasInstanceForm(type) ? INSTANCE_RULES : GPU_RULES, ['name', 'url']);
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

/** What a PATCH changes of an image; `is_baremetal` moves it from one list to the other. */
export type ImageChange = Partial<SimulatedImage>;

/**
 * The change that a PATCH asks for. Throws a Problem that names every invalid field.
 *
 * Tags are merged into those of the image when the PATCH takes effect, according to RFC 7386: null removes a tag, `tags: null`
 * removes all, the others stay. A PATCH that names a read-only tag is refused.
 */
export function validChange(given: unknown, image: SimulatedImage): (now: SimulatedImage) => ImageChange {
  const body = check(given, hasInstanceForm(image.type) ? INSTANCE_CHANGE_RULES : GPU_CHANGE_RULES, []);
  const {tags} = body;
  const readOnly = isJsonObject(tags) ? Object.keys(tags).find((key) => key in image.readOnlyTags) : undefined;
  if (readOnly !== undefined) throw invalid({tags: [`tag ${JSON.stringify(readOnly)} is read-only`]});
  const fields = hasInstanceForm(image.type) ? instanceFields(body) : gpuFields(body);
  return (now) => ({
    ...fields,
    ...(tags === null && {tags: {}}),
    ...(isJsonObject(tags) && {tags: stringsOf(withoutNulls({...now.tags, ...tags}))}),
  });
}

function gpuFields({name, min_disk: minDisk, min_ram: minRam}: JsonObject): ImageChange {
  return {
    ...(typeof name === 'string' && {name}),
    ...(typeof minDisk === 'number' && {minDiskGib: minDisk}),
    ...(typeof minRam === 'number' && {minRamMib: minRam}),
  };
}

function instanceFields(body: JsonObject): ImageChange {
  const {name, os_type: osType, ssh_key: sshKey, is_baremetal: isBaremetal} = body;
  const {hw_firmware_type: hwFirmwareType, hw_machine_type: hwMachineType} = body;
  return {
    ...(typeof name === 'string' && {name}),
    ...(typeof osType === 'string' && {osType}),
    ...(typeof sshKey === 'string' && {sshKey}),
    ...(typeof hwFirmwareType === 'string' && {hwFirmwareType}),
    ...(typeof hwMachineType === 'string' && {hwMachineType}),
    ...(typeof isBaremetal === 'boolean' && {isBaremetal, type: isBaremetal ? 'baremetal' : 'instance'}),
  };
}
