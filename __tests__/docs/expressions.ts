/** What expressions may name: `github`, `secrets`, `steps` and so on. */
export type Contexts = Readonly<Record<string, unknown>>;

/** The functions among those of GitHub's that the documentation uses. */
const FUNCTIONS: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  fromJSON: (json) => JSON.parse(String(json)),
  join: (list, separator = ',') => Object.values(list ?? {}).join(String(separator)),
};

const EXPRESSION = /\$\{\{\s*(.*?)\s*\}\}/gs;
const WHOLE_EXPRESSION = /^\s*\$\{\{\s*((?:(?!\}\}).)*?)\s*\}\}\s*$/s;

/**
 * Evaluates the expressions in a value of a workflow, as GitHub would: those that stand for a whole value keep its type.
 *
 * Of GitHub's language it knows what the documentation uses: paths, `.*`, texts, `||`, and a few functions.
 *
 * @throws where an expression is beyond it, or names what is not there
 */
export function evaluate(value: unknown, contexts: Contexts): unknown {
  if (typeof value !== 'string') return value;
  const [, whole] = WHOLE_EXPRESSION.exec(value) ?? [];
  if (whole !== undefined) return resultOf(whole, contexts);
  return value.replace(EXPRESSION, (_, expression: string) => String(resultOf(expression, contexts)));
}

/** Every path that the expressions in a text name, `steps.image.outputs.image-id` for one. */
export function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(EXPRESSION)].flatMap(([, expression = '']) =>
    [...expression.replace(/'[^']*'/g, '').matchAll(/\b[a-z]+(?:\.[\w*-]+)+/g)].map(([path]) => path),
  );
}

function resultOf(expression: string, contexts: Contexts): unknown {
  const alternatives = expression.split(' || ');
  if (alternatives.length > 1) {
    return alternatives.map((alternative) => resultOf(alternative, contexts)).find((value) => Boolean(value)) ?? '';
  }
  const [, text] = /^'([^']*)'$/.exec(expression) ?? [];
  if (text !== undefined) return text;
  const [, name = '', list = '', path = ''] = /^(\w+)\((.*)\)((?:\.[\w*-]+)*)$/.exec(expression) ?? [];
  const call = FUNCTIONS[name];
  if (call !== undefined) {
    const args = list.split(/,\s*(?='[^']*'$)/).map((arg) => resultOf(arg, contexts));
    return follow(call(...args), path.split('.').slice(1), expression);
  }
  if (!/^[a-z]+(\.[\w*-]+)+$/.test(expression)) throw new Error(`This test cannot evaluate ${expression}`);
  return follow(contexts, expression.split('.'), expression);
}

function follow(from: unknown, names: readonly string[], expression: string): unknown {
  const [name, ...rest] = names;
  if (name === undefined) return from;
  if (typeof from !== 'object' || from === null) throw new Error(`${expression}: there is no ${name}`);
  if (name === '*') return Object.values(from).map((each) => follow(each, rest, expression));
  const next: unknown = Reflect.get(from, name);
  if (next === undefined) throw new Error(`${expression}: there is no ${name}`);
  return follow(next, rest, expression);
}
