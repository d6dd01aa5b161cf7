import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findRuntime, type RuntimeProgram } from '../servers/find-runtime.ts'
import { missing } from '../servers/find-server.ts'
import { guardedFolder, spawnGuarded } from '../servers/guard.ts'
import { isAlive } from '../servers/is-alive.ts'
import { runtimeArguments } from './runtime-arguments.ts'

interface MediaServer {
  /** The processes that it has started. */
  started: number[]
  kill(): Promise<void>
}

/** Starts a server that has processed a picture, and removes everything of it after the test. */
async function startMediaServer(program: RuntimeProgram): Promise<MediaServer> {
  const folder = guardedFolder()
  const picture = join(folder, 'picture.png')
  await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } }).toFile(picture)
  const server = spawnGuarded(
    program.path,
    [...runtimeArguments(program, join(import.meta.dirname, 'media-server.ts')), picture],
    { env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const gone = once(server, 'exit')
  onTestFinished(() => void server.kill('SIGKILL'))
  const said = createInterface({ input: server.stdout as Readable })
  const [line] = (await Promise.race([
    once(said, 'line'),
    gone.then(([code]) => Promise.reject(new Error(`The server ended with ${code}`))),
  ])) as [string]
  const started = JSON.parse(line) as number[]
  onTestFinished(() => {
    for (const pid of started) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  })
  return {
    started,
    async kill() {
      server.kill('SIGKILL')
      await gone
    },
  }
}

for (const name of ['bun', 'deno'] as const) {
  const program = await findRuntime(name)
  if (program.kind === 'missing') {
    describe.skip(`${name}: ${missing(`${name} could not be fetched from npm: ${program.reason}`)}`)
    continue
  }
  // The server finds its child processes in /proc.
  test.runIf(process.platform === 'linux')(
    `a server in ${name} that is killed takes its media processes with it`,
    async () => {
      const { started, kill } = await startMediaServer(program)
      expect(started.filter(isAlive)).toHaveLength(1)
      await kill()
      await expect.poll(() => started.filter(isAlive), { timeout: 5_000 }).toEqual([])
    },
  )
}
