import type { Kith, Post } from '@kith/core'
import type { KithExpress } from '@kith/express'
import { Router } from 'express'

/** A home page that the server renders. `renewViewer` keeps visitors signed in whose access cookie has expired since their last visit. */
export function homePage(kith: Kith, { renewViewer }: Pick<KithExpress, 'renewViewer'>): Router {
  return Router().get('/', renewViewer, async ({ viewer }, response) => {
    if (!viewer) return void response.redirect('/welcome')
    const [{ name }, { items }] = await Promise.all([kith.accounts.me(viewer), kith.feed.home(viewer)])
    response.type('html').send(`<!doctype html><meta charset="utf-8"><title>Home</title>
      <h1>Hello ${escape(name)}</h1>${items.map(article).join('')}`)
  })
}

function article({ author, caption, media }: Post): string {
  const pictures = media.map(
    ({ url, renditions, alt }) => `<img src="${escape(renditions.feed ?? url)}" alt="${escape(alt ?? '')}">`,
  )
  return `<article><h2>${escape(author.username ?? '')}</h2>${pictures.join('')}<p>${escape(caption)}</p></article>`
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
