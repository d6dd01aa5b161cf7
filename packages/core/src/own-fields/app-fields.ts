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

/** The types of the fields of one kind: as they are given, and the part of a response that they stand in. */
export interface FieldTypes<Given extends UnknownFields, Shown extends object> {
  readonly given: Given
  readonly shown: Shown
}

/** The types of fields that anyone may see, where they are not known. */
export type OpenFields = FieldTypes<UnknownFields, { fields?: UnknownFields }>

/** The types of fields that only the owner sees, where they are not known. */
export type OpenOwnFields = FieldTypes<UnknownFields, { ownFields?: UnknownFields }>

/**
 * Which fields of its own an app has: those of accounts that anyone may see, those that only the owner sees, and those of posts; and the
 * names of its roles. It holds plain types and no schemas, which compilers would compare part by part.
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

/** The roles of an app: those that every app has, and those that it has named. */
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

/** Fields that are changed. What is not named stays as it is; `null` removes a field that is optional. */
export type ChangedFields<Given extends UnknownFields> = {
  readonly [Name in keyof Given]?: Given[Name] | null | undefined
}
