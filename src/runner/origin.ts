import type {Environment} from './environment.ts';
import type {Markup} from './markup.ts';

/** The environment may contain anything: only this becomes part of a link. */
const SERVER = /^https?:\/\/[a-z0-9.-]+(:\d+)?$/i;
const COMMIT = /^[0-9a-f]{40,64}$/i;
/** GitHub shows this many digits of a commit. */
const SHORT = 7;

interface Ref {
  readonly kind: string;
  readonly shown: string;
  /** The path of its page, below the repository's; undefined if it has no page. */
  readonly path?: string;
}

type Origin = Pick<Environment, 'repository' | 'ref' | 'sha' | 'serverUrl'>;

/**
 * Where the run comes from: repository, ref and commit, each with a link.
 *
 * @returns a part of a sentence; empty if the repository is not known
 */
export function originOf({repository, ref: fullRef, sha, serverUrl}: Origin, {text, code, link}: Markup): string {
  if (repository === '') return '';
  const urlOf = (path: string) =>
    SERVER.test(serverUrl) ? `${serverUrl}/${encodePath(`${repository}${path}`)}` : undefined;

  const parts = [link(text(repository), urlOf(''))];
  const ref = refOf(fullRef);
  if (ref !== undefined) {
    const url = ref.path === undefined ? undefined : urlOf(ref.path);
    parts.push(`${ref.kind} ${link(text(ref.shown), url)}`);
  }
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

/** A path in which no character can end a link or be markup. */
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
