import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { root } from '../../scripts/packages.ts'
import { accepts, freePort } from '../servers/port.ts'
import { findOnPath } from '../servers/program-path.ts'

// Debian installs it where only root's PATH leads.
const nginx = [...findOnPath('nginx'), '/usr/sbin/nginx'].find(existsSync)
const [openssl] = findOnPath('openssl')

/** Whether its tests cannot run here. */
export const nginxMissing: boolean = !nginx || !openssl || process.platform !== 'linux'
/** The host of the recipe. */
export const host = 'app.example.com'

/** The recipe with other ports and paths, wrapped in the contents of Debian's /etc/nginx/nginx.conf. */
export async function startNginx(folder: string, app: string): Promise<{ port: number; ca: Buffer }> {
  const [certificate, key] = [join(folder, 'app.pem'), join(folder, 'app.key')]
  execFileSync(
    openssl ?? '',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${host}`].concat([
      '-addext',
      `subjectAltName=DNS:${host}`,
      '-keyout',
      key,
      '-out',
      certificate,
    ]),
    { stdio: 'ignore' },
  )
  const port = await freePort()
  let site = readFileSync(join(root, 'examples/recipes/src/nginx.conf'), 'utf8')
  for (const [of, by] of [
    ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
    ['/etc/ssl/app.example.com.pem', certificate],
    ['/etc/ssl/app.example.com.key', key],
    ['http://127.0.0.1:3000', app.replace('localhost', '127.0.0.1')],
  ] as const) {
    expect(site).toContain(of)
    site = site.replace(of, by)
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join('\n')
  const configuration = `${process.getuid?.() === 0 ? 'user root;' : ''}
    daemon off; master_process off; pid ${join(folder, 'nginx.pid')}; error_log stderr;
    events {}
    http { access_log off; ${temporary}
    ${site} }`
  writeFileSync(join(folder, 'nginx.conf'), configuration)
  const child = spawn(nginx ?? '', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'])
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await expect.poll(() => accepts(port).then((ready) => ready || output), { timeout: 60_000 }).toBe(true)
  return { port, ca: readFileSync(certificate) }
}
