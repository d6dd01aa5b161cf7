import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'tsup'

/**
 * Packs the storages of a release, and the kit that tests them, into files for testing the next release:
 * `node --experimental-strip-types scripts/bundle-previous-release.ts <commit>`. Run it when a release is tagged, and commit
 * the result: the tests then require the new code to work with everything that release supports.
 */
const [commit = ''] = process.argv.slice(2)
if (commit === '') throw new TypeError('name the commit of the release')
const root = join(import.meta.dirname, '..')
const out = join(root, 'test', 'previous-release')
const source = mkdtempSync(join(tmpdir(), 'kith-previous-'))

const sqlite = `
export { createSqliteStorage } from './packages/storage-sqlite/src/index.ts'
export {
  edgeStoreCases, feedStoreCases, mediaStoreCases, postStoreCases, sessionStoreCases, userStoreCases,
} from './packages/conformance/src/index.ts'`
const mongodb = `export { createMongoStorage } from './packages/storage-mongodb/src/index.ts'`

try {
  const archive = execFileSync('git', ['archive', commit, 'packages'], { cwd: root, maxBuffer: 2 ** 30 })
  execFileSync('tar', ['-x', '-C', source], { input: archive })
  writeFileSync(join(source, 'sqlite.ts'), sqlite)
  writeFileSync(join(source, 'mongodb.ts'), mongodb)
  await build({
    entry: [join(source, 'sqlite.ts'), join(source, 'mongodb.ts')],
    outDir: out,
    format: 'esm',
    target: 'node22',
    splitting: false,
    minify: true,
    silent: true,
    config: false,
    dts: false,
    treeshake: false,
    outExtension: () => ({ js: '.mjs' }),
    esbuildPlugins: [
      {
        name: 'sources-of-the-release',
        setup(bundle) {
          bundle.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
            if (kind === 'entry-point') return undefined
            const [, name, entry = 'index'] = /^@kith\/([^/]+)(?:\/(.+))?$/.exec(path) ?? []
            if (name === undefined) return { path, external: true, sideEffects: false }
            const folder = join(source, 'packages', name, 'src')
            const file = [`${entry}.ts`, `${entry}/index.ts`]
              .map((each) => join(folder, each))
              .find((each) => existsSync(each))
            if (file === undefined) throw new Error(`${path} of the release was not found`)
            return { path: file, sideEffects: false }
          })
        },
      },
    ],
  })
  writeFileSync(join(out, 'COMMIT'), `${commit}\n`)
} finally {
  rmSync(source, { recursive: true })
}
