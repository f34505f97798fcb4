import type {Markup} from './summary.ts';

/** A server's address that is sure to be one; the environment may hold anything. */
const SERVER = /^https?:\/\/[a-z0-9.-]+(:\d+)?$/i;
const COMMIT = /^[0-9a-f]{40,64}$/i;
/** As many digits of a commit as GitHub shows. */
const SHORT = 7;

interface Ref {
  readonly kind: string;
  readonly shown: string;
  /** Where it is, from the repository's address on; undefined where that is not known. */
  readonly path?: string;
}

/**
 * What the run is of: repository, ref and commit, each linked on the server that the run is on.
 *
 * @returns part of a sentence; empty where the environment tells nothing
 */
export function originOf(env: NodeJS.ProcessEnv, {text, code, link}: Markup): string {
  const repository = env['GITHUB_REPOSITORY'];
  if (!repository) return '';
  const server = env['GITHUB_SERVER_URL'] ?? '';
  const urlOf = (path: string) => (SERVER.test(server) ? `${server}/${encodePath(`${repository}${path}`)}` : undefined);

  const parts = [link(text(repository), urlOf(''))];
  const ref = refOf(env['GITHUB_REF'] ?? '');
  if (ref !== undefined) {
    const url = ref.path === undefined ? undefined : urlOf(ref.path);
    parts.push(`${ref.kind} ${link(text(ref.shown), url)}`);
  }
  const sha = env['GITHUB_SHA'] ?? '';
  if (COMMIT.test(sha)) parts.push(`commit ${link(code(sha.slice(0, SHORT)), urlOf(`/commit/${sha}`))}`);
  return parts.join(', ');
}

function refOf(ref: string): Ref | undefined {
  const [, kind, name = ''] = /^refs\/(tags|heads|pull)\/(.+)$/s.exec(ref) ?? [];
  switch (kind) {
    case 'tags':
      return {kind: 'tag', shown: name, path: `/tree/${name}`};
    case 'heads':
      return {kind: 'branch', shown: name, path: `/tree/${name}`};
    case 'pull': {
      const [number = ''] = name.split('/', 1);
      return {kind: 'pull request', shown: `#${number}`, path: `/pull/${number}`};
    }
    default:
      return ref === '' ? undefined : {kind: 'ref', shown: ref};
  }
}

/** A path of which no character can end a link, begin another, or be markup. */
function encodePath(path: string): string {
  return path
    .split('/')
    .map((part) =>
      encodeURIComponent(part.toWellFormed()).replace(
        /[!'()*_~]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');
}
