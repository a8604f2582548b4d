// Adds to pages that work without it: keys, completion of the last word, a range dragged over the bars.
const all = (what) => [...document.querySelectorAll(what)]
const box = document.getElementById('q')
const words = document.getElementById('words')
const root = document.querySelector('.name').pathname

// Completion of the last word, from the words of the archive
let asked = '', waiting
box?.addEventListener('input', (event) => {
  if (event.inputType === 'insertReplacementText') return
  clearTimeout(waiting)
  waiting = setTimeout(complete, 150)
})
async function complete() {
  const [, before, word] = box.value.match(/^(.*?)([\p{L}\p{N}]+)$/su) ?? []
  if (!word || word.length < 2 || word === asked) return
  asked = word
  const answer = await fetch(root + 'api/v1/suggest?limit=8&prefix=' + encodeURIComponent(word)).catch(() => null)
  if (!answer?.ok || word !== asked) return
  words.replaceChildren(...(await answer.json()).map((each) => {
    const option = document.createElement('option')
    option.value = before + each.word
    return option
  }))
}

// Keys, unless they were switched off in this browser
const NAME = 'news-keys'
const on = () => { try { return localStorage.getItem(NAME) !== 'off' } catch { return true } }
const own = document.getElementById('with-keys')
if (own) {
  document.getElementById('switch').hidden = false
  own.checked = on()
  own.addEventListener('change', () => {
    try { localStorage.setItem(NAME, own.checked ? 'on' : 'off') } catch { own.checked = true }
  })
}
const hits = all('.hit')
let at = -1
const step = (by) => {
  if (!hits.length) return
  hits[at]?.classList.remove('here')
  at = Math.min(Math.max(at + by, 0), hits.length - 1)
  hits[at].classList.add('here')
  hits[at].querySelector('a').focus()
}
const keys = {
  '/': () => { box?.focus(); box?.select() },
  j: () => step(1),
  k: () => step(-1),
  '[': () => history.back(),
  ']': () => document.querySelector('a[rel=next]')?.click(),
  '?': () => location.assign(root + 'help#keys'),
}
document.addEventListener('keydown', (event) => {
  const busy = event.target.closest('input, textarea, select, [contenteditable]')
  if (busy || event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(keys, event.key) || !on()) return
  event.preventDefault()
  keys[event.key]()
})

// A range of bars, from where the pointer goes down to where it is let go
for (const strip of all('.strip')) {
  const bars = [...strip.querySelectorAll('a')]
  const place = (event) => {
    const { left, width } = strip.getBoundingClientRect()
    return Math.min(bars.length - 1, Math.max(0, Math.floor((event.clientX - left) / width * bars.length)))
  }
  let from = -1, to = -1, dragged = false
  const show = () => bars.forEach((bar, n) =>
    bar.classList.toggle('in', from >= 0 && n >= Math.min(from, to) && n <= Math.max(from, to)))
  const end = () => { from = -1; show() }
  strip.addEventListener('dragstart', (event) => event.preventDefault())
  strip.addEventListener('pointerdown', (event) => {
    if (event.button || event.pointerType === 'touch') return
    from = to = place(event)
    dragged = false
  })
  addEventListener('pointermove', (event) => {
    if (from < 0) return
    to = place(event)
    dragged ||= to !== from
    if (dragged) show()
  })
  addEventListener('pointerup', () => {
    if (from < 0) return
    const [first, last] = [Math.min(from, to), Math.max(from, to)]
    end()
    if (!dragged) return
    const url = new URL(bars[first].href.baseVal, location.href)
    url.searchParams.set('until', new URL(bars[last].href.baseVal, location.href).searchParams.get('until'))
    location.assign(url)
  })
  addEventListener('pointercancel', end)
  strip.addEventListener('click', (event) => { if (dragged) event.preventDefault() }, true)
}
