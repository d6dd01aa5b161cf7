const untrusted =
  'The certificate of the server is not signed by a CA that this process trusts: give that CA, for `pg` as `sslrootcert` in the URL or `ssl: { ca }` of the pool, for postgres.js as its option `ssl: { ca }`.'

const validity =
  'The certificate of the server has expired, or is not valid yet: renew it, and check the clock of this machine.'

const name =
  'The certificate of the server is for another host name: connect by a name that it contains, or issue it for this one.'

const unreadable =
  'A certificate or key file of the connection cannot be read: check `sslrootcert`, `sslcert` and `sslkey` in its URL.'

const notOffered =
  'The server does not offer TLS, which the connection requires: set `ssl = on` there, with a certificate.'

const demanded =
  'The server accepts this user over TLS only: add `?sslmode=verify-full` to the URL, or `ssl` to the pool or to postgres().'

/** Node's error codes for a certificate that it does not accept. */
const byCode: Readonly<Record<string, string>> = Object.freeze({
  CERT_HAS_EXPIRED: validity,
  CERT_NOT_YET_VALID: validity,
  ERR_TLS_CERT_ALTNAME_INVALID: name,
  HOSTNAME_MISMATCH: name,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_UNTRUSTED: untrusted,
  CERT_REVOKED: untrusted,
  INVALID_CA: untrusted,
})

/** What to do if TLS, or the lack of it, prevented a connection; null for any other error. */
export function tlsRemedy(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  // pg reads the files that a URL names.
  if (code === 'ENOENT' || code === 'EACCES') return syscall === 'open' ? unreadable : null
  if (code === '28000') return /no encryption/.test(error.message) ? demanded : null
  if (typeof code === 'string') return byCode[code] ?? null
  return error.message === 'The server does not support SSL connections' ? notOffered : null
}
