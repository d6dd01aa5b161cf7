import type { Command } from '../command.ts'
import { count } from '../terminal/progress.ts'

/** The limit for counting events: beyond it, the age is enough. */
const counted = 100_000

/** `kith outbox` */
export const outbox: Command = {
  name: 'outbox',
  summary: 'Show how many durable events wait for their consumer, and since when',
  details:
    'Delivers nothing: your servers do that with kith.outbox.deliver(). If the oldest event has waited for long, no server does, ' +
    'or its handler fails for it; the log then has outbox.not-handled.',
  examples: ['kith outbox', 'kith outbox --json'],
  async run(context) {
    const { kith } = await context.open()
    const { count: waiting, oldestAt } = await kith.outbox.backlog(counted)
    const many = waiting === counted ? `${count(waiting)} or more` : count(waiting)
    return {
      data: { waiting, oldestAt: oldestAt?.toISOString() ?? null },
      lines: oldestAt
        ? [`${many} ${waiting === 1 ? 'waits' : 'wait'}, the oldest since ${oldestAt.toISOString()}.`]
        : ['No event is waiting.'],
    }
  },
}
