import assert from 'node:assert/strict'
import type { MediaAttachment, MediaRecord, Storage } from '@kith/core/ports'
import { sampleMeasures, sampleMedia } from './records.ts'

/** Reserves a medium and makes it ready. Returns it as it is then. */
export async function readyMedia(
  { media }: Pick<Storage, 'media'>,
  fields: Partial<MediaRecord> = {},
): Promise<MediaRecord> {
  const reserved = sampleMedia(fields)
  await media.reserve(reserved)
  assert.equal(await media.ready(reserved.id, sampleMeasures), true)
  return { ...reserved, state: 'ready', measures: { ...sampleMeasures } }
}

/** The state and place of one medium. */
export async function placeOf(
  { media }: Pick<Storage, 'media'>,
  id: string,
): Promise<[state: MediaRecord['state'], attachment: MediaAttachment | null]> {
  const [item] = await media.byIds([id])
  assert.ok(item, 'the row of a medium stays until it is forgotten')
  return [item.state, item.attachment]
}

/** The place in a post. */
export function inPost(subject: string, position: number, alt = ''): MediaAttachment {
  return { use: 'post', subject, position, alt }
}
