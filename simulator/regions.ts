import type {Region} from './model.ts';

/** The default regions. */
export const FEW_REGIONS: readonly Region[] = [
  {id: 7, name: 'Luxembourg-2'},
  {id: 10, name: 'Manassas'},
  {id: 76, name: 'Sines-2'},
  {id: 26, name: 'Frankfurt', hasGpuVirtual: false, hasGpuBaremetal: false},
];

/** IDs and names of the first thirty regions of a fleet. */
const FLEET: ReadonlyArray<readonly [id: number, name: string]> = [
  [7, 'Luxembourg-2'],
  [10, 'Manassas'],
  [76, 'Sines-2'],
  [84, 'Chicago'],
  [26, 'Frankfurt'],
  [18, 'Amsterdam'],
  [22, 'Paris'],
  [30, 'London'],
  [34, 'Madrid'],
  [38, 'Milan'],
  [42, 'Stockholm'],
  [46, 'Helsinki'],
  [50, 'Warsaw'],
  [54, 'Istanbul'],
  [58, 'Dubai'],
  [62, 'Mumbai'],
  [66, 'Singapore'],
  [70, 'Tokyo'],
  [74, 'Seoul'],
  [80, 'Hong Kong'],
  [88, 'Sydney'],
  [92, 'Johannesburg'],
  [96, 'São Paulo'],
  [100, 'Santiago'],
  [104, 'Toronto'],
  [108, 'Santa Clara'],
  [112, 'Miami'],
  [116, 'Atlanta'],
  [120, 'Denver'],
  [124, 'Seattle'],
];

/**
 * Makes regions that are all ACTIVE and have every product. The first is Luxembourg-2 (7), the fourth Chicago (84).
 * After the thirtieth, they are called Region-31 and so on. `changes` changes some of them, by ID.
 */
export function fleetOf(count: number, changes: Readonly<Record<number, Partial<Region>>> = {}): readonly Region[] {
  return Array.from({length: count}, (_, index) => {
    const [id, name] = FLEET[index] ?? [1000 + index + 1, `Region-${index + 1}`];
    return {id, name, ...changes[id]};
  });
}

/** Whether a region has GPUs of any kind, as in `has_ai_gpu`. */
export function hasAiGpu({hasGpuVirtual, hasGpuBaremetal}: Region): boolean {
  return hasGpuVirtual !== false || hasGpuBaremetal === true;
}

export function hasBaremetal({hasBaremetal: given, hasGpuBaremetal}: Region): boolean {
  return given ?? hasGpuBaremetal !== false;
}
