import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'
import { spawnGuarded } from './guard.ts'

/** Runs a program to its end and answers what it printed; rejects with its complaint. */
export async function run(
  command: string,
  args: readonly string[],
  { env = process.env }: { env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = spawnGuarded(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
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
