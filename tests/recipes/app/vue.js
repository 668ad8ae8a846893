import { createApp } from 'vue'
import Comment from './Comment.vue'

createApp(Comment).mount('#app')
