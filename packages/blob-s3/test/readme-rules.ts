import { readFileSync } from 'node:fs'

/** One of the JSON blocks of the README, adapted to the bucket of the tests. */
export function ruleOf(name: 'public' | 'rights' | 'cors', bucket: string): object {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, block] = new RegExp(`\`\`\`json ${name}\\n(.*?)\`\`\``, 's').exec(readme) ?? []
  if (block === undefined) throw new Error(`The README has no block "json ${name}"`)
  return JSON.parse(block.replaceAll('my-bucket', bucket)) as object
}
