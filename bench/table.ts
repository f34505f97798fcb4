/** One row of the table. */
export interface Row {
  readonly what: string;
  /** The figure of this action. */
  readonly ours: string;
  /** The figures of the alternatives. */
  readonly others: string;
  readonly aim: string;
  /** Whether the aim is met; undefined if there is none. */
  readonly holds?: boolean | undefined;
}

/** The rows as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const titles = ['what', 'this action', 'beside it', 'aim', ''];
  const cells = rows.map(({what, ours, others, aim, holds}) => [what, ours, others, aim, markOf(holds)]);
  return [titles, titles.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function markOf(holds: boolean | undefined): string {
  if (holds === undefined) return '';
  return holds ? '✅' : '❌';
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function milliseconds(ms: number): string {
  return `${Math.round(ms)} ms`;
}

export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 1 ? 2 : 1)} ×`;
}
