import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { minimumNode } from '../scripts/toolchain.mjs'
import { type WorkspacePackage, listPackages } from '../scripts/packages.ts'

const packages = listPackages()

test.each(packages)('the manifest of $folder has the common fields', ({ folder, manifest }) => {
  expect(manifest).toMatchObject({
    name: `@kith/${folder}`,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22.13' },
    repository: { type: 'git', directory: `packages/${folder}` },
    publishConfig: { access: 'public', provenance: true },
    // So that `pnpm -r pack` in a fresh clone packs a working build.
    scripts: { build: expect.stringMatching(/^tsup /) as string, prepack: 'pnpm run build' },
    // The kit reads its sample images and videos from files.
    files: [
      'dist',
      ...(folder === 'conformance' ? ['fixtures'] : []),
      'src',
      '!src/**/*.test.ts',
      '!src/**/*.test-d.ts',
    ],
    description: expect.stringMatching(/^.{10,120}$/) as string,
  })
  expect(manifest).not.toHaveProperty('main')
  expect(manifest['private']).toBeUndefined()
})

test.each(packages)('each entry of $folder has source first, then types, then code', ({ path, manifest }) => {
  const { './package.json': self, ...entries } = manifest.exports
  expect(self).toBe('./package.json')
  expect(Object.keys(entries)).toContain('.')
  for (const [name, targets] of Object.entries(entries)) {
    expect(name).not.toContain('*')
    expect(Object.keys(targets)).toEqual(['@kith/source', 'types', 'default'])
    const source = (targets as Record<string, string>)['@kith/source'] ?? ''
    expect(existsSync(join(path, source)), source).toBe(true)
    const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
    expect(targets).toMatchObject({ types: `${built}.d.ts`, default: `${built}.js` })
  }
})

test.each(packages)('$folder lists each dependency once, and ours with a workspace range', ({ manifest }) => {
  const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = manifest
  expect(Object.keys(dependencies).filter((name) => name in peerDependencies)).toEqual([])
  expect(Object.keys(peerDependencies).filter((name) => name === '@kith/core')).toEqual(
    manifest.name === '@kith/core' ? [] : ['@kith/core'],
  )
  for (const [name, range] of Object.entries({ ...dependencies, ...peerDependencies, ...devDependencies })) {
    if (name.startsWith('@kith/')) expect(range).toBe('workspace:^')
    else if (!(name in peerDependencies)) expect(range).toBe('catalog:')
  }
})

test('the launcher and the packages agree on the lowest Node', () => {
  const ranges = packages.map(
    ({ manifest }: WorkspacePackage) => (manifest['engines'] as { node: string }).node,
  )
  expect(new Set(ranges.map((range) => `${range.replace('>=', '')}.0`))).toEqual(new Set([minimumNode]))
})
