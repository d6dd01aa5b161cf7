import { KithError } from '@kith/core'
import {
  type EncodedPacket,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathTarget,
  type InputTrack,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  QTFF,
  WEBM,
  WebMOutputFormat,
} from 'mediabunny'
import type { SourceVideo } from './source-video.ts'

/** Packets of one track on their way, in the order of decoding. */
interface Lane {
  packets: AsyncIterator<EncodedPacket>
  next: EncodedPacket | null
  add(packet: EncodedPacket): Promise<void>
}

/** How much is gathered before it is written. */
const chunkBytes = 1024 * 1024

/**
 * Copies picture and sound into a new file of the same container, packet by packet. Nothing else of the old file comes
 * along: no tags, no location, no dates, no names, no other tracks such as a telemetry of positions.
 */
export async function copyTracks(source: SourceVideo, target: string): Promise<void> {
  const output = new Output({
    format: await formatOf(source),
    target: new FilePathTarget(target, { chunked: true, chunkSize: chunkBytes }),
  })
  try {
    const lanes = [await addVideo(output, source), ...(await addAudio(output, source))]
    await output.start()
    for (const lane of lanes) await step(lane)
    for (let lane = earliest(lanes); lane?.next; lane = earliest(lanes)) {
      await lane.add(lane.next)
      await step(lane)
    }
    await output.finalize()
  } catch (error) {
    if (output.state !== 'finalized') await output.cancel()
    throw error
  }
}

async function formatOf({ input }: SourceVideo): Promise<OutputFormat> {
  const format = await input.getFormat()
  if (format === WEBM) return new WebMOutputFormat()
  // The index comes first, so that a browser can begin to play before it has all. Room for it is reserved by the
  // number of packets, which costs a second look at the old index but no memory for the film.
  return format === QTFF
    ? new MovOutputFormat({ fastStart: 'reserve' })
    : new Mp4OutputFormat({ fastStart: 'reserve' })
}

async function addVideo(output: Output, { video }: SourceVideo): Promise<Lane> {
  const [codec, decoderConfig] = [await video.getCodec(), await video.getDecoderConfig()]
  if (!codec || !decoderConfig || !output.format.getSupportedVideoCodecs().includes(codec))
    throw notCopied('video')
  const track = new EncodedVideoPacketSource(codec)
  output.addVideoTrack(track, {
    transformationMatrix: await video.getTransformationMatrix(),
    maximumPacketCount: await countPackets(video),
  })
  return { ...laneOf(video), add: (packet) => track.add(packet, { decoderConfig }) }
}

async function addAudio(output: Output, { audio }: SourceVideo): Promise<Lane[]> {
  if (!audio) return []
  const [codec, decoderConfig] = [await audio.getCodec(), await audio.getDecoderConfig()]
  if (!codec || !decoderConfig || !output.format.getSupportedAudioCodecs().includes(codec))
    throw notCopied('sound')
  const track = new EncodedAudioPacketSource(codec)
  output.addAudioTrack(track, { maximumPacketCount: await countPackets(audio) })
  return [{ ...laneOf(audio), add: (packet) => track.add(packet, { decoderConfig }) }]
}

async function countPackets(track: InputTrack): Promise<number> {
  return (await track.computePacketStats()).packetCount
}

function laneOf(track: InputTrack): Pick<Lane, 'packets' | 'next'> {
  return { packets: new EncodedPacketSink(track).packets(), next: null }
}

async function step(lane: Lane): Promise<void> {
  const { value, done } = await lane.packets.next()
  lane.next = done ? null : value
}

/** The lane to go on with. Tracks advance together, because the writer holds on to what runs ahead. */
function earliest(lanes: readonly Lane[]): Lane | undefined {
  const waiting = lanes.filter(({ next }) => next !== null)
  return waiting.sort((a, b) => (a.next?.timestamp ?? 0) - (b.next?.timestamp ?? 0))[0]
}

function notCopied(what: 'video' | 'sound'): KithError {
  return new KithError('media-unreadable', { detail: `Its ${what} cannot be copied into its container.` })
}
