/** A passkey reference for browsers. */
export interface PasskeyDescriptor {
  type: 'public-key'
  /** base64url */
  id: string
  /** Its transports: `internal`, `hybrid`, `usb`. */
  transports?: string[] | undefined
}

/** The input of `PublicKeyCredential.parseCreationOptionsFromJSON()`, for `navigator.credentials.create()`. */
export interface PasskeyCreationOptions {
  rp: { id: string; name: string }
  user: { id: string; name: string; displayName: string }
  challenge: string
  pubKeyCredParams: { type: 'public-key'; alg: number }[]
  timeout: number
  attestation: 'none'
  excludeCredentials: PasskeyDescriptor[]
  authenticatorSelection: {
    residentKey: 'required'
    requireResidentKey: true
    userVerification: 'required' | 'preferred'
  }
  extensions: { credProps: true }
}

/** The input of `PublicKeyCredential.parseRequestOptionsFromJSON()`, for `navigator.credentials.get()`. */
export interface PasskeyRequestOptions {
  rpId: string
  challenge: string
  /** Empty if the browser should offer all available passkeys. */
  allowCredentials: PasskeyDescriptor[]
  timeout: number
  userVerification: 'required'
}

/** The `toJSON()` of what `navigator.credentials.create()` resolves to. */
export interface PasskeyCreation {
  id: string
  rawId: string
  type: 'public-key'
  response: { clientDataJSON: string; attestationObject: string; transports?: string[] | undefined }
}

/** The `toJSON()` of what `navigator.credentials.get()` resolves to. */
export interface PasskeyAssertion {
  id: string
  rawId: string
  type: 'public-key'
  response: {
    clientDataJSON: string
    authenticatorData: string
    signature: string
    userHandle?: string | null | undefined
  }
}

/** The data a passkey is verified against from then on. */
export interface NewPasskey {
  id: string
  publicKey: string
  counter: number
  transports: string[]
  aaguid: string
  /** Whether it can be synced to other devices, as those of password managers can. It never changes. */
  syncable: boolean
  /** Whether it has been. */
  synced: boolean
}

/** The result of a verified assertion. */
export type VerifiedAssertion = Pick<NewPasskey, 'counter' | 'syncable' | 'synced'>

/** The expectations for a creation. */
export interface ExpectedCreation {
  /** base64url */
  challenge: string
  /** Whether the browser created it without asking after a sign-in with a password: then the user was not verified. */
  conditional: boolean
}

/**
 * Verifies browser responses (WebAuthn Level 3): what Kith needs from `@simplewebauthn/server`. It stores nothing and
 * has no accounts: the caller ensures that challenges are used once, compares counters, and looks up the owner of a
 * passkey.
 */
export interface PasskeyVerifier {
  /** The domain of the passkeys. */
  readonly rpId: string
  /** The name of the app, as shown to users. */
  readonly rpName: string
  /** Where they may be used: origins of pages, and of Android apps as `android:apk-key-hash:…`. */
  readonly origins: readonly string[]
  /** The supported signature algorithms, the preferred one first: COSE numbers. */
  readonly algorithms: readonly number[]
  /**
   * Checks challenge, origin, domain, and that the user was present and verified unless it is `conditional`.
   * @throws passkey-invalid
   */
  verifyCreation(creation: PasskeyCreation, expected: ExpectedCreation): Promise<NewPasskey>
  /** Checks challenge, origin, domain, signature, and that the user was present and verified. @throws passkey-invalid */
  verifyAssertion(
    assertion: PasskeyAssertion,
    expected: { challenge: string; publicKey: string },
  ): Promise<VerifiedAssertion>
}
