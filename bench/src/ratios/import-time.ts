import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * How long importing the built packages takes, each in a fresh process: median of 20, next to zod, jose, drivers and `node:http` alone. `pnpm build`
 * is required first. Another built checkout can be passed, to see both: `ratio import-time /path/to/kith`. CPU time is
 * shown because it depends less on other load; the target is that core takes at most 1.25 times as much of it as zod.
 */
const here = resolve(fileURLToPath(new URL('../../..', import.meta.url)))
const roots = [...process.argv.slice(3).map((folder) => resolve(folder)), here]
const times = 20
const target = 0.8

interface Import {
  name: string
  folder: string
  specifier: string
}

const parts = ['core', 'http', 'express', 'fastify']
const storages = ['storage-sqlite', 'storage-mongodb', 'storage-postgres']
const imports: readonly Import[] = [
  ...['node:http', 'zod', 'jose'].map((name) => ({ name, folder: 'core', root: here, specifier: name })),
  ...['pg', 'postgres'].map((name) => ({ name, folder: 'storage-postgres', root: here, specifier: name })),
  { name: 'mongodb', folder: 'storage-mongodb', root: here, specifier: 'mongodb' },
  ...roots.flatMap((root) =>
    [...parts, ...(root === here ? storages : [])].map((folder) => ({
      name: `@kith/${folder} of ${root}`,
      root,
      folder,
      specifier: './dist/index.js',
    })),
  ),
].map(({ root, folder, ...each }) => ({ ...each, folder: join(root, 'packages', folder) }))

const missing = imports.find(
  ({ folder, specifier }) => specifier.startsWith('.') && !existsSync(join(folder, specifier)),
)
if (missing) {
  console.error(`${missing.folder} is not built: pnpm build`)
  process.exit(2)
}

interface Cost {
  wall: number
  processor: number
}

function measure({ folder, specifier }: Import): Cost {
  const script = `const start = performance.now(), before = process.cpuUsage()
    await import(${JSON.stringify(specifier)})
    const { user, system } = process.cpuUsage(before)
    console.log(JSON.stringify({ wall: performance.now() - start, processor: (user + system) / 1000 }))`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Cost
}

const costs = new Map<Import, Cost[]>(imports.map((each) => [each, []]))
// In turns, after one round of each that is not counted: it brings the files into memory.
for (let round = 0; round <= times; round += 1) {
  for (const [each, counted] of costs) {
    const cost = measure(each)
    if (round > 0) counted.push(cost)
  }
}

function median(name: string, of: keyof Cost): number {
  const [, counted = []] = [...costs].find(([each]) => each.name === name) ?? []
  return counted.map((cost) => cost[of]).toSorted((a, b) => a - b)[times >> 1] ?? Number.NaN
}

for (const { name } of imports)
  console.log(
    `${name}: ${median(name, 'wall').toFixed(0)} ms, ${median(name, 'processor').toFixed(0)} ms of the processor`,
  )
for (const root of roots) {
  const ratio = median('zod', 'processor') / median(`@kith/core of ${root}`, 'processor')
  const held = root !== here || ratio >= target
  console.log(
    `zod as a part of @kith/core of ${root}: ${(ratio * 100).toFixed(0)} % (target ${target * 100} %)${held ? '' : '  BELOW'}`,
  )
  if (!held) process.exitCode = 1
}
