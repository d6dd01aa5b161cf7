import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { type Manifest, listPackages, root } from '../scripts/packages.ts'
import { importsOf, readFiles } from './imports.ts'

interface Parts {
  folder: string
  manifest: Pick<Manifest, 'dependencies' | 'peerDependencies' | 'devDependencies'>
  sources: Map<string, string>
}

const arrows: readonly [RegExp, readonly string[]][] = [
  [/^core$/, []],
  [/^http$/, ['core']],
  [/^(express|fastify)$/, ['core', 'http']],
  [/^conformance$/, ['core']],
  [/^(storage|media|blob|caption|mail)-|^redis$/, ['core']],
  [
    /^cli$/,
    ['core', 'storage-sqlite', 'storage-mongodb', 'storage-postgres', 'redis', 'blob-local', 'media-sharp'],
  ],
]

/** Tests may also import the kit, the embedded storage and the image processor: none of them reaches users this way. */
const forTests = ['conformance', 'storage-sqlite', 'media-sharp']

function arrowProblems({ folder, manifest, sources }: Parts): string[] {
  const known = arrows.find(([pattern]) => pattern.test(folder))
  if (!known) return [`${folder}: DESIGN names no arrows for it`]
  const allowed = [folder, ...known[1]]
  const problems: string[] = []
  function check(where: string, specifiers: readonly string[], targets: readonly string[]): void {
    for (const specifier of specifiers) {
      const target = /^@kith\/([^/]+)/.exec(specifier)?.[1]
      if (target !== undefined && !targets.includes(target))
        problems.push(`${folder}/${where} → ${specifier}`)
      if (/\/src\//.test(specifier) && !specifier.startsWith('.'))
        problems.push(`${folder}/${where} → ${specifier}`)
    }
  }
  for (const [file, text] of sources) {
    const isTest = file.startsWith('test/') || /\.test(-d)?\.ts$/.test(file)
    check(file, importsOf(text), isTest ? [...allowed, ...forTests] : allowed)
    for (const specifier of importsOf(text)) {
      const climbs = specifier.split('/').filter((part) => part === '..').length
      const target = posix.join('packages', folder, posix.dirname(file), specifier)
      const helpers = ['test/', ...[...allowed, ...forTests].map((each) => `packages/${each}/test/`)]
      const sharedByTests = isTest && helpers.some((start) => target.startsWith(start))
      if (climbs >= file.split('/').length && !sharedByTests)
        problems.push(`${folder}/${file} → ${specifier}`)
    }
  }
  const shipped = { ...manifest.dependencies, ...manifest.peerDependencies }
  check('package.json', Object.keys(shipped), allowed)
  check('package.json', Object.keys(manifest.devDependencies ?? {}), [...allowed, ...forTests])
  return problems
}

test.each(listPackages())('the imports of $folder follow the architecture', ({ folder, path, manifest }) => {
  const sources = new Map<string, string>()
  for (const part of ['src', 'test']) {
    for (const [file, text] of readFiles(join(path, part), ['.ts'])) sources.set(`${part}/${file}`, text)
  }
  expect(arrowProblems({ folder, manifest, sources })).toEqual([])
})

test.each<[string, Partial<Parts> & { folder: string }]>([
  ['core to http', { folder: 'core', sources: new Map([['src/a.ts', "import { x } from '@kith/http'"]]) }],
  [
    'core to its own conformance kit',
    { folder: 'core', sources: new Map([['src/a.ts', "export * from '@kith/conformance'"]]) },
  ],
  [
    'an adapter to another adapter',
    { folder: 'redis', sources: new Map([['src/a.ts', "await import('@kith/storage-sqlite')"]]) },
  ],
  [
    'blobs to the image processor',
    { folder: 'blob-local', manifest: { peerDependencies: { '@kith/media-sharp': 'workspace:^' } } },
  ],
  [
    'images to the routes',
    { folder: 'media-sharp', sources: new Map([['src/a.ts', "import { shapes } from '@kith/http'"]]) },
  ],
  [
    'a built file to express',
    { folder: 'http', sources: new Map([['src/index.ts', "import '@kith/express'"]]) },
  ],
  [
    'a type only',
    { folder: 'http', sources: new Map([['src/a.ts', "import type { X } from '@kith/fastify'"]]) },
  ],
  [
    'out of the package by path',
    { folder: 'http', sources: new Map([['src/a.ts', "import '../../core/src/index.ts'"]]) },
  ],
  [
    'sources to shared test helpers',
    { folder: 'http', sources: new Map([['src/a.ts', "import '../../../test/local-media.ts'"]]) },
  ],
  [
    'a test to another package by path',
    { folder: 'http', sources: new Map([['test/a.test.ts', "import '../../core/src/index.ts'"]]) },
  ],
  ['the command line to routes', { folder: 'cli', sources: new Map([['src/a.ts', "import '@kith/http'"]]) }],
  ['a dependency', { folder: 'http', manifest: { peerDependencies: { '@kith/express': 'workspace:^' } } }],
  ['a package without arrows', { folder: 'surprise' }],
])('rejects %s', (_name, parts) => {
  expect(arrowProblems({ manifest: {}, sources: new Map(), ...parts })).toHaveLength(1)
})

test.each([
  ['@opentelemetry/api', ['opentelemetry.ts']],
  ['@simplewebauthn/server', ['passkeys/create-passkeys.ts']],
  // So only its own entry loads it.
  ['./create-passkeys.ts', ['passkeys/index.ts']],
  ['../passkeys/index.ts', []],
  ['./passkeys/index.ts', []],
])('in core, %s is imported only by %j', (specifier, importers) => {
  const sources = readFiles(join(root, 'packages/core/src'), ['.ts'])
  const found = [...sources].flatMap(([file, text]) => (importsOf(text).includes(specifier) ? [file] : []))
  expect(found).toEqual(importers)
})

test('allows the tests of a framework to use the journeys of http', () => {
  const journeys = "import { testHost } from '../../http/test/journeys/test-host.ts'"
  const sources = new Map([['test/journeys.test.ts', journeys]])
  expect(arrowProblems({ folder: 'fastify', manifest: {}, sources })).toEqual([])
  expect(arrowProblems({ folder: 'redis', manifest: {}, sources })).toHaveLength(1)
})

test('allows the tests of an adapter to use the kit and shared test helpers', () => {
  const sources = new Map([
    ['src/conformance.test.ts', "import { cases } from '@kith/conformance'"],
    ['test/journeys.test.ts', "import { makeLocalMedia } from '../../../test/local-media.ts'"],
  ])
  const manifest = { devDependencies: { '@kith/conformance': 'workspace:^' } }
  expect(arrowProblems({ folder: 'redis', manifest, sources })).toEqual([])
})
