import { type Check, ok } from './finding.ts'

/** Servers run it every hour; a day without it is more than one that was missed. */
const warnMillis = 86_400_000

/** Whether somebody runs upkeep. */
export const checkUpkeep: Check = async ({ open: { kith } }) => {
  const check = 'upkeep'
  const last = await kith.storage.facts.get('upkeep.last')
  const cure = 'Call kith.upkeep.run() every hour in your servers, or run `kith upkeep` by cron.'
  if (last === null) {
    return [
      {
        check,
        level: 'warning',
        meaning: 'Upkeep has never run to its end: what is deleted and what has expired stays.',
        cure,
      },
    ]
  }
  const hours = Math.round((Date.now() - Date.parse(last)) / 3_600_000)
  if (hours * 3_600_000 <= warnMillis) return [ok(check, `Last ran at ${last}.`)]
  const meaning = `Upkeep last ran without a failure ${hours} hours ago: what is deleted and what has expired stays.`
  return [{ check, level: 'warning', meaning, cure }]
}
