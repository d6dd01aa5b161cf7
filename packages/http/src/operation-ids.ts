const ofAccounts = [
  'register',
  'getMe',
  'editMe',
  'deleteMe',
  'changePassword',
  'listAudit',
  'listAuditOf',
] as const

/** Sessions, and what opens them. */
const ofSessions = [
  'impersonate',
  'login',
  'refresh',
  'logout',
  'listSessions',
  'endSessions',
  'endSession',
  'bindSession',
  'refreshBoundSession',
  'confirmRegistration',
  'forgotPassword',
  'resetPassword',
  'sendLoginCode',
  'loginByCode',
  'resendCode',
  'verifyAddress',
  'changeAddress',
  'confirmAddress',
  'revertAddress',
  'loginByFactor',
  'prove',
  'beginTotp',
  'confirmTotp',
  'renewRecoveryCodes',
  'listCredentials',
  'renameCredential',
  'removeCredential',
  'beginPasskeyLogin',
  'loginByPasskey',
  'beginPasskeyRegistration',
  'registerByPasskey',
  'beginPasskey',
  'addPasskey',
  'beginPasskeyProof',
  'getPasskeySignals',
  'signInWith',
  'finishSignInWith',
  'finishSignInWithForm',
  'registerIdentity',
  'linkIdentity',
  'listInvitations',
  'createInvitation',
  'revokeInvitation',
  'lookUpInvitation',
] as const

const ofPeople = [
  'setAvatar',
  'clearAvatar',
  'setCover',
  'clearCover',
  'listSaved',
  'exportMe',
  'getUser',
  'listUserPosts',
  'listFollowers',
  'listFollowing',
  'follow',
  'unfollow',
  'getFeed',
  'createPost',
  'getPost',
  'editPost',
  'deletePost',
  'listLikes',
  'like',
  'unlike',
  'save',
  'unsave',
  'upload',
  'signUpload',
  'confirmUpload',
  'suggestCaptions',
  'getDefaultAvatar',
  'getFile',
  'getRendition',
  'getOpenApi',
  'getJwks',
] as const

/** The id of an operation: of one route of Kith, as the OpenAPI document and docs/http.md have it. */
export type OperationId = (typeof ofAccounts | typeof ofSessions | typeof ofPeople)[number]

/** The ids of all operations, in the order of docs/http.md. */
export const operationIds: readonly OperationId[] = [...ofAccounts, ...ofSessions, ...ofPeople]

/** Those that have nothing to do where the app signs people in itself: about passwords, tokens, sessions and what opens them. */
export const ownSignInIds: ReadonlySet<OperationId> = new Set<OperationId>([
  'register',
  'deleteMe',
  'changePassword',
  ...ofSessions,
])

/** Switches of routes: `false` leaves one out. */
export type RouteSwitches = { readonly [Id in OperationId]?: boolean | undefined }
