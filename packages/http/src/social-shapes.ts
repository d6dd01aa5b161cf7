import type {
  Age,
  Author,
  FollowState,
  HostUser,
  Image,
  LikeState,
  OwnUser,
  Page,
  Post,
  PostMediaView,
  SignedInUser,
  Upload,
  User,
} from '@kith/core'
import type { SignedUpload } from '@kith/core/ports'
import * as z from 'zod'

/** A point in time, as in every response. */
export const time: z.ZodType<string> = z.iso.datetime()
const url = z.string()

/** The app's own fields, which the OpenAPI document describes by the app's schema. */
const appFields = z.record(z.string(), z.unknown()).exactOptional()

const image: z.ZodType<Image> = z.strictObject({
  url,
  width: z.int(),
  height: z.int(),
  thumbhash: z.string().nullable(),
  renditions: z.strictObject({ thumb: url, feed: url, full: url }),
})

const profileFields = {
  id: z.uuidv7(),
  username: z.string().nullable(),
  name: z.string(),
  bio: z.string(),
  avatar: image,
  cover: image.nullable(),
  createdAt: time,
  fields: appFields,
}

const userFields = {
  ...profileFields,
  counts: z.strictObject({ posts: z.int().min(0), followers: z.int().min(0), following: z.int().min(0) }),
  viewer: z.strictObject({ following: z.boolean(), followedBy: z.boolean() }).exactOptional(),
}

const age: z.ZodType<Age> = z.strictObject({
  from: z.int(),
  to: z.int().nullable(),
  source: z.string(),
  at: time,
})

const ownFields = {
  email: z.string().nullable(),
  emailVerified: z.boolean(),
  phone: z.string().nullable(),
  phoneVerified: z.boolean(),
  role: z.string(),
  age: age.exactOptional(),
  ownFields: appFields,
}

const user: z.ZodType<User> = z.strictObject(userFields)

const ownUser: z.ZodType<OwnUser> = z.strictObject({ ...userFields, ...ownFields })

/** The viewer's own account with more fields, as one object: two strict ones combined accept nothing in JSON Schema. */
export function withOwnUser<More extends object>(more: {
  readonly [Name in keyof More]-?: z.ZodType<More[Name]>
}): z.ZodType<OwnUser & More> {
  return z.strictObject({ ...userFields, ...ownFields, ...more }) as unknown as z.ZodType<OwnUser & More>
}

const hostUser: z.ZodType<HostUser> = withOwnUser<Omit<HostUser, keyof OwnUser>>({
  bannedAt: time.nullable(),
  bannedUntil: time.nullable(),
  banReason: z.string().nullable(),
  waitingSince: time.nullable(),
  invitedBy: z.uuidv7().nullable(),
})

const signedInUser: z.ZodType<SignedInUser> = z.strictObject({ ...profileFields, ...ownFields })

export const author: z.ZodType<Author> = z.strictObject({
  id: z.uuidv7(),
  username: z.string().nullable(),
  name: z.string(),
  avatar: image,
})

const renditions = z.strictObject({
  thumb: url.exactOptional(),
  feed: url.exactOptional(),
  full: url.exactOptional(),
})

const mediaFields = {
  id: z.uuidv7(),
  kind: z.enum(['image', 'video']),
  url,
  width: z.int(),
  height: z.int(),
  duration: z.number().exactOptional(),
  thumbhash: z.string().nullable(),
  renditions,
}

const postMedia: z.ZodType<PostMediaView> = z.strictObject({ ...mediaFields, alt: z.string() })

const upload: z.ZodType<Upload> = z.strictObject({ ...mediaFields, palette: z.array(z.string()) })

const signedUpload: z.ZodType<SignedUpload> = z.strictObject({
  method: z.enum(['POST', 'PUT']),
  url,
  headers: z.record(z.string(), z.string()),
  form: z.strictObject({ fields: z.record(z.string(), z.string()), file: z.string() }).nullable(),
  expiresAt: time,
})

const post: z.ZodType<Post> = z.strictObject({
  id: z.uuidv7(),
  author,
  caption: z.string(),
  media: z.array(postMedia),
  counts: z.strictObject({ likes: z.int().min(0) }),
  viewer: z.strictObject({ liked: z.boolean(), saved: z.boolean() }).exactOptional(),
  createdAt: time,
  editedAt: time.nullable(),
  fields: appFields,
})

/** A page of a list. */
export function page<Item>(item: z.ZodType<Item>): z.ZodType<Page<Item>> {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() })
}

/** The shapes of the social half, by their names in the OpenAPI document. */
export const socialShapes: {
  readonly OwnUser: z.ZodType<OwnUser>
  readonly SignedInUser: z.ZodType<SignedInUser>
  readonly HostUser: z.ZodType<HostUser>
  readonly HostUserPage: z.ZodType<Page<HostUser>>
  readonly User: z.ZodType<User>
  readonly UserPage: z.ZodType<Page<User>>
  readonly Upload: z.ZodType<Upload>
  readonly SignedUpload: z.ZodType<{ id: string; upload: SignedUpload }>
  readonly Captions: z.ZodType<{ suggestions: string[] }>
  readonly Post: z.ZodType<Post>
  readonly PostPage: z.ZodType<Page<Post>>
  readonly LikeState: z.ZodType<LikeState>
  readonly SaveState: z.ZodType<{ saved: boolean }>
  readonly FollowState: z.ZodType<FollowState>
} = {
  OwnUser: ownUser,
  SignedInUser: signedInUser,
  HostUser: hostUser,
  HostUserPage: page(hostUser),
  User: user,
  UserPage: page(user),
  Upload: upload,
  SignedUpload: z.strictObject({ id: z.uuidv7(), upload: signedUpload }),
  Captions: z.strictObject({ suggestions: z.array(z.string()) }),
  Post: post,
  PostPage: page(post),
  LikeState: z.strictObject({ liked: z.boolean(), likes: z.int().min(0) }),
  SaveState: z.strictObject({ saved: z.boolean() }),
  FollowState: z.strictObject({ following: z.boolean(), followers: z.int().min(0) }),
}
