import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// Node 22.13 needs a flag to strip types.
const execArgv = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]

/** Starts a script of this folder as a separate process; dates are preserved by the channel. */
export function startScript(name: string, args: string[] = [], shellLimit?: string): ChildProcess {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const limited = shellLimit && {
    execPath: 'sh',
    execArgv: ['-c', `${shellLimit}; exec "$0" "$@"`, process.execPath, ...execArgv],
  }
  const stdio = ['ignore', 'pipe', 'inherit', 'ipc'] as const
  return fork(script, args, { execArgv, ...limited, serialization: 'advanced', stdio: [...stdio] })
}

/** Everything a script printed, once it has ended. */
export function outputOf(child: ChildProcess): Promise<string> {
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => child.once('close', () => resolve(output)))
}
