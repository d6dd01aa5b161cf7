import type { Command } from '../command.ts'

/** `kith media adopt` */
export const adoptMedia: Command = {
  name: 'media adopt',
  summary: 'Take the media folder as it is for the one of this database',
  details:
    'Kith stores and removes nothing in a folder that has not the mark of its database: its disk may not be mounted, or the path be wrong. Where ' +
    'you have moved the media and know that this is their place, this writes the mark.',
  asks: true,
  failure: 'some of the oldest media are not there',
  examples: ['kith media adopt'],
  async run(context) {
    const { kith, source } = await context.open()
    await context.confirm(`Take the media of ${source} as they are for those of its database?`)
    const { checked, found } = await kith.upkeep.adoptMedia()
    return {
      data: { checked, found },
      lines: [
        `${found} of the ${checked} oldest media are there.`,
        ...(found < checked ? ['Look at `kith verify media`.'] : []),
      ],
      failed: found < checked,
    }
  },
}
