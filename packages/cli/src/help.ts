import type { Command, CommandOption } from './command.ts'
import { commonOptions, yesOption } from './parse.ts'
import type { Style } from './terminal/style.ts'

/** The usage line of a command. */
function usageOf({ name, args = [], options = {} }: Command): string {
  const words = args.map((arg) => (arg.optional ? `[${arg.name}]` : `<${arg.name}>`))
  return ['kith', name, ...words, ...(Object.keys(options).length > 0 ? ['[options]'] : [])].join(' ')
}

/** `kith --help`. */
export function helpOfAll(commands: readonly Command[], style: Style): string {
  return [
    'Kith for operators: the database, the accounts and the media of an app that runs on Kith.',
    '',
    style.bold('Usage'),
    '  kith <command> [options]',
    '',
    style.bold('Commands'),
    ...table(commands.map((command) => [[command.name, ...argumentsOf(command)].join(' '), command.summary])),
    '',
    style.bold('Options'),
    ...optionRows(commonOptions),
    '',
    'Exit codes: 0 success, 1 something was found or failed, 2 the command line or the config is invalid.',
    '`kith <command> --help` describes one of them.',
  ].join('\n')
}

/** `kith <command> --help`. */
export function helpOf(command: Command, style: Style): string {
  const { args = [], options = {}, asks = false } = command
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', style.bold(title), ...lines]
  return [
    `${command.summary}.`,
    ...section('Usage', [`  ${usageOf(command)}`]),
    ...(command.details ? ['', ...wrap(command.details, 78)] : []),
    ...section('Arguments', table(args.map(({ name, summary }) => [`<${name}>`, summary]))),
    ...section('Options', optionRows({ ...options, ...(asks && { yes: yesOption }), ...commonOptions })),
    ...section(
      'Exit codes',
      table([
        ['0', 'done'],
        ['1', command.failure ?? 'it failed'],
        ['2', 'the command line or the config is invalid'],
      ]),
    ),
    ...section(
      'Examples',
      command.examples.map((example) => `  ${example}`),
    ),
  ].join('\n')
}

function argumentsOf({ args = [] }: Command): string[] {
  return args.map((arg) => (arg.optional ? `[${arg.name}]` : `<${arg.name}>`))
}

function optionRows(options: Readonly<Record<string, CommandOption>>): string[] {
  return table(
    Object.entries(options).map(([name, { value, summary }]) => [
      `--${name}${value ? ` ${value}` : ''}`,
      summary,
    ]),
  )
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

/** Wraps text at blanks, so that no line is longer than `width`. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
