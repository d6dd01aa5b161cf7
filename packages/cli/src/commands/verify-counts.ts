import type { Command } from '../command.ts'
import { count } from '../terminal/progress.ts'

/** How many differences are listed for people; `--json` has all. */
const listed = 20

/** `kith verify counts` */
export const verifyCounts: Command = {
  name: 'verify counts',
  summary: 'Recount followers, posts and likes, and correct wrong counts',
  details:
    'Compares every count with what it counts. No differences are expected: one is a bug worth reporting, and is repaired. ' +
    'Safe next to live servers.',
  failure: 'counts were wrong, and have been corrected',
  examples: ['kith verify counts'],
  async run(context) {
    const { kith } = await context.open()
    const progress = context.output.progress('Counting')
    const { checked, differences } = await kith.upkeep.verifyCounts((done) => progress.update(done, null))
    progress.end()
    const lines =
      differences.length === 0
        ? [`${count(checked)} counts are right.`]
        : [
            `${count(differences.length)} of ${count(checked)} were wrong and have been corrected:`,
            ...differences.slice(0, listed).map((difference) => `  ${JSON.stringify(difference)}`),
            ...(differences.length > listed
              ? [`  and ${count(differences.length - listed)} more: --json`]
              : []),
          ]
    return { data: { checked, differences }, lines, failed: differences.length > 0 }
  },
}
