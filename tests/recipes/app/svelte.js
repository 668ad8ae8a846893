import { mount } from 'svelte'
import Comment from './Comment.svelte'

mount(Comment, { target: document.getElementById('app') })
