import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CliError, exitCodes, usageError } from '../cli-error.ts'

/** A terminal that can be asked: with both a keyboard and a screen. */
export interface Terminal {
  stdin: NodeJS.ReadStream
  stderr: NodeJS.WriteStream
  signal: AbortSignal
}

/** Whether there is an interactive terminal. */
export function isInteractive({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY && stderr.isTTY
}

/** Asks for a yes. @throws CliError for any other reply, or without a terminal */
export async function confirm(question: string, terminal: Terminal): Promise<void> {
  if (!isInteractive(terminal)) {
    throw usageError(`${question} There is no terminal to ask at.`, 'Add --yes if that is what you want.')
  }
  const reply = await ask(`${question} [y/N] `, terminal)
  if (/^y(es)?$/i.test(reply.trim())) return
  throw new CliError('Nothing was changed.', { exitCode: exitCodes.failed })
}

/** Asks for a line without echo. */
export async function askHidden(question: string, terminal: Terminal): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  terminal.stderr.write(question)
  const reader = createInterface({ input: terminal.stdin, output: silent, terminal: true })
  try {
    return await reader.question('', { signal: terminal.signal })
  } finally {
    reader.close()
    terminal.stderr.write('\n')
  }
}

async function ask(question: string, { stdin, stderr, signal }: Terminal): Promise<string> {
  const reader = createInterface({ input: stdin, output: stderr })
  // readline handles Ctrl-C itself while it waits.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return await reader.question(question, { signal })
  } finally {
    reader.close()
  }
}
