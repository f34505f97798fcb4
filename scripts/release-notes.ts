/**
 * Prints the notes of a release, and fails if the tag is not a release: `node scripts/release-notes.ts v1.2.3`.
 */
import {readFileSync} from 'node:fs';

/**
 * The changelog's section for the version of a tag, without its heading.
 *
 * @param tag `vN.N.N`
 * @param version the one in package.json
 * @param changelog has a heading `## N.N.N - YYYY-MM-DD` for every release
 * @throws if the tag is not that version's, or the changelog has no section for it
 */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`) throw new Error(`The tag is ${tag}, but package.json has the version ${version}`);
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => /^(\S+) - \d{4}-\d\d-\d\d\n/.exec(text)?.[1] === version);
  const notes = section?.slice(section.indexOf('\n')).trim() ?? '';
  if (notes === '') throw new Error(`CHANGELOG.md has no text below a heading "## ${version} - <date>"`);
  return notes;
}

if (import.meta.main) {
  const {version} = JSON.parse(readFileSync('package.json', 'utf8'));
  console.log(releaseNotes(process.argv[2] ?? '', version, readFileSync('CHANGELOG.md', 'utf8')));
}
