import { type Budget, demand } from './budget.ts'
import type { Range } from './video-file.ts'

/** An EBML element, RFC 8794. */
export interface Element {
  id: number
  /** The start of its header, the start of its content, and its end. */
  start: number
  content: number
  end: number
  /** Whether a recorder wrote it without a size. */
  isUnsized: boolean
}

/** The maximum size of an element header. */
export const maxHeaderBytes = 12

/**
 * Reads the header of an element that has to end within its parent. One without a size extends to the end.
 * @throws media-unreadable if it does not fit
 */
export function elementAt(head: Buffer, { start, end }: Range): Element {
  const idLength = lengthOf(head[0])
  const sizeLength = lengthOf(head[idLength])
  demand(idLength <= 4 && sizeLength <= 8 && head.length >= idLength + sizeLength)
  const first = (head[idLength] ?? 0) & (0xff >> sizeLength)
  let size = first
  let isUnsized = first === 0xff >> sizeLength
  for (let index = 1; index < sizeLength; index++) {
    const byte = head[idLength + index] ?? 0
    size = size * 256 + byte
    isUnsized &&= byte === 0xff
  }
  const content = start + idLength + sizeLength
  if (isUnsized) size = end - content
  demand(content <= end && content + size <= end)
  return { id: head.readUIntBE(0, idLength), start, content, end: content + size, isUnsized }
}

/** The elements in a range of bytes in memory; each has a size. */
export function elementsIn(bytes: Buffer, { start, end }: Range, budget: Budget): Element[] {
  const elements: Element[] = []
  for (let at = start; at < end;) {
    budget.spend('part')
    const element = elementAt(bytes.subarray(at, Math.min(at + maxHeaderBytes, end)), { start: at, end })
    demand(!element.isUnsized)
    elements.push(element)
    at = element.end
  }
  return elements
}

/** The header of a void element that covers a part of a file. It takes at least two bytes, as every element does. */
export function voidHeader({ start, end }: Range): Buffer {
  const length = end - start
  demand(length >= 2)
  const head = Buffer.alloc(length < 9 ? 2 : 9)
  head[0] = 0xec
  if (length < 9) {
    head[1] = 0x80 | (length - 2)
  } else {
    head[1] = 0x01
    head.writeUIntBE(length - 9, 3, 6)
  }
  return head
}

/** The number in an element of up to eight bytes. */
export function numberIn(content: Uint8Array): number {
  let value = 0
  for (const byte of content) value = value * 256 + byte
  return value
}

function lengthOf(first: number | undefined): number {
  return Math.clz32(first ?? 0) - 23
}
