import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive } from './is-alive.ts'

const app = fileURLToPath(new URL('guarded-app.ts', import.meta.url))

interface Left {
  folder: string
  pids: number[]
}

/** Lets an app start a process tree, ends the app, and returns where its children and its folder were. */
async function afterEndOf(way: string): Promise<Left> {
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, app, way], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const gone = once(child, 'exit')
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  const left = JSON.parse(chunk.toString()) as Left
  if (way.startsWith('SIG')) {
    expect(left.pids.filter(isAlive)).toEqual(left.pids)
    expect(existsSync(left.folder)).toBe(true)
    child.kill(way as NodeJS.Signals)
  }
  await gone
  return left
}

async function untilGone({ folder, pids }: Left): Promise<void> {
  while (pids.some(isAlive) || existsSync(folder)) await sleep(20)
}

test.runIf(process.platform !== 'win32').each(['SIGKILL', 'SIGTERM', 'SIGINT', 'exit', 'throw'])(
  'nothing that was started remains after %s, including grandchildren and files',
  async (way) => {
    await untilGone(await afterEndOf(way))
  },
  10_000,
)
