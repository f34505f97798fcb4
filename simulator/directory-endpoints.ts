import type {Endpoint} from './endpoints.ts';
import {choice, flag, idNumber, page} from './query.ts';
import {projectView, regionView} from './views.ts';

const DEFAULT_LIMIT = 100;

export const getProject: Endpoint = ({cloud, params: {project_id: id = ''}}) => {
  const project = cloud.project(idNumber('project_id', id));
  return {body: projectView(project, project === cloud.rules.projects[0])};
};

export const listProjects: Endpoint = ({cloud, query}) => {
  const name = query.get('name');
  const own = cloud.rules.projects.filter((one) => one.foreign !== true && (name === null || one.name === name));
  const {count, results} = page(query, inOrder(own, orderOf(query, 'name')), DEFAULT_LIMIT);
  return {body: {count, results: results.map((one) => projectView(one, one === cloud.rules.projects[0]))}};
};

export const getRegion: Endpoint = ({cloud, params: {region_id: id = ''}, query}) => {
  const region = cloud.region(idNumber('region_id', id));
  return {body: regionView(region, flag(query, 'show_volume_types') ?? false)};
};

export const listRegions: Endpoint = ({cloud, query}) => {
  const name = query.get('display_name');
  const showVolumeTypes = flag(query, 'show_volume_types') ?? false;
  const wanted = cloud.rules.regions.filter((one) => name === null || one.name === name);
  const {count, results} = page(query, inOrder(wanted, orderOf(query, 'display_name')), DEFAULT_LIMIT);
  return {body: {count, results: results.map((one) => regionView(one, showVolumeTypes))}};
};

/** All projects and regions have the same creation time, so an order by time does not change their order. */
type Order = 'as given' | 'name.asc' | 'name.desc';

function orderOf(query: URLSearchParams, nameField: string): Order {
  const byName = [`${nameField}.asc`, `${nameField}.desc`];
  const order = choice('order_by', query.get('order_by'), ['created_at.asc', 'created_at.desc', ...byName]);
  if (order === undefined || !byName.includes(order)) return 'as given';
  return order.endsWith('.asc') ? 'name.asc' : 'name.desc';
}

function inOrder<T extends {readonly name: string}>(all: readonly T[], order: Order): readonly T[] {
  if (order === 'as given') return all;
  const sorted = all.toSorted((one, other) => one.name.localeCompare(other.name));
  return order === 'name.asc' ? sorted : sorted.toReversed();
}
