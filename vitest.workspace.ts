import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { configDefaults, type ViteUserConfig, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { leftOut } from './test/left-out.ts'

/** Workspace packages are tested from their sources, so no build is needed first. */
const conditions = ['@kith/source', 'node']
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } }

/** Processes that tests start find their modules without types and compiled: a command line starts in a third of the time. */
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '.cache', 'compiled')

/** `npm test -- --quick`: see test/left-out.ts. */
const quick = process.env['KITH_TEST_QUICK'] === '1'

/** Found once: it reads the imports of all tests. */
const leftOutPaths = quick ? [...leftOut().keys()] : []

/** What a project leaves out. Patterns of a project are read from its own root. */
function exclude(root: string): string[] {
  const left = leftOutPaths.filter((path) => path.startsWith(`${root}/`))
  return [...configDefaults.exclude, ...left.map((path) => path.slice(root.length + 1))]
}

function packageProject(folder: string): object {
  return {
    ...fromSource,
    test: {
      name: folder,
      root: `packages/${folder}`,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      exclude: exclude(`packages/${folder}`),
      env: { KITH_TEST_SUITE: folder },
      // Modules are loaded once a worker, and not once a file: half of what a file of unit tests takes goes into that.
      isolate: false,
      // For what hangs. Tests take a few seconds at most, and on a slow machine with much else to do ten times that.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      expect: { poll: { timeout: 20_000 } },
    },
  }
}

const workspaceProject = {
  ...fromSource,
  test: {
    name: 'workspace',
    root: 'test',
    include: ['**/*.test.ts'],
    exclude: exclude('test'),
    env: { KITH_TEST_SUITE: 'workspace' },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
}

/**
 * What takes a minute or more: it begins first, so that no worker is left with one while the others have nothing to do. Not what waits
 * for the packages to be packed, which goes on meanwhile.
 */
const longest = [
  'storage-mongodb/src/conformance-replica-set.test.ts',
  'storage-postgres/src/conformance-postgres-js.test.ts',
  'storage-postgres/src/conformance-pg.test.ts',
  'test/runtimes/runtimes.test.ts',
  'storage-mongodb/src/conformance-standalone.test.ts',
  'test/large-upload.test.ts',
  'storage-sqlite/test/text-ids.test.ts',
  'test/demo-seed.test.ts',
  'cli/test/backup.test.ts',
]

/** Then those with many long files. */
const longer = ['workspace', 'storage-mongodb', 'storage-postgres', 'storage-sqlite', 'http']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId, project }: TestSpecification): number => {
      const file = longest.findIndex((path) => moduleId.endsWith(`/${path}`))
      if (file >= 0) return file
      const group = longer.indexOf(project.name)
      return longest.length + (group >= 0 ? group : longer.length)
    }
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

const config: ViteUserConfig = defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    ...(quick ? {} : { globalSetup: 'test/servers/vitest-setup.ts' }),
    // Four on two cores as well: most of the time goes into waiting for servers, processes and clocks; of a quick run less.
    maxWorkers: Math.max(quick ? 3 : 4, availableParallelism() - 1),
    projects: [...readdirSync('packages').map(packageProject), workspaceProject],
  },
})

export default config
