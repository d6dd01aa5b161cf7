// Type-checks one app against the tarballs of two states of this repository, alternating, and compares CPU time and instantiations.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { compilerOptions, installedVersion, npm } from './consumer.ts'
import { root } from './packages.ts'

const run = promisify(execFile)
const usage =
  'Usage: compare-type-checks.ts BEFORE AFTER VERSION…, where BEFORE and AFTER are folders of tarballs (.cache/tarballs), and may be the same'
const rounds = Number(process.env['ROUNDS'] ?? 5)
const most = 1.1
const needed = ['express', 'fastify', 'ioredis', 'mongodb', 'sharp', 'zod', '@types/express', '@types/node']

/** The checked app: one that stores its own fields in a table on both sides, and one that passes them to Kith in the second. */
const subjects = [
  { name: 'before', side: 'before', kith: 'kith.ts' },
  { name: 'after', side: 'after', kith: 'kith.ts' },
  { name: 'after, with fields', side: 'after', kith: 'kith-with-fields.ts' },
] as const

interface Figures {
  /** CPU time of the whole run: the wall time depends on everything that runs next to it. */
  seconds: number
  instantiations: number
}

const [before, after, ...versions] = process.argv.slice(2)
if (!before || !after || versions.length === 0) throw new TypeError(usage)
const folder = mkdtempSync(join(tmpdir(), 'kith-types-'))
try {
  for (const version of versions) await compare(version, { before, after })
} finally {
  rmSync(folder, { recursive: true })
}

async function compare(version: string, tarballs: Record<'before' | 'after', string>): Promise<void> {
  const sides = { before: '', after: '' }
  for (const side of ['before', 'after'] as const)
    sides[side] = await install(join(folder, `${side}-${version}`), resolve(tarballs[side]), version)
  const apps = subjects.map(({ side, kith }) => writeApp(sides[side], kith))
  const figures = subjects.map((): Figures[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, app] of apps.entries()) {
      const measured = await check(app)
      // The first round warms up the file system cache.
      if (round > 0) figures[index]?.push(measured)
    }
  }
  const [base] = figures.map(least)
  for (const [index, all] of figures.entries()) {
    const { seconds, instantiations } = least(all)
    const ratios = base && [seconds / base.seconds, instantiations / base.instantiations]
    const shown = ratios?.map((ratio) => `${Math.round(ratio * 100)} %`).join(' and ')
    console.log(
      `TypeScript ${version}, ${subjects[index]?.name}: ${seconds.toFixed(2)} s, ${instantiations} instantiations (${shown})`,
    )
    if (ratios?.some((ratio) => ratio > most)) process.exitCode = 1
  }
}

/** Installs tarballs and a compiler with npm, as a user would. */
async function install(place: string, tarballs: string, version: string): Promise<string> {
  mkdirSync(place)
  writeFileSync(join(place, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  const packages = readdirSync(tarballs).filter((name) => name.endsWith('.tgz'))
  const others = needed.map((name) => `${name}@${installedVersion(name)}`)
  const all = [...packages.map((name) => join(tarballs, name)), ...others, `typescript@${version}`]
  await npm(place, ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...all])
  return place
}

function writeApp(place: string, kith: string): string {
  const app = join(place, kith.replace('.ts', ''))
  cpSync(join(root, 'bench', 'fixtures', 'type-check-app'), app, { recursive: true })
  cpSync(join(root, 'bench', 'fixtures', 'type-check-app', kith), join(app, 'kith.ts'))
  rmSync(join(app, 'kith-with-fields.ts'))
  const options = { ...compilerOptions, skipLibCheck: true, allowImportingTsExtensions: true }
  writeFileSync(
    join(app, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['everything.ts'] }),
  )
  return app
}

async function check(app: string): Promise<Figures> {
  const tsc = join(app, '..', 'node_modules', '.bin', 'tsc')
  // The shell knows the CPU time of its children, which Node does not.
  const timed = [
    '-c',
    'TIMEFORMAT="Processor: %U %S"; time "$0" "$@"',
    tsc,
    '-p',
    app,
    '--extendedDiagnostics',
  ]
  const { stdout, stderr } = await run('bash', timed).catch((error: unknown) => {
    throw new Error((error as { stdout?: string }).stdout, { cause: error })
  })
  const [, user, system] = /Processor: ([\d.]+) ([\d.]+)/.exec(stderr) ?? []
  const instantiations = Number(/^Instantiations:\s+(\d+)/m.exec(stdout)?.[1])
  return { seconds: Number(user) + Number(system), instantiations }
}

/** Other load makes a check longer, never shorter. */
function least(all: readonly Figures[]): Figures {
  const smallest = (of: (figures: Figures) => number): number => Math.min(...all.map(of))
  return {
    seconds: smallest(({ seconds }) => seconds),
    instantiations: smallest((each) => each.instantiations),
  }
}
