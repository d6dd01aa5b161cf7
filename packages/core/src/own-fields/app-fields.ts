/** A schema of an app's own fields: `z.object({ … })` of zod 4 or of zod/mini, whatever copy of zod the app has. */
export interface FieldsSchema {
  readonly _zod: {
    readonly def: { readonly type: 'object' }
    readonly input: UnknownFields
    readonly output: UnknownFields
  }
}

/** Fields of which the types are not known here. */
export type UnknownFields = Readonly<Record<string, unknown>>

/**
 * What an app has said its own fields are: `accounts.fields`, `accounts.ownFields` and `posts.fields`. `createKith` finds it in the
 * options; a plain `Kith` leaves it open.
 */
export interface AppFields<
  Public extends FieldsSchema = FieldsSchema,
  Own extends FieldsSchema = FieldsSchema,
  OfPosts extends FieldsSchema = FieldsSchema,
> {
  readonly public: Public
  readonly own: Own
  readonly posts: OfPosts
}

/** Fields that anyone may see. Absent where the app has none. */
export type PublicFields<Schema extends FieldsSchema> = FieldsSchema extends Schema
  ? { fields?: UnknownFields }
  : { fields: Schema['_zod']['output'] }

/** Fields that only the owner of the account and the host see. Absent where the app has none. */
export type OwnFields<Schema extends FieldsSchema> = FieldsSchema extends Schema
  ? { ownFields?: UnknownFields }
  : { ownFields: Schema['_zod']['output'] }

/** Fields as they are given at creation. */
export type GivenFields<Schema extends FieldsSchema> = Schema['_zod']['input']

/** Fields that are changed. What is not named stays as it is; `null` removes a field that is optional. */
export type ChangedFields<Schema extends FieldsSchema> = {
  readonly [Name in keyof Schema['_zod']['input']]?: Schema['_zod']['input'][Name] | null | undefined
}
