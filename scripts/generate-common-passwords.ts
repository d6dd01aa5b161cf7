import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/**
 * Writes packages/core/src/accounts/common-passwords.ts from two lists, each sorted by how common its entries are:
 *
 *   npm pack @zxcvbn-ts/language-common@4.1.3     package/src/passwords.json
 *   pip download --no-deps Django==5.2.19         django/contrib/auth/common-passwords.txt.gz
 *   node --experimental-strip-types scripts/generate-common-passwords.ts passwords.json common-passwords.txt.gz
 */
const [zxcvbnFile, djangoFile] = process.argv.slice(2)
if (zxcvbnFile === undefined || djangoFile === undefined) throw new TypeError('Give the two lists.')

const zxcvbn = (JSON.parse(readFileSync(zxcvbnFile, 'utf8')) as string[]).map(fold)
const django = gunzipSync(readFileSync(djangoFile)).toString().split('\n').map(fold)

/** How many of each list are used: of those with the usual minimum of 8 characters, and of shorter ones. */
const chosen = new Set(
  [zxcvbn, django].flatMap((list) => [
    ...list.filter((entry) => entry.length >= 8).slice(0, 8_500),
    ...list.filter((entry) => entry.length >= 4 && entry.length < 8).slice(0, 3_500),
  ]),
)

const words = [...chosen].filter((entry) => /^[\x21-\x7e]+$/.test(entry) && !/[`\\]|\$\{/.test(entry)).sort()
const lines: string[] = ['']
for (const word of words) {
  const line = lines.at(-1) ?? ''
  if (line.length + word.length > 118) lines.push(word)
  else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
}

const file = new URL('../packages/core/src/accounts/common-passwords.ts', import.meta.url)
writeFileSync(
  file,
  `// Made by scripts/generate-common-passwords.ts; do not edit. common-passwords.NOTICE.md says where it comes from.

/** ${words.length} passwords that people choose most, in lower case, sorted. */
const list = \`
${lines.join('\n')}
\`

let set: ReadonlySet<string> | null = null

/** The passwords that nobody may choose, in lower case and Unicode form KC. Read at the first use. */
export function commonPasswords(): ReadonlySet<string> {
  return (set ??= new Set(list.trim().split(/\\s/)))
}
`,
)
const long = words.filter((word) => word.length >= 8).length
console.log(`${words.length} passwords, ${long} of 8 characters or more`)

function fold(text: string): string {
  // Some entries contain the quotes of a table they were in.
  return text
    .replace(/^"(.*)"$/, '$1')
    .normalize('NFKC')
    .toLowerCase()
}
