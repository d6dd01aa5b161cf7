import { parseArgs } from 'node:util'
import { usageError } from './cli-error.ts'
import type { Command, CommandArgument, CommandOption } from './command.ts'
import { nearest } from './near.ts'

/** Options that every command has. */
export const commonOptions: Readonly<Record<string, CommandOption>> = {
  config: {
    value: 'FILE',
    summary: 'the config file (otherwise kith.config.ts, .mts, .js or .mjs, in this folder or a parent)',
  },
  // Not --env-file: Node processes that one itself, at any position.
  dotenv: {
    value: 'FILE',
    summary: 'read environment variables from a file first; variables already set take precedence',
  },
  json: { summary: 'write one JSON document to standard output, for machines' },
  help: { summary: 'describe a command' },
  version: { summary: 'show the version' },
}

/** Added to a command that asks. */
export const yesOption: CommandOption = { summary: 'do not ask; needed without a terminal' }

/** A parsed command line. */
export interface Parsed {
  /** `null` if there is none. */
  command: Command | null
  args: Record<string, string>
  values: Record<string, string | undefined>
  switches: ReadonlySet<string>
}

/** All options of a command by name. */
export function optionsOf(command: Command | null): Record<string, CommandOption> {
  return { ...command?.options, ...(command?.asks && { yes: yesOption }), ...commonOptions }
}

/** Parses a command line. @throws CliError that names the mistake and the closest valid word */
export function parse(argv: readonly string[], commands: readonly Command[]): Parsed {
  const words = wordsOf(argv, commands)
  const command = find(words, commands)
  const options = optionsOf(command)
  const { values, positionals } = strictly(argv, { command, options })
  const given = positionals.slice(command ? command.name.split(' ').length : 0)
  const entries = Object.entries(values)
  const switches = new Set(entries.flatMap(([name, value]) => (value === true ? [name] : [])))
  return {
    command,
    args: command && !switches.has('help') ? readArguments(given, command) : {},
    values: Object.fromEntries(
      entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
    switches,
  }
}

type ParseOptions = NonNullable<Parameters<typeof parseArgs>[0]>['options']

function toParseOptions(options: Readonly<Record<string, CommandOption>>): NonNullable<ParseOptions> {
  const short: Record<string, string> = { help: 'h', version: 'v', yes: 'y' }
  return Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => [
      name,
      {
        type: value ? ('string' as const) : ('boolean' as const),
        ...(short[name] && { short: short[name] }),
      },
    ]),
  )
}

/** The words other than options, whatever the command is. */
function wordsOf(argv: readonly string[], commands: readonly Command[]): string[] {
  const all = Object.assign({}, ...commands.map(optionsOf), commonOptions) as Record<string, CommandOption>
  return parseArgs({ args: [...argv], options: toParseOptions(all), strict: false, allowPositionals: true })
    .positionals
}

function find(words: readonly string[], commands: readonly Command[]): Command | null {
  const [first, second] = words
  if (first === undefined) return null
  const named = (name: string): Command | undefined => commands.find((command) => command.name === name)
  const found = (second === undefined ? undefined : named(`${first} ${second}`)) ?? named(first)
  if (found) return found
  const below = commands.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name] : []))
  if (below.length > 0) {
    throw usageError(`\`kith ${first}\` is not a complete command.`, `Did you mean ${listed(below)}?`)
  }
  const names = commands.map(({ name }) => name)
  const near = (second && nearest(`${first} ${second}`, names)) || nearest(first, names)
  throw usageError(
    `\`${first}\` is not a command of kith.`,
    near ? `Did you mean \`kith ${near}\`?` : '`kith --help` lists the commands.',
  )
}

function strictly(
  argv: readonly string[],
  { command, options }: { command: Command | null; options: Record<string, CommandOption> },
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: [...argv], options: toParseOptions(options), allowPositionals: true })
  } catch (error) {
    const help = `\`kith ${command ? `${command.name} ` : ''}--help\` lists the options.`
    const unknown = /^Unknown option '--?([^']+)'/.exec((error as Error).message)?.[1]
    if (unknown === undefined) throw usageError(`${(error as Error).message.split('\n')[0]}.`, help)
    const near = nearest(unknown, Object.keys(options))
    const place = command ? `\`kith ${command.name}\`` : '`kith`'
    throw usageError(`${place} has no option --${unknown}.`, near ? `Did you mean --${near}?` : help)
  }
}

function readArguments(given: readonly string[], { name, args = [] }: Command): Record<string, string> {
  const help = `\`kith ${name} --help\` shows its usage.`
  const missing = args.find((arg, index) => !arg.optional && given[index] === undefined)
  if (missing) throw usageError(`\`kith ${name}\` needs <${missing.name}>: ${missing.summary}.`, help)
  if (given.length > args.length) {
    throw usageError(`\`kith ${name}\` does not accept "${given[args.length] ?? ''}".`, help)
  }
  return Object.fromEntries(
    args.flatMap((arg: CommandArgument, index) => {
      const value = given[index]
      return value === undefined ? [] : [[arg.name, value]]
    }),
  )
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`kith ${name}\``).join(' or ')
}
