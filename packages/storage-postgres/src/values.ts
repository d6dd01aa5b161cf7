/** A value as a statement parameter. A list is one parameter, for `= ANY (@ids)`. */
export type Value = string | number | boolean | null | readonly string[]

/** The values of a statement by name, without the `@`. */
export type Values = Readonly<Record<string, Value>>
