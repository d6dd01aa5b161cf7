import { edgeKinds } from '@kith/core/ports'

/**
 * Ids enter and leave this package as strings of 36 characters, and are stored as the 16 bytes of a UUID (BSON binary,
 * subtype 4), which sort in the same order. The id of an edge is a byte for its kind and both nodes. A string that is
 * not a UUID stays a string, so that a lookup finds nothing.
 */
const idFields: ReadonlySet<string> = new Set('_id id userId authorId ownerId from to subject'.split(' '))

/** Sorts before every id. */
export const firstId = '00000000-0000-0000-0000-000000000000'
/** Sorts after every id. */
export const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** What any copy of the driver accepts as a binary: it checks these fields, and not the class. */
class Bytes {
  readonly _bsontype = 'Binary'
  readonly buffer: Uint8Array
  readonly position: number
  readonly sub_type: number

  constructor(buffer: Uint8Array, subType: number) {
    this.buffer = buffer
    this.position = buffer.length
    this.sub_type = subType
  }
}
// A driver identifies the value, and the BSON version, by these.
Object.assign(Bytes.prototype, {
  [Symbol.for('@@mdb.bson.type')]: 'Binary',
  [Symbol.for('@@mdb.bson.version')]: 7,
})

const [uuidType, plainType] = [4, 0]
const edgeIdLength = 33

/** Converts every id in a document, a condition or a pipeline to its stored form. Changes no argument. */
export function toStored<Value>(value: Value): Value {
  return encode(value, false) as Value
}

/** Converts every id in a document from the database to a string. Changes the document. */
export function fromStored<Value>(value: Value): Value {
  return decode(value) as Value
}

function encode(value: unknown, isId: boolean): unknown {
  if (typeof value === 'string') return isId ? toBytes(value) : value
  if (Array.isArray(value)) return value.map((item) => encode(item, isId))
  if (!isPlain(value)) return value
  const encoded: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const isIdToo = idFields.has(name.slice(name.lastIndexOf('.') + 1)) || (isId && name.startsWith('$'))
    encoded[name] = encode(value[name], isIdToo)
  }
  return encoded
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) if (typeof item === 'object') value[index] = decode(item)
    return value
  }
  const fields = value as Record<string, unknown>
  if (fields['_bsontype'] === 'Binary') return toText(value as Bytes)
  for (const name of Object.keys(fields)) {
    if (typeof fields[name] === 'object') fields[name] = decode(fields[name])
  }
  return value
}

function toBytes(text: string): unknown {
  if (text.length === 36) {
    const bytes = new Uint8Array(16)
    return writeUuid(text, { from: 0, bytes, at: 0 }) ? new Bytes(bytes, uuidType) : text
  }
  // The id of an edge: its kind, and both nodes.
  const place = edgeKinds.findIndex((kind) => text.length === kind.length + 74 && text.startsWith(`${kind} `))
  const from = text.length - 73
  const bytes = new Uint8Array(edgeIdLength)
  bytes[0] = place
  const isEdge =
    place >= 0 &&
    text[from + 36] === ' ' &&
    writeUuid(text, { from, bytes, at: 1 }) &&
    writeUuid(text, { from: from + 37, bytes, at: 17 })
  return isEdge ? new Bytes(bytes, plainType) : text
}

function toText({ buffer, sub_type: type }: Bytes): unknown {
  if (type === uuidType) return readUuid(buffer, 0)
  if (buffer.length !== edgeIdLength) return buffer
  return `${edgeKinds[buffer[0] ?? 0]} ${readUuid(buffer, 1)} ${readUuid(buffer, 17)}`
}

/** The value of each character that a UUID may have. Only lower case is accepted, so that each id has one spelling. */
const values = new Int8Array(128).fill(-1)
for (const [value, digit] of [...'0123456789abcdef'].entries()) values[digit.charCodeAt(0)] = value
const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * Writes the bytes of the UUID in a string; `false` if it is not one. A feed has thousands, so this is hand-written.
 */
function writeUuid(
  text: string,
  { from, bytes, at }: { from: number; bytes: Uint8Array; at: number },
): boolean {
  let [index, place] = [from, at]
  for (const length of [8, 4, 4, 4, 12]) {
    if (index > from && text.charCodeAt(index++) !== 45) return false
    for (const end = index + length; index < end; index += 2) {
      const [high, low] = [values[text.charCodeAt(index)] ?? -1, values[text.charCodeAt(index + 1)] ?? -1]
      if (high < 0 || low < 0) return false
      bytes[place++] = high * 16 + low
    }
  }
  return true
}

function readUuid(bytes: Uint8Array, start: number): string {
  let text = ''
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-'
    text += pairs[bytes[start + index] ?? 0]
  }
  return text
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
