import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusively.ts'
import { findOnPath } from './program-path.ts'
import { cacheFolder, run } from './run.ts'

/**
 * The path of a program that is built from a Go module such as `example.org/tool@v1.2.3`, the first time with this Go. Of
 * several processes one compiles. Rejects if that fails.
 */
export async function goProgram(module: string, go: string): Promise<string> {
  const parent = cacheFolder()
  const [path = '', version = ''] = module.split('@')
  const name = path.split('/').at(-1) ?? ''
  const folder = join(parent, `${name}-${version}`)
  const program = join(folder, name)
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  await exclusively(join(parent, `${name}.lock`), async () => {
    if (existsSync(program)) return
    // Only one line, because others may print at the same time.
    process.stderr.write(
      `Compiling ${name} ${version} into .cache/servers, once, for tests: a minute or two\n`,
    )
    // The finished program is renamed into place. Compiling takes longer here than running it.
    const args = ['install', '-trimpath', '-gcflags=all=-N -l', '-ldflags=-s -w', module]
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' }
    // Other work of the machine has priority.
    const [nice] = findOnPath('nice')
    if (nice === undefined) await run(go, args, { env })
    else await run(nice, ['-n', '10', go, ...args], { env })
  })
  return program
}
