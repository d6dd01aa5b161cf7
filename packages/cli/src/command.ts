import type { OpenKith } from './config/open-kith.ts'
import type { Output } from './terminal/output.ts'

/** One option of a command. */
export interface CommandOption {
  /** The name of its value in help; absent for a switch. */
  value?: string
  summary: string
}

/** One argument of a command, by its position. */
export interface CommandArgument {
  name: string
  summary: string
  optional?: boolean
}

/** The result of a command. */
export interface Outcome {
  /** For `--json`: the only document on standard output; `null` if the result was written already. */
  data: object | null
  /** For people. */
  lines: readonly string[]
  /** Whether it found a problem, or could not do everything: then it exits with 1. */
  failed?: boolean
}

/** The context of a command. */
export interface CommandContext {
  /** The arguments by name; optional ones may be absent. */
  readonly args: Readonly<Record<string, string>>
  /** The values of options; see {@link option}. */
  readonly values: Readonly<Record<string, string | undefined>>
  /** The switches that are set. */
  readonly switches: ReadonlySet<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly output: Output
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** Loads the Kith of the config file or of the environment, once. It is closed when the command has ended. */
  open(): Promise<OpenKith>
  /** Asks before an irreversible change. @throws CliError if there is no terminal to ask and `--yes` is absent */
  confirm(question: string): Promise<void>
}

/** One row of the table of commands: help, docs/cli.md and the parser are generated from it. */
export interface Command {
  /** One or two words, such as `verify counts`. */
  name: string
  /** What it does, in one line. */
  summary: string
  /** More, for `kith <name> --help`. */
  details?: string
  args?: readonly CommandArgument[]
  options?: Readonly<Record<string, CommandOption>>
  /** Whether it asks first; adds `--yes`. */
  asks?: boolean
  /** Whether it may create the database; others refuse a missing one. @default false */
  creates?: boolean
  /** The meaning of exit code `1`. @default it failed */
  failure?: string
  examples: readonly string[]
  run(context: CommandContext): Promise<Outcome>
}

/** A required argument. */
export function argument(context: CommandContext, name: string): string {
  const value = context.args[name]
  if (value === undefined) throw new TypeError(`The table of commands does not require ${name}`)
  return value
}
