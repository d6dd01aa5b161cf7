import { KithError } from '@kith/core'
import {
  FilePathSource,
  Input,
  type InputAudioTrack,
  type InputVideoTrack,
  MP4,
  QTFF,
  WEBM,
} from 'mediabunny'
import { checkIsoTables } from './iso-limits.ts'
import { withFile } from './video-file.ts'
import { checkWebmParts } from './webm-limits.ts'

/** A video file that was opened. */
export interface SourceVideo {
  input: Input
  video: InputVideoTrack
  /** `null` for a silent video. */
  audio: InputAudioTrack | null
}

/** The most of a file that is held in memory. */
const cacheBytes = 4 * 1024 * 1024

/** How a WebM begins; the other containers are made of boxes. */
const ebmlMagic = Buffer.from([0x1a, 0x45, 0xdf, 0xa3])

/** Opens a video and gives it to `use`. @throws media-unreadable for whatever cannot be read */
export async function withVideo<Answer>(
  path: string,
  use: (source: SourceVideo) => Promise<Answer>,
): Promise<Answer> {
  await withFile({ path, to: 'read' }, async (file) => {
    const isEbml = (await file.read(0, 4)).equals(ebmlMagic)
    await (isEbml ? checkWebmParts(file) : checkIsoTables(file))
  })
  const source = new FilePathSource(path, { maxCacheSize: cacheBytes, handleUnhandledError: () => {} })
  const input = new Input({ source, formats: [MP4, QTFF, WEBM] })
  try {
    const video = await input.getPrimaryVideoTrack()
    if (!video) throw new KithError('media-unreadable', { detail: 'It has no picture.' })
    if ((await video.getCodec()) === null) throw unknownCodec('video')
    return await use({ input, video, audio: await findAudio(input) })
  } catch (error) {
    if (error instanceof KithError || isSystemError(error)) throw error
    throw new KithError('media-unreadable', { cause: error })
  } finally {
    input.dispose()
  }
}

/** Of several sound tracks the first that can be copied: phones add one of their own kind beside a common one. */
async function findAudio(input: Input): Promise<InputAudioTrack | null> {
  const tracks = await input.getAudioTracks()
  for (const track of tracks) if ((await track.getCodec()) !== null) return track
  if (tracks.length > 0) throw unknownCodec('sound')
  return null
}

function unknownCodec(what: 'video' | 'sound'): KithError {
  return new KithError('media-unreadable', { detail: `Its ${what} is in a codec that is not taken.` })
}

/** A full disk or a missing file says nothing about the video. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
