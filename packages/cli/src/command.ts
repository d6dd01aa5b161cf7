import type { OpenKith } from './config/open-kith.ts'
import type { Output } from './terminal/output.ts'

/** One option of a command. */
export interface CommandOption {
  /** What its value is called in help; absent for a switch. */
  value?: string
  summary: string
}

/** One argument of a command, by its position. */
export interface CommandArgument {
  name: string
  summary: string
  optional?: boolean
}

/** What a command found or did. */
export interface Outcome {
  /** For `--json`: the one document on standard output; `null` where the result was written already. */
  data: object | null
  /** For people. */
  lines: readonly string[]
  /** Whether it found something wrong, or could not do all it was asked: then it ends with 1. */
  failed?: boolean
}

/** What a command works with. */
export interface CommandContext {
  /** The arguments by name; those that are optional may be absent. */
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
  /** Asks before something that cannot be undone. @throws CliError where nobody can be asked and `--yes` is absent */
  confirm(question: string): Promise<void>
}

/** One row of the table of commands: help, docs/cli.md and the parser are made from it. */
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
  /** Whether it may make the database; others refuse one that is not there. @default false */
  creates?: boolean
  /** What `1` means as its exit code. @default it failed */
  failure?: string
  examples: readonly string[]
  run(context: CommandContext): Promise<Outcome>
}

/** An argument that the table demands. */
export function argument(context: CommandContext, name: string): string {
  const value = context.args[name]
  if (value === undefined) throw new TypeError(`The table of commands does not demand ${name}`)
  return value
}
