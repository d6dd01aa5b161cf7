import { bouquet, meadow } from '../pictures/flowers.ts'
import { shelf } from '../pictures/shelf.ts'
import { table } from '../pictures/table.ts'
import { type Person, said, shared } from './person.ts'

/** Those with something on the table. */
export const kitchen: readonly Person[] = [
  {
    username: 'mei.eats',
    name: 'Mei Tanaka-Lopez',
    bio: 'Noodles first. Recipes when I remember to write them down.',
    face: { skin: '#f2cfae', hair: '#201820', style: 'bob', shirt: '#c8506a', backdrop: '#f2d8b0' },
    cover: table('citrus', '#f2d3b0'),
    posts: [
      shared(
        'Sunday broth. Twelve hours on the stove, eight minutes in the bowl.',
        'square',
        table('noodles', '#8a3f3a'),
      ),
      shared('Breakfast for dinner. No regrets.', 'square', table('eggs', '#6f9ab0')),
      shared('The market had everything. So now we have everything.', 'square', table('citrus', '#f2d3b0')),
      shared('Same broth, new bowl.', 'tall', table('noodles', '#2f4f4a', '#e6dccb')),
    ],
  },
  {
    username: 'third.cup',
    name: 'Samir Aziz',
    bio: 'Barista. Yes, I can draw a swan. No, not before nine.',
    face: {
      skin: '#c98d63',
      hair: '#1a1418',
      style: 'short',
      shirt: '#5b3a26',
      backdrop: '#b8c8a8',
      extras: ['moustache', 'cap'],
    },
    cover: table('coffee', '#6b4a36'),
    posts: [
      shared(
        'A heart for the first customer of the day. He did not look up from his phone.',
        'square',
        table('coffee', '#a8764a'),
      ),
      said('Decaf is just coffee that has been to therapy.'),
      shared('Slow afternoon.', 'tall', table('coffee', '#4a6b78', '#f2e3d0')),
      shared(
        'A cake for the one-year birthday of the shop. Thank you for every cup.',
        'square',
        table('cake', '#c9d6c4'),
      ),
    ],
  },
  {
    username: 'nonna.rosa',
    name: 'Rosa Marchetti',
    bio: 'Eighty-one. My grandson set this up. Eat something.',
    face: {
      skin: '#f0c4a4',
      hair: '#d8d4d0',
      style: 'bun',
      shirt: '#7a4a6b',
      backdrop: '#c8d8c0',
      extras: ['glasses', 'earrings'],
    },
    cover: meadow({ kind: 'poppy', colors: ['#e0402f', '#e85a3a', '#c92f35'], sky: ['#7fb6dc', '#dcecef'] }),
    posts: [
      shared('For nine people. Four came. Nothing is left.', 'square', table('pizza', '#3f5f55')),
      shared(
        'From the garden. He said put them in the blue one.',
        'tall',
        bouquet({
          kinds: ['tulip'],
          colors: ['#e4572e', '#f2a65a', '#d1495b'],
          wall: '#e8ddd0',
          vase: '#3d6a80',
        }),
      ),
      shared(
        'Where I grew up. The poppies came back.',
        'wide',
        meadow({ kind: 'poppy', colors: ['#e0402f', '#e85a3a', '#c92f35'], sky: ['#7fb6dc', '#dcecef'] }),
      ),
    ],
  },
  {
    username: 'greenhouse.tom',
    name: 'Tom Adeyemi',
    bio: 'Plant shop on the corner. Ask me about your yellow leaves.',
    face: { skin: '#6b4430', hair: '#15101a', style: 'curls', shirt: '#4f8a5a', backdrop: '#e6dcb8' },
    cover: shelf({ holds: 'plants', wall: '#dfe8dc', colors: ['#c8744a', '#e8e2d8', '#d9a05a'] }),
    posts: [
      shared(
        'Delivery day. They all want to sit by the window.',
        'square',
        shelf({ holds: 'plants', wall: '#f2e3d8', colors: ['#c8744a', '#e8e2d8', '#3d6a80', '#d9a05a'] }),
      ),
      shared(
        'Peonies, daisies, lavender. For somebody who said “surprise me”.',
        'square',
        bouquet({
          kinds: ['peony', 'daisy', 'lavender'],
          colors: ['#e79ab0', '#f6e3e8', '#b48ad0'],
          wall: '#cfdcd6',
          vase: '#e8e2d8',
        }),
      ),
      shared(
        'They really do turn around. I checked.',
        'tall',
        bouquet({ kinds: ['sunflower'], colors: ['#f2b632', '#f6c85a'], wall: '#8fb6c9', vase: '#c8603f' }),
      ),
      shared(
        'Went to see where the lavender comes from. Did not want to leave.',
        'square',
        meadow({ kind: 'lavender', colors: ['#8a6ad0', '#a88ae0', '#7050b8'], sky: ['#f2a98a', '#fde0b8'] }),
      ),
    ],
  },
]
