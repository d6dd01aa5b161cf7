/** A place in a WebM: the ids of elements from the outside in. */
export type ElementPath = readonly number[]

interface Found {
  start: number
  content: number
  end: number
}

/** Appends bytes to an element of a WebM of the kit, all of whose sizes take four bytes, and to those around it. */
export function appendToElement(file: Buffer, path: ElementPath, bytes: Uint8Array): Buffer {
  const found = findElements(file, path)
  const { end } = found.at(-1) ?? { end: file.length }
  return grow(Buffer.concat([file.subarray(0, end), bytes, file.subarray(end)]), found, bytes.length)
}

/** Puts bytes in the place of an element, header and all. */
export function replaceElement(file: Buffer, path: ElementPath, bytes: Uint8Array): Buffer {
  const found = findElements(file, path)
  const { start, end } = found.pop() ?? { start: 0, end: 0 }
  const changed = Buffer.concat([file.subarray(0, start), bytes, file.subarray(end)])
  return grow(changed, found, bytes.length - (end - start))
}

function grow(file: Buffer, parents: readonly Found[], by: number): Buffer {
  for (const { content, end } of parents) file.writeUInt32BE(0x1000_0000 + end - content + by, content - 4)
  return file
}

function findElements(file: Buffer, path: ElementPath): Found[] {
  const found: Found[] = []
  let [start, end] = [0, file.length]
  for (const id of path) {
    const element = findElement(file, id, { start, end })
    found.push(element)
    start = element.content
    end = element.end
  }
  return found
}

function findElement(file: Buffer, id: number, { start, end }: { start: number; end: number }): Found {
  const name = Buffer.from(id.toString(16), 'hex')
  for (let at = start; at < end;) {
    const content = at + Math.clz32(file[at] ?? 0) - 23 + 4
    const next = content + file.readUInt32BE(content - 4) - 0x1000_0000
    if (file.subarray(at, content - 4).equals(name)) return { start: at, content, end: next }
    at = next
  }
  throw new TypeError(`the sample has no ${id.toString(16)}`)
}
