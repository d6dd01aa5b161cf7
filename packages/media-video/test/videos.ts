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

/** A new folder, with what removes it. */
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

/** All packets of a file by their track: what is played, without what is told about it. */
export async function packetsOf(path: string): Promise<{ type: string; timestamp: number; data: Buffer }[]> {
  const input = open(path)
  const packets = []
  for (const track of await input.getTracks()) {
    for await (const { timestamp, data } of new EncodedPacketSink(track).packets())
      packets.push({ type: track.type, timestamp: Math.round(timestamp * 1000), data: Buffer.from(data) })
  }
  input.dispose()
  return packets
}

/** All tags of a file. */
export async function tagsOf(path: string): Promise<object> {
  const input = open(path)
  const { raw: _raw, ...tags } = await input.getMetadataTags()
  input.dispose()
  return tags
}

/** Writes an MP4 of many megabytes: packets of 256 KiB that nobody could show, behind the header of a fixture. */
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
