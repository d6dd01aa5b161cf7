/** The query of a target as an input: a repeated name is a list, which no schema of a single value accepts. */
export function readQuery(query: string): Readonly<Record<string, string | string[]>> {
  if (query === '') return none
  const search = new URLSearchParams(query)
  const names = [...new Set(search.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = search.getAll(name)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

const none = Object.freeze({})
