import type {Cloud} from './cloud.ts';
import {type Endpoint, scopeOf} from './endpoints.ts';
import type {TaskRecord, TaskState} from './model.ts';
import {notFound} from './problems.ts';
import {choice, flag, idNumber, many, moment, page} from './query.ts';
import {taskView} from './views.ts';
import {pageOf, type Row, rowOf} from './wire.ts';

const DEFAULT_LIMIT = 10;
const STATES: readonly TaskState[] = ['NEW', 'RUNNING', 'FINISHED', 'ERROR'];

type Condition = (task: TaskRecord) => boolean;

export const getTask: Endpoint = ({cloud, params: {task_id: id = ''}}) => {
  const task = cloud.task(id);
  if (!cloud.isShown('task', task)) throw notFound('Task', id);
  return taskRow(cloud, task);
};

export const listTasks: Endpoint = ({cloud, query}) => {
  const holds = taskFilter(query);
  const wanted = shownTasks(cloud).filter((task) => !cloud.isForeign(task.projectId) && holds(task));
  const order = direction(query, 'order_by') ?? direction(query, 'sorting') ?? 'desc';
  return taskPage(cloud, query, inOrder(wanted, order));
};

export const listActiveTasks: Endpoint = (call) => {
  const {cloud, query} = call;
  const {projectId, regionId} = scopeOf(call);
  cloud.project(projectId);
  cloud.region(regionId);
  const types = many(query, 'task_type');
  const active = shownTasks(cloud).filter((task) => {
    const isActive = task.state === 'NEW' || task.state === 'RUNNING';
    return (
      isActive && task.projectId === projectId && task.regionId === regionId && (types?.includes(task.type) ?? true)
    );
  });
  return taskPage(cloud, query, inOrder(active, 'desc'));
};

function shownTasks(cloud: Cloud): readonly TaskRecord[] {
  return cloud.tasks().filter((task) => cloud.isShown('tasks', task));
}

function taskRow(cloud: Cloud, task: TaskRecord): Row {
  const {task: change} = cloud.rules.wire;
  return rowOf(taskView(task), task.wire, change && ((row) => change(row, task)));
}

function taskFilter(query: URLSearchParams): Condition {
  const fromMs = moment(query, 'from_timestamp') ?? -Infinity;
  const toMs = moment(query, 'to_timestamp') ?? Infinity;
  const states = many(query, 'state')?.map((state) => choice('state', state, STATES));
  const projectIds = many(query, 'project_id')?.map((id) => idNumber('project_id', id));
  const regionIds = many(query, 'region_id')?.map((id) => idNumber('region_id', id));
  const type = query.get('task_type');
  const acknowledged = flag(query, 'is_acknowledged');
  const conditions: readonly Condition[] = [
    (task) => task.createdAtMs >= fromMs && task.createdAtMs <= toMs,
    (task) => states?.includes(task.state) ?? true,
    (task) => projectIds?.includes(task.projectId) ?? true,
    (task) => regionIds?.includes(task.regionId) ?? true,
    (task) => type === null || task.type === type,
    (task) => acknowledged === undefined || acknowledged === (task.acknowledgedAtMs !== null),
  ];
  return (task) => conditions.every((holds) => holds(task));
}

function direction(query: URLSearchParams, name: string): 'asc' | 'desc' | undefined {
  return choice(name, query.get(name), ['asc', 'desc']);
}

function inOrder(tasks: readonly TaskRecord[], order: 'asc' | 'desc'): readonly TaskRecord[] {
  const oldestFirst = tasks.toSorted((one, other) => one.createdAtMs - other.createdAtMs);
  return order === 'asc' ? oldestFirst : oldestFirst.toReversed();
}

function taskPage(cloud: Cloud, query: URLSearchParams, tasks: readonly TaskRecord[]): Row {
  const {count, results} = page(query, tasks, DEFAULT_LIMIT);
  return pageOf(
    count,
    results.map((task) => taskRow(cloud, task)),
  );
}
