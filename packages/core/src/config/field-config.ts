import * as z from 'zod'
import type { FieldsSchema } from '../own-fields/app-fields.ts'
import { createFieldScope, type FieldScope } from '../own-fields/field-scope.ts'

/** Reads the app's own fields. Throws by itself what is wrong with a schema: that is no matter of one field. */
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
