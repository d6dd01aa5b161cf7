import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusively.ts'
import { firstOf, type Missing } from './find-server.ts'
import { cacheFolder, run, withProgress } from './run.ts'
import { oncePerRun } from './test-run.ts'

/** JavaScript runtimes other than the Node that runs the tests. */
export type RuntimeName = 'bun' | 'deno' | 'old-node'

/** A runtime that can be started. */
export interface RuntimeProgram {
  kind: 'runtime'
  path: string
  version: string
}

const { platform, arch } = process
const suffix = platform === 'win32' ? '.exe' : ''
const ofLinux = platform === 'linux' ? '-glibc' : ''

/** The packages that contain the programs themselves: those named after the runtimes only select one of them, in a script. */
const runtimes: Readonly<Record<RuntimeName, { package: string; version: string; program: string }>> = {
  bun: {
    package: `@oven/bun-${platform === 'win32' ? 'windows' : platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
    version: '1.4.5',
    program: `bin/bun${suffix}`,
  },
  deno: { package: `@deno/${platform}-${arch}${ofLinux}`, version: '2.9.6', program: `deno${suffix}` },
  /** The newest version that is too old for Kith. */
  'old-node': { package: `node-${platform}-${arch}`, version: '20.20.2', program: `bin/node${suffix}` },
}

/** The runtime in a fixed version, fetched from npm the first time, whatever the machine has installed. */
export async function findRuntime(name: RuntimeName): Promise<RuntimeProgram | Missing> {
  return oncePerRun(name, () => firstOf<RuntimeProgram>([() => fromNpm(name)]))
}

async function fromNpm(name: RuntimeName): Promise<RuntimeProgram> {
  const { package: from, version, program } = runtimes[name]
  const folder = join(cacheFolder(), `${name}-${version}`)
  const path = join(folder, 'node_modules', from, program)
  const whole = join(folder, 'installed')
  mkdirSync(folder, { recursive: true })
  if (!existsSync(whole)) {
    await exclusively(join(cacheFolder(), `${name}.lock`), async () => {
      if (existsSync(whole)) return
      const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]
      await withProgress(`Fetching ${name} ${version} from npm into .cache/servers, once, for tests`, () =>
        run('npm', ['install', ...flags, `${from}@${version}`]),
      )
      writeFileSync(whole, '')
    })
  }
  return { kind: 'runtime', path, version }
}
