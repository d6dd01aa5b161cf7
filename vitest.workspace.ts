import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** Workspace packages are tested from their sources, so no build is needed first. */
const conditions = ['@kith/source', 'node', 'import', 'default']

function project(name: string, root: string): object {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: { name, root, include: ['src/**/*.test.ts', 'test/**/*.test.ts'], testTimeout: 30_000 },
  }
}

export default defineConfig({
  test: {
    projects: [
      ...readdirSync('packages').map((name) => project(name, `packages/${name}`)),
      { test: { name: 'workspace', root: 'test', include: ['**/*.test.ts'], testTimeout: 300_000 } },
    ],
  },
})
