import type { MediaReport } from '@kith/core'
import type { Command } from '../command.ts'
import { count } from '../terminal/progress.ts'

/** How many of each kind are listed for people. */
const listed = 20

/** `kith verify media` */
export const verifyMedia: Command = {
  name: 'verify media',
  summary: 'Compare the stored media with the database, in both directions',
  details:
    'Lists files that are not in the database, and media whose file is gone. With --remove the former are removed, with their renditions, ' +
    'unless they are younger than an hour. Only a backup can restore the latter. Safe next to live servers.',
  options: { remove: { summary: 'remove the files that are not in the database' } },
  asks: true,
  failure: 'something was found that was not removed',
  examples: ['kith verify media', 'kith verify media --remove --yes'],
  async run(context) {
    const remove = context.switches.has('remove')
    const { kith, source } = await context.open()
    if (remove) await context.confirm(`Remove all media that are not in the database of ${source}?`)
    const progress = context.output.progress('Comparing')
    const report = await kith.upkeep.verifyMedia({
      remove,
      progress({ blobs, media }) {
        context.signal.throwIfAborted()
        progress.update(blobs + media, null)
      },
    })
    progress.end()
    const left = report.orphanCount - report.removed
    return { data: report, lines: linesOf(report, remove), failed: left + report.missingCount > 0 }
  },
}

/** The result of a comparison, for people. */
export function linesOf(report: MediaReport, remove: boolean): string[] {
  const { blobs, media, orphanCount, orphans, removed, young, missingCount, missing } = report
  const rest = (total: number): string[] =>
    total > listed ? [`  and ${count(total - listed)} more: --json`] : []
  return [
    `Compared ${count(blobs)} files and ${count(media)} media.`,
    ...(orphanCount === 0
      ? ['Every file is in the database.']
      : [
          `${count(orphanCount)} files are not in the database${remove ? `; ${count(removed)} were removed` : ': --remove removes them'}.`,
          ...(young > 0
            ? [
                `${count(young)} of them are younger than an hour and were kept: an upload may be in progress.`,
              ]
            : []),
          ...orphans.slice(0, listed).map((key) => `  ${key}`),
          ...rest(orphanCount),
        ]),
    ...(missingCount === 0
      ? ['Every medium has its file.']
      : [
          `${count(missingCount)} media have lost their file: restore it from a backup, or delete what shows it.`,
          ...missing
            .slice(0, listed)
            .map(
              ({ id, attachment }) =>
                `  ${id}${attachment ? ` (${attachment.use} ${attachment.subject})` : ''}`,
            ),
          ...rest(missingCount),
        ]),
  ]
}
