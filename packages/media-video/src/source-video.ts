import { type FileHandle, open } from 'node:fs/promises'
import { KithError } from '@kith/core'
import { systemCode } from '@kith/core/adapter'
import { CustomSource, Input, type InputAudioTrack, type InputVideoTrack, MP4, QTFF, WEBM } from 'mediabunny'
import { type Budget, demand } from './budget.ts'
import { type IsoIndex, patchesOf as isoPatchesOf, readIsoIndex } from './iso-index.ts'
import { checkTables } from './iso-samples.ts'
import { cleanTables } from './iso-tables.ts'
import { type Choice, stripIso } from './iso-strip.ts'
import { readTracks } from './iso-tracks.ts'
import { type Patch, patch } from './patches.ts'
import { type VideoFile, withFile } from './video-file.ts'
import { patchesOf as webmPatchesOf, readWebmIndex } from './webm-index.ts'
import { stripWebm } from './webm-strip.ts'

/** An opened video file. */
export interface SourceVideo {
  input: Input
  video: InputVideoTrack
  /** `null` for a silent video. */
  audio: InputAudioTrack | null
  /** Removes everything but these tracks from a copy of the file. */
  strip(copy: VideoFile, choice: Choice): Promise<void>
}

/** The maximum part of a file that is held in memory. */
const cacheBytes = 4 * 1024 * 1024

/** The first bytes of a WebM; the other containers consist of boxes. */
const ebmlMagic = Buffer.from([0x1a, 0x45, 0xdf, 0xa3])

/** The checked and cleaned index of a file. */
interface Index {
  patches: Patch[]
  strip(copy: VideoFile, choice: Choice): Promise<void>
}

/**
 * Opens a video and passes it to `use`. @throws media-unreadable, media-too-complex for anything that cannot be read
 */
export async function withVideo<Result>(
  { path, budget }: { path: string; budget: Budget },
  use: (source: SourceVideo) => Promise<Result>,
): Promise<Result> {
  const { patches, strip } = await withFile({ path, to: 'read' }, async (file) => {
    const isEbml = (await file.read(0, 4)).equals(ebmlMagic)
    return await (isEbml ? readWebm(file, budget) : readIso(file, budget))
  })
  const handle = await open(path)
  const source = sourceOf(handle, (await handle.stat()).size, patches)
  const input = new Input({ source, formats: [MP4, QTFF, WEBM] })
  try {
    const video = await input.getPrimaryVideoTrack()
    if (!video) throw new KithError('media-unreadable', { detail: 'The file has no video track.' })
    if ((await video.getCodec()) === null) throw unknownCodec('video')
    return await use({ input, video, audio: await findAudio(input), strip })
  } catch (error) {
    if (error instanceof KithError || isSystemError(error)) throw error
    throw new KithError('media-unreadable', { cause: error })
  } finally {
    input.dispose()
    await handle.close()
  }
}

async function readIso(file: VideoFile, budget: Budget): Promise<Index> {
  const index: IsoIndex = await readIsoIndex(file, budget)
  for (const track of readTracks(index.movie, budget)) {
    checkTables(track)
    cleanTables(track, file.size)
  }
  return { patches: isoPatchesOf(index), strip: (copy, choice) => stripIso(copy, index, choice) }
}

async function readWebm(file: VideoFile, budget: Budget): Promise<Index> {
  const index = await readWebmIndex(file, budget)
  return { patches: webmPatchesOf(index), strip: (copy, choice) => stripWebm(copy, index, choice) }
}

/** mediabunny only sees checked parts of an index: neither what was freed, nor what replaced it. */
function sourceOf(handle: FileHandle, size: number, patches: readonly Patch[]): CustomSource {
  return new CustomSource({
    getSize: () => size,
    async read(start, end) {
      demand(end - start <= maxReadBytes)
      const bytes = Buffer.alloc(end - start)
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done)
        demand(bytesRead > 0)
        done += bytesRead
      }
      patch(bytes, start, patches)
      return bytes
    },
    maxCacheSize: cacheBytes,
    prefetchProfile: 'fileSystem',
    handleUnhandledError: () => {},
  })
}

/** The maximum size of an index or a cluster. */
const maxReadBytes = 40 * 1024 * 1024

/** The first of several sound tracks that can be copied: phones add a proprietary one next to a common one. */
async function findAudio(input: Input): Promise<InputAudioTrack | null> {
  const tracks = await input.getAudioTracks()
  for (const track of tracks) if ((await track.getCodec()) !== null) return track
  if (tracks.length > 0) throw unknownCodec('sound')
  return null
}

function unknownCodec(what: 'video' | 'sound'): KithError {
  return new KithError('media-unreadable', { detail: `Its ${what} uses an unsupported codec.` })
}

/**
 * A full disk or a missing file says nothing about the video. Codes such as `ERR_OUT_OF_RANGE` come from the runtime.
 */
function isSystemError(error: unknown): boolean {
  return /^E(?!RR_)/.test(systemCode(error))
}
