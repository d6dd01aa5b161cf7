import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { variantsOf } from '../test/mutation/statement-variants.ts'

const root = join(import.meta.dirname, '..')
// The cases of the store alone: those that need a complete Kith take ten times as long, and promise nothing more about a statement.
const vitest = [
  ...['exec', 'vitest', 'run', '--config', 'test/mutation/vitest.config.ts'],
  ...['--bail', '1', '-t', 'sessions/'],
]

/** Runs the tests once for each way to break a statement of a file, and reports which were not detected. Returns the exit code. */
export async function breakStatements(
  [file = '']: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const variants = variantsOf(readFileSync(join(root, file), 'utf8'))
  if (!(await passes(env))) throw new Error('The tests fail with no statement broken')
  let survived = 0
  for (const [index, { change }] of variants.entries()) {
    const isNoticed = !(await passes({ ...env, KITH_BROKEN_STATEMENT: String(index) }))
    if (!isNoticed) survived++
    console.log(`${isNoticed ? 'killed  ' : 'SURVIVED'} ${file}, ${change}`)
  }
  console.log(`${variants.length - survived} of ${variants.length} killed`)
  return survived > variants.length * 0.05 ? 1 : 0
}

async function passes(env: NodeJS.ProcessEnv): Promise<boolean> {
  const run = spawn('pnpm', vitest, { cwd: root, stdio: 'ignore', env })
  const [code] = (await once(run, 'exit')) as [number | null]
  return code === 0
}
