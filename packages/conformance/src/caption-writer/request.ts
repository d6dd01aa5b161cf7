import { setImmediate as turn } from 'node:timers/promises'
import type { CaptionRequest } from '@kith/core/ports'
import { red } from '../blob-store/samples.ts'
import { nextId, sampleMeasures } from '../records.ts'

/** A request for a picture with every measurement, unless `fields` override it. */
export function sampleRequest(fields: Partial<CaptionRequest> = {}): CaptionRequest {
  const { durationSeconds: _, thumbhash, lightness, saturation, ...measures } = sampleMeasures
  return {
    mediaId: nextId(),
    measures: {
      ...measures,
      palette: [...measures.palette],
      thumbhash: thumbhash ?? '',
      lightness: lightness ?? 0,
      saturation: saturation ?? 0,
    },
    image: async () => picture(),
    hint: 'Sunday at the lake',
    language: 'en',
    count: 3,
    timeoutSeconds: 10,
    ...fields,
  }
}

async function* picture(): AsyncGenerator<Uint8Array> {
  for (const part of [red.subarray(0, 10), red.subarray(10)]) {
    await turn()
    yield part
  }
}
