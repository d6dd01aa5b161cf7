// Creates all files of a release in an empty folder: tarballs, bills of materials, the order of publishing, checksums.
// With --bills-only it creates only the bills of materials.
import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { root } from './packages.ts'
import { packRelease, commitTime } from './release-files.ts'
import { writeBills } from './bill-of-materials.ts'

const { values, positionals } = parseArgs({
  options: { 'bills-only': { type: 'boolean', default: false } },
  allowPositionals: true,
})
const folder = positionals[0] ?? join(root, '.cache', values['bills-only'] ? 'sbom' : 'release')
const files = values['bills-only'] ? writeBills(folder, commitTime()) : await packRelease(folder)
console.log(`${files.length} files in ${folder}`)
