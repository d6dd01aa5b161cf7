import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusively.ts'
import { findOnPath } from './program-path.ts'
import { cacheFolder, run } from './run.ts'

/**
 * The path of a program that is made of a Go module such as `example.org/tool@v1.2.3`, the first time with this Go. Of
 * several processes one compiles. Rejects where that fails.
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
    // A line and no more: it may be done while others print.
    process.stderr.write(
      `Compiling ${name} ${version} into .cache/servers, once, for tests: a minute or two\n`,
    )
    // It renames the program into place when it is whole. Compiling takes longer here than what the program does.
    const args = ['install', '-trimpath', '-gcflags=all=-N -l', '-ldflags=-s -w', module]
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' }
    // Whatever else the machine does goes first.
    const [nice] = findOnPath('nice')
    if (nice === undefined) await run(go, args, { env })
    else await run(nice, ['-n', '10', go, ...args], { env })
  })
  return program
}
