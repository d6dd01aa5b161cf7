import type { Command } from '../command.ts'
import { count } from '../terminal/progress.ts'

/** How far events are counted: the age says the rest. */
const counted = 100_000

/** `kith outbox` */
export const outbox: Command = {
  name: 'outbox',
  summary: 'Show how many durable events wait for their consumer, and since when',
  details:
    'Hands nothing over: that is what a server of yours does by kith.outbox.deliver(). Where the oldest event waits for long, no server does, ' +
    'or its handler fails at it; the log says so by outbox.not-handled.',
  examples: ['kith outbox', 'kith outbox --json'],
  async run(context) {
    const { kith } = await context.open()
    const { count: waiting, oldestAt } = await kith.outbox.backlog(counted)
    const many = waiting === counted ? `${count(waiting)} or more` : count(waiting)
    return {
      data: { waiting, oldestAt: oldestAt?.toISOString() ?? null },
      lines: oldestAt
        ? [`${many} ${waiting === 1 ? 'waits' : 'wait'}, the oldest since ${oldestAt.toISOString()}.`]
        : ['No event waits.'],
    }
  },
}
