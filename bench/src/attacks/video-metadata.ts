import { createMediabunnyVideos } from '@kith/media-video'
import { hidingPlaces, stripHidden } from '../../../test/kit-samples.ts'

/** The places in a video that can contain something other than pictures and sound: none of it remains. */
const videos = createMediabunnyVideos()
let [clean, all] = [0, 0]

for (const [where, places] of Object.entries(hidingPlaces)) {
  const states = []
  for (const each of places) states.push({ name: each.name, state: await stripHidden(videos, each) })
  const kept = states.filter(({ state }) => state === 'kept' || state === 'lost')
  clean += places.length - kept.length
  all += places.length
  console.log(`${where}: ${places.length - kept.length} of ${places.length} clean`)
  for (const { name, state } of kept) console.log(`  ${state}: ${name}`)
}
console.log(`${clean} of ${all} places clean`)
process.exitCode = clean === all ? 0 : 1
