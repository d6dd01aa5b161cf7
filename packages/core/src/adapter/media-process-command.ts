import type { SpawnOptions } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How a media process is started: arguments and options for this Node. */
export interface MediaProcessCommand {
  arguments: readonly string[]
  options: SpawnOptions
}

/** The inputs for starting a media process. */
export interface MediaProcessPlace {
  /** The module that it runs. */
  entry: URL
  /** A folder of its own, for other files that its libraries write. */
  folder: string
  maxResidentBytes: number
}

/** Variables that locate libraries and set their language; no other environment variable of the host is passed on. */
const passedOn = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'DYLD_FALLBACK_LIBRARY_PATH',
  'SystemRoot',
]

/** The command of a media process. */
export function mediaProcessCommand({
  entry,
  folder,
  maxResidentBytes,
}: MediaProcessPlace): MediaProcessCommand {
  const script = fileURLToPath(entry)
  const flags =
    extname(script) === '.ts'
      ? ['--conditions=@kith/source', '--experimental-strip-types', '--disable-warning=ExperimentalWarning']
      : []
  return {
    arguments: [...flags, script, String(maxResidentBytes), String(process.pid)],
    options: {
      cwd: folder,
      env: environment(folder),
      // Jobs arrive on stdin and replies leave on the fourth pipe; the fifth closes when the server is gone.
      stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    },
  }
}

function environment(folder: string): NodeJS.ProcessEnv {
  const kept = passedOn.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    ...Object.fromEntries(kept),
    TMPDIR: folder,
    TEMP: folder,
    TMP: folder,
    // One job at a time: one thread for decoding, one for files.
    UV_THREADPOOL_SIZE: '2',
  }
}
