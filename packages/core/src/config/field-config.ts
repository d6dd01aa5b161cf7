import * as z from 'zod'
import type { FieldsSchema } from '../own-fields/app-fields.ts'
import { createFieldScope, type FieldScope } from '../own-fields/field-scope.ts'

/** Parses the app's own fields. Throws its own error for an invalid schema, which does not concern a single field. */
export function fieldScope(
  option: string,
  prefix = '',
): z.ZodPipe<
  z.ZodOptional<z.ZodType<FieldsSchema, FieldsSchema>>,
  z.ZodTransform<FieldScope | null, FieldsSchema | undefined>
> {
  return z
    .custom<FieldsSchema>(() => true)
    .optional()
    .transform((schema) => (schema === undefined ? null : createFieldScope(option, schema, prefix)))
}
