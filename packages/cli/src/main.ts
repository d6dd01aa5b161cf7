import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError, exitCodes, usageError } from './cli-error.ts'
import type { Command, CommandContext, Outcome } from './command.ts'
import { commands } from './commands.ts'
import { type OpenKith, openKith } from './config/open-kith.ts'
import { failureOf } from './failure.ts'
import { helpOf, helpOfAll } from './help.ts'
import { type Interrupt, listenForInterrupts } from './interrupt.ts'
import { type Parsed, parse } from './parse.ts'
import { confirm } from './terminal/ask.ts'
import { createOutput, type Output } from './terminal/output.ts'
import { printable } from './terminal/style.ts'

/** How long an interrupted command may take to record where it stopped. */
const graceMillis = 3_000

/** Runs one command line and returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  // The reader of the output may stop reading, as `head` does.
  process.stdout.on('error', () => process.exit(exitCodes.failed))
  const output = createOutput({
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    json: argv.includes('--json'),
  })
  try {
    const parsed = parse(argv, commands)
    const { command, switches, values } = parsed
    if (switches.has('version')) return await say(output, versionOf())
    if (switches.has('help')) {
      return await say(output, command ? helpOf(command, output.style) : helpOfAll(commands, output.style))
    }
    if (!command) throw usageError('The command is missing.', '`kith --help` lists them.')
    loadEnvironment(values['dotenv'])
    return await runCommand(command, { parsed, output })
  } catch (error) {
    return await report(error, output)
  }
}

async function runCommand(
  command: Command,
  { parsed, output }: { parsed: Parsed; output: Output },
): Promise<number> {
  const interrupt = listenForInterrupts()
  let opened: OpenKith | null = null
  const context: CommandContext = {
    args: parsed.args,
    values: parsed.values,
    switches: parsed.switches,
    env: process.env,
    cwd: process.cwd(),
    output,
    signal: interrupt.signal,
    async open() {
      const { config } = parsed.values
      return (opened ??= await openKith({
        config,
        cwd: process.cwd(),
        env: process.env,
        creates: command.creates ?? false,
      }))
    },
    async confirm(question) {
      if (parsed.switches.has('yes')) return
      await confirm(question, { stdin: process.stdin, stderr: process.stderr, signal: interrupt.signal })
    },
  }
  try {
    const outcome = await untilInterrupted(command.run(context), interrupt)
    if (outcome === null) return await interrupted(output, interrupt)
    await show(outcome, output)
    return outcome.failed ? exitCodes.failed : exitCodes.ok
  } catch (error) {
    if (interrupt.signal.aborted) return await interrupted(output, interrupt)
    throw error
  } finally {
    await (opened as OpenKith | null)?.close().catch((error: unknown) => {
      output.note(`Closing failed: ${failureOf(error).message}`)
    })
    interrupt.stop()
  }
}

/** Resolves to `null` if the command was interrupted and did not end on its own within the grace period. */
function untilInterrupted(work: Promise<Outcome>, { signal }: Interrupt): Promise<Outcome | null> {
  return new Promise((done, failed) => {
    let timer: NodeJS.Timeout | undefined
    signal.addEventListener('abort', () => (timer = setTimeout(() => done(null), graceMillis)), {
      once: true,
    })
    void work.then(done, failed).finally(() => clearTimeout(timer))
  })
}

async function interrupted(output: Output, interrupt: Interrupt): Promise<number> {
  const exitCode = interrupt.exitCode() ?? exitCodes.interrupted
  await report(new CliError('Interrupted.', { exitCode }), output)
  return exitCode
}

async function show({ data, lines }: Outcome, output: Output): Promise<void> {
  if (data === null) return
  if (output.json) await output.write(`${JSON.stringify(data)}\n`)
  else if (lines.length > 0) await output.write(`${lines.join('\n')}\n`)
}

async function say(output: Output, text: string): Promise<number> {
  await output.write(`${text}\n`)
  return exitCodes.ok
}

async function report(error: unknown, output: Output): Promise<number> {
  const { exitCode, ...failure } = failureOf(error)
  if (process.env['KITH_DEBUG'] && error instanceof Error) output.note(error.stack ?? error.message)
  if (output.json) await output.write(`${JSON.stringify({ error: failure })}\n`)
  else output.note(shown(`kith: ${failure.message}${failure.hint === null ? '' : `\n      ${failure.hint}`}`))
  return exitCode
}

/** An error may contain text of strangers. */
function shown(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

function loadEnvironment(file: string | undefined): void {
  if (file === undefined) return
  try {
    process.loadEnvFile(resolve(file))
  } catch (cause) {
    throw usageError(
      `${file} could not be read: ${(cause as Error).message}.`,
      'Give --dotenv the path of a file.',
    )
  }
}

function versionOf(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
