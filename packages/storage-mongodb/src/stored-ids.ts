import { edgeKinds } from '@kith/core/ports'

/**
 * Ids go in and out of this package as text of 36 characters, and lie in the database as the 16 bytes of a UUID (BSON binary, subtype
 * 4), which sort in the same order. The id of an edge is a byte for its kind and both nodes. Text that is no UUID stays text, so that it
 * is looked for and not found.
 */
const idFields: ReadonlySet<string> = new Set('_id id userId authorId ownerId from to subject'.split(' '))

/** Sorts before every id. */
export const firstId = '00000000-0000-0000-0000-000000000000'
/** Sorts after every id. */
export const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** What the driver of any copy takes for a binary: it asks for these fields, and for no class of its own. */
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
// By these a driver knows what it is, and of which release of BSON.
Object.assign(Bytes.prototype, {
  [Symbol.for('@@mdb.bson.type')]: 'Binary',
  [Symbol.for('@@mdb.bson.version')]: 7,
})

const [uuidType, plainType] = [4, 0]
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const edgeIdLength = 33

/** Gives every id in a document, a condition or a pipeline the form in which it is stored. Changes nothing that is passed in. */
export function toStored<Value>(value: Value): Value {
  return encode(value, false) as Value
}

/** Gives every id in a document from the database its text. Changes the document. */
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
  if (text.length === 36) return uuid.test(text) ? new Bytes(bytesOf(text), uuidType) : text
  const [kind, from = '', to = '', ...more] = text.length > 73 ? text.split(' ') : []
  if (more.length > 0 || !uuid.test(from) || !uuid.test(to)) return text
  const place = edgeKinds.findIndex((one) => one === kind)
  if (place < 0) return text
  return new Bytes(Buffer.concat([Buffer.of(place), bytesOf(from), bytesOf(to)]), plainType)
}

function toText({ buffer, sub_type: type }: Bytes): unknown {
  const hex = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength).toString('hex')
  if (type === uuidType) return dashed(hex)
  if (hex.length !== edgeIdLength * 2) return buffer
  return [edgeKinds[parseInt(hex.slice(0, 2), 16)], dashed(hex.slice(2, 34)), dashed(hex.slice(34))].join(' ')
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll('-', ''), 'hex')
}

function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
