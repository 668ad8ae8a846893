import 'bertweet-wasm/element'
import { useState } from 'react'
import { createRoot } from 'react-dom/client'

function Comment() {
  const [sentiment, setSentiment] = useState(null)
  return <>
    <tweet-sentiment name="comment" explain onsentiment={({ detail }) => setSentiment(detail)}></tweet-sentiment>
    <output>{sentiment?.label}</output>
  </>
}

createRoot(document.getElementById('app')).render(<Comment />)
