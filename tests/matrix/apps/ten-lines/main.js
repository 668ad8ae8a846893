import { createClassifier } from 'bertweet-wasm'

const classifier = await createClassifier()
const { label } = await classifier.classify('what a wonderful day, I love it')
document.querySelector('#label').textContent = label
