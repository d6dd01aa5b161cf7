import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root } from '../../scripts/packages.ts'
import { spawnGuarded, type SystemUser } from './guard.ts'

/** Runs a program to its end and returns its output; rejects with its error output. */
export async function run(
  command: string,
  args: readonly string[],
  { env = process.env, user = null }: { env?: NodeJS.ProcessEnv; user?: SystemUser | null } = {},
): Promise<string> {
  const child = spawnGuarded(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...user })
  let output = ''
  let complaint = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return output
  const said = stripVTControlCharacters(`${output}\n${complaint}`)
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  const first = lines.find((line) => /\berror\b|connection broken/i.test(line))
  throw new Error((first ?? lines.at(-1) ?? `${command} ended with ${code}`).trim())
}

/** Prints in one line what is done and how long it takes, so that it does not look stuck. */
export async function withProgress<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const seconds = (digits: number): string => `${((performance.now() - started) / 1000).toFixed(digits)} s`
  process.stderr.write(`${what} … `)
  const timer = setInterval(() => process.stderr.write(`${seconds(0)} … `), 5_000)
  try {
    const result = await work()
    process.stderr.write(`${seconds(1)}\n`)
    return result
  } catch (error) {
    process.stderr.write(`failed after ${seconds(1)}\n`)
    throw error
  } finally {
    clearInterval(timer)
  }
}

/** The folder in which the server search keeps its files between runs; git ignores it. */
export function cacheFolder(): string {
  const folder = join(root, '.cache', 'servers')
  mkdirSync(folder, { recursive: true })
  return folder
}
