import { expect, test } from 'vitest'
import type { CliError } from './cli-error.ts'
import { commands } from './commands.ts'
import { optionsOf, parse } from './parse.ts'

function failureOf(argv: string[]): CliError {
  try {
    parse(argv, commands)
  } catch (error) {
    return error as CliError
  }
  throw new Error('It was understood')
}

test.each([
  [['ban', 'ada', '--yes']],
  [['--yes', 'ban', 'ada']],
  [['--config', 'other.ts', 'ban', '--yes', 'ada']],
  [['ban', '-y', '--', 'ada']],
])('%j bans ada', (argv) => {
  const { command, args, switches } = parse(argv, commands)
  expect([command?.name, args, switches.has('yes')]).toEqual(['ban', { user: 'ada' }, true])
})

test('a two-word command is matched before a one-word command', () => {
  expect(parse(['verify', 'counts', '--json'], commands).command?.name).toBe('verify counts')
})

test('the value of an option is not a command', () => {
  const { command, values } = parse(['--config', 'migrate', 'info'], commands)
  expect([command?.name, values['config']]).toEqual(['info', 'migrate'])
})

test.each([
  [['impotr', 'a'], '`impotr` is not a command of kith.', 'Did you mean `kith import`?'],
  [['verify'], '`kith verify` is not a complete command.', 'Did you mean `kith verify'],
  [['frobnicate'], '`frobnicate` is not a command of kith.', '`kith --help` lists the commands.'],
  [['ban', 'ada', '--jsn'], '`kith ban` has no option --jsn.', 'Did you mean --json?'],
  [['ban'], '`kith ban` needs <user>: an id, a username or an email address.', '`kith ban --help`'],
  [['ban', 'ada', 'bob'], '`kith ban` does not accept "bob".', '`kith ban --help`'],
  [['info', '--config'], "Option '--config <value>' argument missing.", '`kith info --help`'],
])('%j is rejected with the solution', (argv, message, hint) => {
  const error = failureOf(argv)
  expect(error).toMatchObject({ message, exitCode: 2 })
  expect(error.hint).toContain(hint)
})

test('help needs no arguments', () => {
  expect(parse(['ban', '--help'], commands)).toMatchObject({ command: { name: 'ban' }, args: {} })
})

test('an option has the same meaning in every command', () => {
  const kinds = new Map<string, boolean>()
  for (const command of commands) {
    for (const [name, { value }] of Object.entries(optionsOf(command))) {
      expect(kinds.get(name) ?? value !== undefined, name).toBe(value !== undefined)
      kinds.set(name, value !== undefined)
    }
  }
})

test('every command has a one-line summary, an example, and required arguments before optional ones', () => {
  for (const { name, summary, examples, args = [] } of commands) {
    expect(summary, name).toMatch(/^[A-Z].{9,79}[^.]$/)
    expect(
      examples.every((example) => example.includes(`kith ${name}`)),
      name,
    ).toBe(true)
    const optional = args.map((arg) => Boolean(arg.optional))
    expect(optional, name).toEqual([...optional].sort())
  }
})
