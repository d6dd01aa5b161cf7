/** The Cloudinary account, as in its dashboard. */
export interface CloudinaryAccount {
  cloudName: string
  apiKey: string
  apiSecret: string
}

/** Parses `cloudinary://key:secret@cloud`, or accepts its parts. @throws TypeError */
export function readAccount(account: CloudinaryAccount | string): CloudinaryAccount {
  const { cloudName, apiKey, apiSecret } = typeof account === 'string' ? partsOf(account) : account
  if (!cloudName || !/^[\w-]+$/.test(cloudName) || !apiKey || !apiSecret)
    throw new TypeError('`account` is cloudinary://key:secret@cloud, as the dashboard of Cloudinary shows it')
  return { cloudName, apiKey, apiSecret }
}

/** Not with `new URL`, whose errors contain their input. */
function partsOf(address: string): Partial<Record<keyof CloudinaryAccount, string | undefined>> {
  const pattern = /^cloudinary:\/\/([^:@/]+):([^:@/]+)@([\w-]+)\/?(?:\?.*)?$/
  const [, apiKey = '', apiSecret = '', cloudName] = pattern.exec(address) ?? []
  try {
    return { cloudName, apiKey: decodeURIComponent(apiKey), apiSecret: decodeURIComponent(apiSecret) }
  } catch {
    return {}
  }
}
