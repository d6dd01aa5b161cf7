/** The URL of the app that the tests stand for. */
export const appUrl: string = 'https://app.example'

/** The registration of the app with the provider, under each of the names that tests use for providers. */
export const oidcClients: { client_id: string; client_secret: string; redirect_uris: string[] }[] = [
  {
    client_id: 'kith',
    client_secret: 'a secret of the client',
    redirect_uris: ['acme', 'other'].map((name) => `${appUrl}/api/v1/auth/${name}/callback`),
  },
]
