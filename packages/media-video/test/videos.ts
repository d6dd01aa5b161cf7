import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  FilePathTarget,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
  QTFF,
  WEBM,
} from 'mediabunny'

/** The path of a fixture. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
}

/** A new folder, with a function that removes it. */
export function makeFolder(): { path: (name: string) => string; clear: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'kith-videos-'))
  return {
    path: (name) => join(folder, name),
    clear: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function open(path: string): Input {
  return new Input({ source: new FilePathSource(path), formats: [MP4, QTFF, WEBM] })
}

/** All packets of a file by track, without the messages (SEI) between the slices of H.264 and HEVC. */
export async function packetsOf(path: string): Promise<{ type: string; timestamp: number; data: Buffer }[]> {
  const input = open(path)
  const packets = []
  for (const track of await input.getTracks()) {
    const codec = await track.getCodec()
    for await (const { timestamp, data } of new EncodedPacketSink(track).packets()) {
      const bytes = Buffer.from(data)
      if (codec === 'avc') dropMessages(bytes, (first) => (first & 0x1f) === 6)
      if (codec === 'hevc') dropMessages(bytes, (first) => [39, 40].includes((first >> 1) & 0x3f))
      // Some audio encoders sign their first frame.
      const signature = codec === 'aac' ? bytes.indexOf('Lavc') : -1
      if (signature >= 0) bytes.fill(0, signature, signature + 13)
      packets.push({ type: track.type, timestamp: Math.round(timestamp * 1000), data: bytes })
    }
  }
  input.dispose()
  return packets
}

function dropMessages(packet: Buffer, isMessage: (first: number) => boolean): void {
  for (let at = 0; at + 4 < packet.length;) {
    const end = at + 4 + packet.readUInt32BE(at)
    if (isMessage(packet[at + 4] ?? 0)) packet.fill(0, at + 4, end)
    at = end
  }
}

/** All tags of a file. */
export async function tagsOf(path: string): Promise<object> {
  const input = open(path)
  const { raw: _raw, ...tags } = await input.getMetadataTags()
  input.dispose()
  return tags
}

/** Writes an MP4 of many megabytes: unplayable packets of 256 KiB after the header of a fixture. */
export async function writeLargeVideo(path: string, megabytes: number): Promise<void> {
  const input = open(fixture('located.mp4'))
  const decoderConfig = await (await input.getPrimaryVideoTrack())?.getDecoderConfig()
  input.dispose()
  const source = new EncodedVideoPacketSource('avc')
  const output = new Output({
    format: new Mp4OutputFormat({ fastStart: false }),
    target: new FilePathTarget(path),
  })
  output.addVideoTrack(source)
  await output.start()
  const size = 256 * 1024
  for (let index = 0; index < megabytes * 4; index++) {
    const data = Buffer.alloc(size, index)
    data.writeUInt32BE(size - 4)
    data[4] = 0x65
    await source.add(
      new EncodedPacket(data, 'key', index / 10, 0.1),
      decoderConfig ? { decoderConfig } : undefined,
    )
  }
  await output.finalize()
}
