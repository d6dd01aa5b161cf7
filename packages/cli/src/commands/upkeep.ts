import { setTimeout as sleep } from 'node:timers/promises'
import type { UpkeepReport } from '@kith/core'
import type { Command, CommandContext, Outcome } from '../command.ts'
import { readDuration } from '../duration.ts'
import { count } from '../terminal/progress.ts'

/** `kith upkeep` */
export const upkeep: Command = {
  name: 'upkeep',
  summary: 'Finish what a crash interrupted, and remove what has expired',
  details:
    'Idempotent, resumable, and safe next to live servers and other upkeep. Run it every hour unless your servers call ' +
    'kith.upkeep.run() themselves. With --every it continues until it is stopped, and with --json it writes one document per run.',
  options: {
    every: { value: 'TIME', summary: 'run again after this long, such as 1h, until it is stopped' },
  },
  failure: 'a step failed; the others ran, and the next run repeats it',
  examples: ['kith upkeep', 'kith upkeep --every 1h'],
  async run(context) {
    const { every } = context.values
    const pause = every === undefined ? null : readDuration(every, 'every')
    let outcome = await once(context)
    while (pause !== null && !context.signal.aborted) {
      await context.output.write(
        `${context.output.json ? JSON.stringify(outcome.data) : outcome.lines.join('\n')}\n`,
      )
      await sleep(pause * 1000, undefined, { signal: context.signal })
      outcome = await once(context)
    }
    return outcome
  },
}

async function once(context: CommandContext): Promise<Outcome> {
  const { kith } = await context.open()
  const progress = context.output.progress('Upkeep')
  const started = performance.now()
  const report = await kith.upkeep.run({
    progress: (step, done) => progress.update(done, null, `Upkeep: ${step}`),
  })
  progress.end()
  const seconds = Math.round((performance.now() - started) / 100) / 10
  return {
    data: { ...report, seconds },
    lines: [...linesOf(report), `Took ${seconds} s.`],
    failed: report.failed.length > 0,
  }
}

function linesOf({ accounts, posts, media, sessions, failed }: UpkeepReport): string[] {
  return [
    `Removed ${count(accounts)} deleted accounts, ${count(posts)} deleted posts, ${count(media)} unused media ` +
      `and ${count(sessions)} ended sessions.`,
    ...failed.map((step) => `The step "${step}" failed: see the log above. The next run repeats it.`),
  ]
}
