/** A schema of an app's own fields: `z.object({ … })` from zod 4 or zod/mini, in whatever copy of zod the app has. */
export interface FieldsSchema {
  readonly _zod: {
    readonly def: { readonly type: 'object' }
    readonly input: UnknownFields
    readonly output: UnknownFields
  }
}

/** Fields with unknown types. */
export type UnknownFields = Readonly<Record<string, unknown>>

/** The types of the fields of one kind: in inputs, and in responses. */
export interface FieldTypes<Given extends UnknownFields, Shown extends object> {
  readonly given: Given
  readonly shown: Shown
}

/** The types of public fields, if unknown. */
export type OpenFields = FieldTypes<UnknownFields, { fields?: UnknownFields }>

/** The types of fields that only the owner sees, if unknown. */
export type OpenOwnFields = FieldTypes<UnknownFields, { ownFields?: UnknownFields }>

/**
 * An app's own fields: those of accounts that are public, those that only the owner sees, and those of posts; and the
 * names of its roles. It consists of plain types and no schemas, which compilers would compare part by part.
 */
export interface AppFields<
  Public extends OpenFields = OpenFields,
  Own extends OpenOwnFields = OpenOwnFields,
  OfPosts extends OpenFields = OpenFields,
  Role extends string = string,
> {
  readonly public: Public
  readonly own: Own
  readonly posts: OfPosts
  readonly role: Role
}

/** The roles of an app: the built-in ones, and those that it has named. */
export type RoleOf<Named extends string> = string extends Named
  ? string
  : 'member' | 'moderator' | 'admin' | Named

/** The types of `accounts.fields` or `posts.fields`. */
export type FieldsOf<Schema extends FieldsSchema> = FieldsSchema extends Schema
  ? OpenFields
  : FieldTypes<Schema['_zod']['input'], { fields: Schema['_zod']['output'] }>

/** The types of `accounts.ownFields`. */
export type OwnFieldsOf<Schema extends FieldsSchema> = FieldsSchema extends Schema
  ? OpenOwnFields
  : FieldTypes<Schema['_zod']['input'], { ownFields: Schema['_zod']['output'] }>

/** Changed fields. Absent ones stay as they are; `null` removes an optional field. */
export type ChangedFields<Given extends UnknownFields> = {
  readonly [Name in keyof Given]?: Given[Name] | null | undefined
}
