import type { Command } from '../command.ts'

/** `kith migrate` */
export const migrate: Command = {
  name: 'migrate',
  summary: 'Bring the schema of the database up to date',
  details:
    'Idempotent, and safe from several machines at once. Your servers do the same at their start where they call kith.storage.migrate().',
  examples: ['kith migrate'],
  async run(context) {
    const { kith } = await context.open()
    await kith.storage.migrate()
    return { data: { migrated: true }, lines: ['The schema is up to date.'] }
  },
}
