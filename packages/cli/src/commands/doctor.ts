import { CliError } from '../cli-error.ts'
import type { Command, CommandContext, Outcome } from '../command.ts'
import type { OpenKith } from '../config/open-kith.ts'
import { checkNode } from '../doctor/check-process.ts'
import { examine } from '../doctor/examine.ts'
import type { Finding, Level } from '../doctor/finding.ts'
import { failureOf } from '../failure.ts'
import { wrap } from '../help.ts'

/** `kith doctor` */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Find what is broken or unsafe, or soon will be, and how to fix it',
  details:
    'Changes nothing. Checks Node, the secret, the schema, the media, Redis, the clocks, passwords and upkeep, and at origins, cookies and ' +
    'proxies if the config exports `http`. An error is broken or unsafe now, a warning soon will be, a note is worth knowing.',
  failure: 'there is an error or a warning',
  examples: ['kith doctor', 'kith doctor --json'],
  async run(context) {
    let open: OpenKith
    try {
      open = await context.open()
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== 1) throw error
      const { message, hint } = failureOf(error)
      const meaning = `The app cannot start: ${message}`
      return report(
        [{ check: 'config', level: 'error', meaning, cure: hint }, checkNode(process.versions.node)],
        context,
      )
    }
    return report(await examine({ open, env: context.env }), context)
  },
}

const order: readonly Level[] = ['error', 'warning', 'note', 'ok']

function report(findings: readonly Finding[], { output }: CommandContext): Outcome {
  const sorted = [...findings].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
  const many = (level: Level): number => findings.filter((finding) => finding.level === level).length
  const { red, yellow, green, dim } = output.style
  const colors: Record<Level, (text: string) => string> = {
    error: red,
    warning: yellow,
    note: dim,
    ok: green,
  }
  const lines = sorted.flatMap(({ check, level, meaning, cure }) => [
    `${colors[level](level.padEnd(8))}${check}`,
    ...[meaning, ...(cure === null ? [] : [`→ ${cure}`])].flatMap((text) =>
      wrap(text, 90).map((line) => `        ${line}`),
    ),
  ])
  const counts = { errors: many('error'), warnings: many('warning'), notes: many('note') }
  return {
    data: { ...counts, findings: sorted },
    lines: [
      ...lines,
      '',
      `${amount(counts.errors, 'error')}, ${amount(counts.warnings, 'warning')}, ${amount(counts.notes, 'note')}.`,
    ],
    failed: counts.errors + counts.warnings > 0,
  }
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
