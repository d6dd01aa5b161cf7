import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { configDefaults, type ViteUserConfig, defineConfig } from 'vitest/config'
import { leftOut } from './test/left-out.ts'

/** Workspace packages are tested from their sources, so no build is needed first. */
const conditions = ['@kith/source', 'node']
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } }

/** `npm test -- --quick`: see test/left-out.ts. */
const quick = process.env['KITH_TEST_QUICK'] === '1'

/** What a project leaves out. Patterns of a project are read from its own root. */
function exclude(root: string): string[] {
  const left = quick ? [...leftOut().keys()].filter((path) => path.startsWith(`${root}/`)) : []
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

const config: ViteUserConfig = defineConfig({
  test: {
    ...(quick ? {} : { globalSetup: 'test/servers/vitest-setup.ts' }),
    // Two on two cores as well: much of the time goes into waiting for servers.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [...readdirSync('packages').map(packageProject), workspaceProject],
  },
})

export default config
