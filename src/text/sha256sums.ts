/** A line of a SHA256SUMS file. */
export interface SumsLine {
  /** The path as the file has it. */
  readonly path: string;
  /** 64 hexadecimal digits, lower case. */
  readonly sha256: string;
}

/** `<digest>  <path>`, of `sha256sum` in text mode, and `<digest> *<path>` in binary mode. A path with line breaks has a backslash before. */
const GNU = /^(\\?)([0-9a-f]{64}) [ *](.+)$/i;
/** `SHA256 (<path>) = <digest>`, of BSD's `sha256` and of `sha256sum --tag`; `SHA2-256(<path>)= <digest>`, of OpenSSL 3. */
const BSD = /^(\\?)SHA(?:2-)?256 ?\((.+)\) ?= ([0-9a-f]{64})$/i;

/** The digests in a SHA256SUMS file. Other lines, such as comments or digests of another kind, are skipped. */
export function parseSha256Sums(text: string): readonly SumsLine[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((line) => {
      const trimmed = line.trimEnd();
      const [, gnuEscape = '', gnuDigest = '', gnuPath = ''] = GNU.exec(trimmed) ?? [];
      const [, bsdEscape = '', bsdPath = '', bsdDigest = ''] = BSD.exec(trimmed) ?? [];
      const [mark, digest, path] = gnuDigest === '' ? [bsdEscape, bsdDigest, bsdPath] : [gnuEscape, gnuDigest, gnuPath];
      if (digest === '') return [];
      return [{path: mark === '' ? path : unescaped(path), sha256: digest.toLowerCase()}];
    });
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function unescaped(path: string): string {
  const characters: Readonly<Record<string, string>> = {n: '\n', r: '\r'};
  return path.replace(/\\(.)/g, (_, character: string) => characters[character] ?? character);
}
