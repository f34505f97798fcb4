import {roundMinutes} from '../../text/units.ts';
import {timeToGoMs} from '../../waiting/fleet.ts';

/** A publish to several regions. */
export interface FleetPlan {
  readonly regions: number;
  /** How many imports run at a time. */
  readonly maxParallel: number;
  /** How long an import is expected to take, in milliseconds. */
  readonly expectedMs: number;
}

/** How long it takes to import the image in all regions, in milliseconds. */
export function fleetDurationMs({regions, maxParallel, expectedMs}: FleetPlan): number {
  return timeToGoMs({waiting: regions, slots: maxParallel, expectedMs});
}

/** `27 regions, 4 at a time, usually 11 min: about 77 min` */
export function estimateText(plan: FleetPlan): string {
  const {regions, maxParallel, expectedMs} = plan;
  const atATime = regions === 1 ? '1 region' : `${regions} regions, ${Math.min(maxParallel, regions)} at a time`;
  return `${atATime}, usually ${roundMinutes(expectedMs)}: about ${roundMinutes(fleetDurationMs(plan))}`;
}
