/**
 * style.js - how `<tweet-sentiment>` looks before the page styles its parts. Text takes the page's colours; the own
 * ones are half transparent or of middle lightness, so that they do in the light and in the dark.
 */

export const STYLE = `
:host {
  display: block;
  --neg: var(--tweet-sentiment-neg, #d92d20);
  --neu: var(--tweet-sentiment-neu, #7a8394);
  --pos: var(--tweet-sentiment-pos, #12a150);
  --other: var(--tweet-sentiment-other, #3b82f6);
  --line: var(--tweet-sentiment-line, #8888);
}
:host([hidden]), [hidden] { display: none !important }
* { box-sizing: border-box }

[part~=caption] { display: block; margin-bottom: .3em; font-weight: 600 }
[part~=field] {
  display: block; width: 100%; padding: .6em .75em; resize: vertical;
  font: inherit; color: inherit; background: none;
  border: 1px solid var(--line); border-radius: .5em;
}
[part~=field]:focus-visible { outline: 3px solid var(--other); outline-offset: 1px }
[part~=loading], [part~=error] { margin: .6em 0 0; font-size: .9em }
[part~=progress] { display: block; width: 100% }
[part~=error]::before { content: "\\26A0\\FE0F  " }

[part~=verdict] { margin: .6em 0 0; font-variant-numeric: tabular-nums }
[part~=verdict]:empty { margin: 0 }
[part~=label] { font-weight: 700; border-bottom: .2em solid var(--other) }
[part~=label-NEG] { border-color: var(--neg) }
[part~=label-NEU] { border-color: var(--neu) }
[part~=label-POS] { border-color: var(--pos) }
[part~=strongest] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }

[part~=scores] { display: grid; grid-template-columns: auto 1fr; gap: .3em .75em; margin: .6em 0 0; font-size: .9em }
[part~=row] { display: contents }
[part~=name] { margin: 0 }
[part~=value] {
  display: grid; grid-template-columns: 1fr 3.5em; gap: .75em; align-items: center;
  margin: 0; text-align: end; font-variant-numeric: tabular-nums;
}
[part~=track] { height: .6em; border-radius: .3em; background: var(--line); overflow: hidden }
[part~=bar] {
  display: block; height: 100%; border-radius: inherit; background: var(--other);
  width: calc(var(--share) * 100%); transition: width .2s;
}
[part~=bar-NEG] { background: var(--neg) }
[part~=bar-NEU] { background: var(--neu) }
[part~=bar-POS] { background: var(--pos) }

[part~=words] { margin: .6em 0 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.6 }
[part~=word] { padding: .1em .15em; border-radius: .25em }
[part~=up] { background: rgb(18 161 80 / calc(var(--strength) * .45)) }
[part~=down] { background: rgb(217 45 32 / calc(var(--strength) * .45)) }

@media (prefers-reduced-motion: reduce) { [part~=bar] { transition: none } }
@media (forced-colors: active) { [part~=bar], [part~=track] { forced-color-adjust: none } }
`
