import type { Document } from 'mongodb'

/** Which documents a command selects, and in which order. */
export interface Selection {
  collection: string
  filter: Document
  sort?: Document
  limit?: number
  hint?: string
}

/** The selections of a command: none if it inserts, several if it has several statements or a union. */
export function selectionsOf(name: string, command: Document): Selection[] {
  const collection = String(command[name])
  switch (name) {
    case 'find':
      return [selection({ collection, ...command, filter: (command['filter'] ?? {}) as Document })]
    case 'findAndModify':
      return [{ collection, filter: command['query'] as Document }]
    case 'update':
      return (command['updates'] as Document[]).map(({ q }) => ({ collection, filter: q as Document }))
    case 'delete':
      return (command['deletes'] as Document[]).map(({ q }) => ({ collection, filter: q as Document }))
    case 'aggregate':
      return ofPipeline(collection, command['pipeline'] as Document[])
    default:
      return []
  }
}

function ofPipeline(collection: string, pipeline: readonly Document[]): Selection[] {
  const [match, next, last] = pipeline
  const unions = pipeline.flatMap(({ $unionWith }) => {
    const union = $unionWith as { coll: string; pipeline: Document[] } | undefined
    return union ? ofPipeline(union.coll, union.pipeline) : []
  })
  const sort = next?.['$sort'] as Document | undefined
  const limit = last?.['$limit'] as number | undefined
  const filter = (match?.['$match'] ?? {}) as Document
  return [selection({ collection, filter, ...(sort && { sort }), ...(limit && { limit }) }), ...unions]
}

/** The driver names an index, passes the order as a map, and adds fields that are not needed here. */
function selection({ collection, filter, sort, limit, hint }: Selection & Document): Selection {
  return {
    collection,
    filter,
    ...(sort && { sort: sort instanceof Map ? (Object.fromEntries(sort) as Document) : sort }),
    ...(limit !== undefined && { limit }),
    ...(hint !== undefined && { hint }),
  }
}

/** The values to which a condition pins a field, or `null` for a range. */
export function valuesOf(condition: unknown): readonly unknown[] | null {
  if (typeof condition !== 'object' || condition === null || condition instanceof Date) return [condition]
  // An id is bytes.
  if ('_bsontype' in condition) return [condition]
  const { $in, $eq, ...rest } = condition as Document
  if (Object.keys(rest).length > 0) return null
  return ($in as unknown[] | undefined) ?? [$eq]
}

/** The shape of a selection: two with the same shape have the same plan. */
export function shapeOf({ collection, filter, sort, limit }: Selection): string {
  const fields = Object.entries(filter).map(([field, condition]) => {
    const values = valuesOf(condition)
    if (!values) return `${field} ${Object.keys(condition as Document).join(' ')}`
    return values.length === 1 ? field : `${field} in`
  })
  const order = sort ? ` by ${Object.entries(sort).flat().join(' ')}` : ''
  return `${collection} { ${fields.join(', ')} }${order}${limit === undefined ? '' : ' limited'}`
}
