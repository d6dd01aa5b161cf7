/** The condition for a page below an id. */
export function below<Field extends string>(
  field: Field,
  before: string | null,
): { [Key in Field]?: { $lt: string } } {
  return before === null ? {} : ({ [field]: { $lt: before } } as { [Key in Field]: { $lt: string } })
}
