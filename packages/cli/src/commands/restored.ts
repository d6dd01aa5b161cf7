import type { Command } from '../command.ts'
import { count } from '../terminal/progress.ts'

/** `kith restored` */
export const restored: Command = {
  name: 'restored',
  summary: 'End all sessions after a backup was restored by other means',
  details:
    'A restored database has sessions that were logged out since, and lacks those that were opened since: this removes them all, and everyone has ' +
    'to sign in again. Stop all servers first. `kith restore` includes this; check the media afterward with `kith verify media`.',
  asks: true,
  examples: ['kith restored', 'kith restored --yes'],
  async run(context) {
    const { kith, source } = await context.open()
    await context.confirm(`End all sessions of everyone in the database of ${source}?`)
    const { sessions } = await kith.restored()
    return {
      data: { sessions },
      lines: [
        `Removed ${count(sessions)} sessions: everyone has to sign in again.`,
        'Now run `kith verify media`.',
      ],
    }
  },
}
