import type { PlannedStep } from '@kith/core/ports'
import type { Command } from '../command.ts'
import { count } from '../terminal/progress.ts'

/** `kith migrate` */
export const migrate: Command = {
  name: 'migrate',
  summary: 'Bring the schema of the database up to date',
  details:
    'Idempotent, safe on several machines concurrently, and in short steps that do not block running servers. After an interruption ' +
    'it continues where it stopped. Servers that call kith.storage.migrate() at startup do the same; run this before a deploy to have it done by then.',
  creates: true,
  options: { plan: { summary: 'only list what would be done' } },
  examples: ['kith migrate --plan', 'kith migrate'],
  async run(context) {
    const { kith } = await context.open()
    const plan = await kith.storage.plan()
    if (context.switches.has('plan')) return { data: { plan }, lines: listOf(plan) }
    const progress = context.output.progress('Migrating')
    await kith.storage.migrate({
      progress({ step, done, total }) {
        context.signal.throwIfAborted()
        progress.update(done, total, step)
      },
    })
    progress.end()
    return {
      data: { done: plan.map(({ name }) => name) },
      lines: [
        plan.length === 0
          ? 'The schema was up to date.'
          : `Done: ${plan.map(({ name }) => name).join(', ')}.`,
      ],
    }
  },
}

function listOf(plan: readonly PlannedStep[]): string[] {
  if (plan.length === 0) return ['The schema is up to date.']
  return plan.map(({ name, total }) => (total > 1 ? `${name}: about ${count(total)} rows` : name))
}
