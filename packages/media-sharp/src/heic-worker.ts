import { parentPort, workerData } from 'node:worker_threads'
import { type LibheifFiles, openLibheif } from './libheif.ts'
import { writePng } from './png.ts'

/** What this thread is started with. */
export interface HeicJob {
  bytes: Uint8Array
  files: LibheifFiles
  maxBytes: number
}

/** What it answers: a PNG, or what is wrong with the file. What is wrong with libheif itself ends the thread. */
export type HeicAnswer = { png: Uint8Array<ArrayBuffer> } | { problem: string }

const { bytes, files, maxBytes } = workerData as HeicJob
const decoder = openLibheif(files, maxBytes)
const answer = decode()
parentPort?.postMessage(answer, 'png' in answer ? [answer.png.buffer] : [])

function decode(): HeicAnswer {
  try {
    return { png: writePng(decoder.decode(bytes)) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
