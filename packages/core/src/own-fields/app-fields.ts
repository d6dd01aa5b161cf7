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

/** The types of the fields of one kind: as they are given, and the part of an answer that they stand in. */
export interface FieldTypes<Shown extends object> {
  readonly given: UnknownFields
  readonly shown: Shown
}

/** Which fields of its own an app has: those of accounts that anyone may see, those that only the owner sees, and those of posts. */
export interface AppFields {
  readonly public: FieldTypes<{ fields?: UnknownFields }>
  readonly own: FieldTypes<{ ownFields?: UnknownFields }>
  readonly posts: FieldTypes<{ fields?: UnknownFields }>
}

/** The {@link AppFields} of the schemas `accounts.fields`, `accounts.ownFields` and `posts.fields`; open where one is not given. */
export interface FieldsOf<
  Public extends FieldsSchema = FieldsSchema,
  Own extends FieldsSchema = FieldsSchema,
  OfPosts extends FieldsSchema = FieldsSchema,
> {
  readonly public: TypesOf<'fields', Public>
  readonly own: TypesOf<'ownFields', Own>
  readonly posts: TypesOf<'fields', OfPosts>
}

/** The types of a schema's fields, which stand at `Place`. */
export interface TypesOf<Place extends string, Schema extends FieldsSchema> {
  readonly given: Schema['_zod']['input']
  readonly shown: FieldsSchema extends Schema
    ? { [Name in Place]?: UnknownFields }
    : { [Name in Place]: Schema['_zod']['output'] }
}

/** Fields that are changed. What is not named stays as it is; `null` removes a field that is optional. */
export type ChangedFields<Given extends UnknownFields> = {
  readonly [Name in keyof Given]?: Given[Name] | null | undefined
}
