import { show } from './page.js'

show({ threads: 2 })
