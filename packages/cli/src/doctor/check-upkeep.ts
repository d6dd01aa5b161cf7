import { type Check, ok } from './finding.ts'

/** Servers run it every hour; a day without it is more than one missed run. */
const warnMillis = 86_400_000

/** Whether upkeep runs. */
export const checkUpkeep: Check = async ({ open: { kith } }) => {
  const check = 'upkeep'
  const last = await kith.storage.facts.get('upkeep.last')
  const cure = 'Call kith.upkeep.run() every hour in your servers, or run `kith upkeep` with cron.'
  if (last === null) {
    return [
      {
        check,
        level: 'warning',
        meaning: 'Upkeep has never completed: deleted and expired data stays.',
        cure,
      },
    ]
  }
  const hours = Math.round((Date.now() - Date.parse(last)) / 3_600_000)
  if (hours * 3_600_000 <= warnMillis) return [ok(check, `Last ran at ${last}.`)]
  const meaning = `Upkeep last ran without a failure ${hours} hours ago: deleted and expired data stays.`
  return [{ check, level: 'warning', meaning, cure }]
}
