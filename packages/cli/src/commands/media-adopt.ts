import type { Command } from '../command.ts'

/** `kith media adopt` */
export const adoptMedia: Command = {
  name: 'media adopt',
  summary: 'Accept the media folder as the one of this database',
  details:
    'Kith stores and removes nothing in a folder without the mark of its database: its disk may not be mounted, or the path may be wrong. If ' +
    'you have moved the media and know that this is the right folder, this writes the mark.',
  asks: true,
  failure: 'some of the oldest media are missing',
  examples: ['kith media adopt'],
  async run(context) {
    const { kith, source } = await context.open()
    await context.confirm(`Accept the media of ${source} as those of its database?`)
    const { checked, found } = await kith.upkeep.adoptMedia()
    return {
      data: { checked, found },
      lines: [
        `${found} of the ${checked} oldest media exist.`,
        ...(found < checked ? ['Run `kith verify media`.'] : []),
      ],
      failed: found < checked,
    }
  },
}
