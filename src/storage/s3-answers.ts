import {inert} from '../text/inert.ts';

/** An error in the body of an answer of S3, with any status. */
export interface S3Failure {
  readonly code: string;
  /** Inert. */
  readonly message: string;
}

const ENTITIES: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"};

/** The texts of all elements of a name, in order. S3's answers are flat enough that no parser of XML is needed. */
export function textsOf(xml: string, element: string): readonly string[] {
  const found = xml.matchAll(new RegExp(`<${element}(?: [^>]*)?>([^<]*)</${element}>`, 'g'));
  return [...found].map(([, text = '']) => decoded(text));
}

/** The content of all elements of a name that contain other elements. */
export function elementsOf(xml: string, element: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${element}(?: [^>]*)?>(.*?)</${element}>`, 'gs'))].map(
    ([, inside = '']) => inside,
  );
}

/** The error in a body of S3; undefined if there is none. */
export function failureOf(body: string): S3Failure | undefined {
  const [error] = elementsOf(body, 'Error');
  if (error === undefined) return undefined;
  const [code = 'unknown error'] = textsOf(error, 'Code');
  const [message = ''] = textsOf(error, 'Message');
  return {code: inert(code, 60), message: inert(message, 200)};
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name: string | undefined) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const codePoint = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : whole;
  });
}
