import { fixture } from '../fixtures.ts'

/** A second of test pattern in 64 × 48 as ffmpeg writes it: an MP4 that any service can read. */
const pattern = fixture('blobs/pattern.mp4')

/** A real MP4 or MOV, with trailing bytes that make it unique and as long as needed; players skip them. */
export function sampleVideo(
  filling: Uint8Array | string,
  contentType: 'video/mp4' | 'video/quicktime' = 'video/mp4',
): Buffer {
  const content = Buffer.from(filling)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(header.length + content.length)
  header.write('free', 4)
  const video = Buffer.concat([pattern, header, content])
  // The brands of the file identify which of the two it is.
  if (contentType === 'video/quicktime') for (const offset of [8, 16]) video.write('qt  ', offset)
  return video
}
