import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverUser } from '../../../test/servers/server-user.ts'

/** An authority that signs certificates of servers. */
export interface Authority {
  /** The folder of its files, which must be removed at the end. */
  folder: string
  /** The path of its own certificate. */
  path: string
  /** Its own certificate. */
  certificate: string
  /** Signs a certificate for a host. One for 0 days expires within a second. */
  sign(host: string, days?: number): ServerCertificate
}

/** The certificate and key that a server shows to its clients. */
export interface ServerCertificate {
  key: string
  certificate: string
}

const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Creates an authority with openssl. */
export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'kith-tls-'))
  const at = (name: string): string => join(folder, name)
  const openssl = (...words: string[]): Buffer => execFileSync('openssl', words, { stdio: 'pipe' })
  const [path, caKey] = [at('ca.pem'), at('ca.key')]
  openssl(...request, '-x509', '-days', '2', '-subj', '/CN=Kith tests', '-keyout', caKey, '-out', path)
  return {
    folder,
    path,
    certificate: readFileSync(path, 'utf8'),
    sign(host, days = 2) {
      const [key, signing, signed] = [at(`${host}.key`), at(`${host}.csr`), at(`${host}.pem`)]
      openssl(...request, '-subj', `/CN=${host}`, '-keyout', key, '-out', signing)
      writeFileSync(at('names'), `subjectAltName=DNS:${host}\n`)
      const issue = ['x509', '-req', '-in', signing, '-CA', path, '-CAkey', caKey, '-CAcreateserial']
      openssl(...issue, '-extfile', at('names'), '-days', String(days), '-out', signed)
      return { key: readFileSync(key, 'utf8'), certificate: readFileSync(signed, 'utf8') }
    },
  }
}

/** Writes a certificate to the file that a PostgreSQL server reads when it reloads its configuration. */
export function install({ key, certificate }: ServerCertificate, dataDirectory: string): void {
  const user = serverUser()
  const files = { 'server.key': key, 'server.crt': certificate }
  for (const [name, content] of Object.entries(files)) {
    const path = join(dataDirectory, name)
    writeFileSync(path, content)
    chmodSync(path, 0o600)
    if (user) chownSync(path, user.uid, user.gid)
  }
}
